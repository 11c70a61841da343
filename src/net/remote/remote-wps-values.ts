import * as v from "valibot";
import { Problem } from "../../domain/problem.ts";
import { charsetOf, decodeText, withoutCharset } from "../../domain/values/charset.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { isJsonType, isTextType } from "../../domain/values/media-type.ts";
import { type InputItem, type Inputs, isItemList, type PreparedItem } from "../../domain/values/values.ts";
import type { WpsData } from "../../wire/wps/data.ts";
import { literalValue } from "../../wire/wps/literal-types.ts";
import type { WpsOutput } from "../../wire/wps/status.ts";
import type { ValueKind } from "../../wire/wps/value-kind.ts";
import type { DescribedProcess } from "../../wire/wps-client/describe-process.ts";
import type { AskedOutput } from "../../wire/wps-client/write-execute.ts";
import type { RemoteExecution, RemoteResult } from "./remote.ts";

const text = v.exactOptional(v.string());

const KindSchema = v.variant("kind", [
  v.object({ kind: v.literal("literal"), dataType: text }),
  v.object({ kind: v.literal("complex"), mediaType: text, encoding: text, schema: text }),
  v.object({ kind: v.literal("bbox"), crs: text, supportedCrs: v.exactOptional(v.array(v.string())) }),
]);

/** What an execution needs of a process's description. */
const NativeSchema = v.object({
  inputKinds: v.record(v.string(), KindSchema),
  outputKinds: v.record(v.string(), KindSchema),
  /** The JSON Schemas of literal outputs. */
  literals: v.record(v.string(), v.custom<JsonObject>(isJsonObject)),
  isAsync: v.boolean(),
  /** Outputs can be given as references. */
  refers: v.boolean(),
  language: text,
});
type Native = v.InferOutput<typeof NativeSchema>;

/** Keeps what an execution will need, as JSON. */
export function nativeOf(process: DescribedProcess, language: string | undefined): JsonObject {
  const { description, inputKinds, outputKinds, supportsStore, supportsStatus } = process;
  const literals = Object.entries(description.outputs).filter(([id]) => outputKinds[id]?.kind === "literal");
  const native: Native = {
    inputKinds: mutable(inputKinds),
    outputKinds: mutable(outputKinds),
    literals: Object.fromEntries(literals.map(([id, { schema }]) => [id, schema])),
    isAsync: supportsStore && supportsStatus,
    refers: description.outputTransmission?.includes("reference") ?? false,
    ...(language === undefined ? {} : { language }),
  };
  const plain: Json = JSON.parse(JSON.stringify(native));
  return isJsonObject(plain) ? plain : {};
}

function mutable(kinds: Readonly<Record<string, ValueKind>>): Native["inputKinds"] {
  return v.parse(v.record(v.string(), KindSchema), kinds);
}

/** Reads what `nativeOf` kept. */
export function readNative(kept: JsonObject): Native {
  return v.parse(NativeSchema, kept);
}

/** Builds the inputs of a request: files as content, text where their format is text. */
export async function toInputs(execution: RemoteExecution, native: Native): Promise<Inputs> {
  const inputs: [string, InputItem | readonly InputItem[]][] = [];
  for (const [id, given] of Object.entries(execution.inputs)) {
    const kind = native.inputKinds[id] ?? { kind: "complex" as const };
    inputs.push([
      id,
      isItemList(given)
        ? await Promise.all(given.map((item) => toItem(execution, item, kind)))
        : await toItem(execution, given, kind),
    ]);
  }
  return Object.fromEntries(inputs);
}

async function toItem(
  execution: RemoteExecution,
  item: PreparedItem,
  kind: Native["inputKinds"][string],
): Promise<InputItem> {
  const typed = "mediaType" in item && item.mediaType !== undefined ? { mediaType: item.mediaType } : {};
  switch (item.kind) {
    case "link":
      return { kind: "reference", href: item.href, ...typed };
    case "value":
      return { kind: "value", value: item.value, ...typed };
    case "list":
    case "record":
      throw new Problem(
        "invalid-parameter-value",
        "Cannot send files inside a value to another server: wanted files or values",
      );
    case "directory":
      throw new Problem(
        "invalid-parameter-value",
        `Cannot send the directory "${item.basename}" to another server: found a directory, wanted a file or a value`,
      );
    case "file": {
      const bytes = Buffer.from(await execution.readFile(item.path));
      const known = kind.kind === "complex" ? kind : undefined;
      // A client that names no format means the server's default one.
      const mediaType = item.mediaType ?? known?.mediaType;
      const isText = mediaType === undefined || isTextType(mediaType) || isJsonType(mediaType);
      const wantsBase64 = known?.encoding?.toLowerCase() === "base64";
      const type = mediaType === undefined ? {} : { mediaType };
      if (isText && !wantsBase64) {
        const decoded = decodeText(bytes, { charset: charsetOf(mediaType) ?? item.charset, keepsMark: true });
        const plain = mediaType === undefined ? {} : { mediaType: withoutCharset(mediaType) };
        if (decoded.kind === "text") return { kind: "value", value: decoded.text, ...plain };
      }
      return { kind: "value", value: bytes.toString("base64"), encoding: "base64", ...type };
    }
    default:
      return item satisfies never;
  }
}

/** Builds the outputs of a request: complex ones by reference where the server offers it. */
export function askedOutputs(execution: RemoteExecution, native: Native): readonly AskedOutput[] {
  return Object.entries(execution.outputs).map(([id, { mediaType }]) => {
    const kind = native.outputKinds[id] ?? { kind: "complex" as const };
    const isComplex = kind.kind === "complex";
    return {
      id,
      kind,
      asReference: isComplex && native.refers,
      ...(isComplex && mediaType !== undefined ? { mediaType } : {}),
    };
  });
}

/** Builds results of a server's outputs; one that stands several times is a list. */
export function readWpsResults(
  outputs: readonly WpsOutput[],
  wanted: { readonly native: JsonObject; readonly outputs: readonly string[] },
): Readonly<Record<string, RemoteResult>> {
  const { literals } = readNative(wanted.native);
  const found = new Map<string, RemoteResult[]>();
  for (const { id, data } of outputs) {
    found.set(id, [...(found.get(id) ?? []), toResult(data, literals[id] ?? {})]);
  }
  return Object.fromEntries(
    [...found].flatMap(([id, results]) => {
      const [only] = results;
      if (only === undefined || !wanted.outputs.includes(id)) return [];
      return [[id, results.length === 1 ? only : { kind: "list", items: results }] as const];
    }),
  );
}

function toResult(data: WpsData, schema: JsonObject): RemoteResult {
  switch (data.kind) {
    case "literal":
      return { kind: "value", value: literalValue(data.text, schema) };
    case "bbox":
      return { kind: "value", value: { bbox: data.bbox, ...(data.crs === undefined ? {} : { crs: data.crs }) } };
    case "reference":
      return { kind: "link", href: data.href, ...typeOf(data) };
    case "complex": {
      if (data.encoding?.toLowerCase() === "base64") {
        return { kind: "content", content: Buffer.from(data.content, "base64"), ...typeOf(data) };
      }
      return { kind: "content", content: data.content, ...typeOf(data) };
    }
    default:
      return data satisfies never;
  }
}

function typeOf({ mediaType }: { readonly mediaType?: string }): { readonly mediaType?: string } {
  return mediaType === undefined ? {} : { mediaType };
}
