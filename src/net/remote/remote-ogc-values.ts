import { Problem } from "../../domain/problem.ts";
import { charsetOf, decodeText, withoutCharset } from "../../domain/values/charset.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { isJsonType, isTextType } from "../../domain/values/media-type.ts";
import { isItemList, type PreparedItem } from "../../domain/values/values.ts";
import type { RemoteDeps, RemoteExecution, RemoteResult, SavedAnswer } from "./remote.ts";
import { parseRemoteValues, savedText, unreadable } from "./remote-documents.ts";

/** Words an execution request (OGC 18-062r2, execute.yaml; `response` is what makes 1.0 answer with a document). */
export async function wordExecution(execution: RemoteExecution): Promise<JsonObject> {
  const { inputs, outputs, readFile } = execution;
  const worded: [string, Json][] = [];
  for (const [id, given] of Object.entries(inputs)) {
    worded.push([
      id,
      isItemList(given)
        ? await Promise.all(given.map((item) => wordItem(item, readFile)))
        : await wordItem(given, readFile),
    ]);
  }
  const asked = wordOutputs(execution, Object.entries(outputs));
  return {
    inputs: Object.fromEntries(worded),
    ...(asked === undefined ? {} : { outputs: asked }),
    response: "document",
  };
}

async function wordItem(item: PreparedItem, readFile: RemoteExecution["readFile"]): Promise<Json> {
  switch (item.kind) {
    case "link":
      return { href: item.href, ...typed("type", item.mediaType) };
    case "value":
      if (item.mediaType !== undefined) return { value: item.value, mediaType: item.mediaType };
      return isJsonObject(item.value) && !("bbox" in item.value) ? { value: item.value } : item.value;
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
      const bytes = await readFile(item.path);
      const { mediaType } = item;
      if (mediaType !== undefined && (isJsonType(mediaType) || isTextType(mediaType))) {
        const decoded = decodeText(bytes, { charset: charsetOf(mediaType) ?? item.charset, keepsMark: true });
        if (decoded.kind === "text") return { value: decoded.text, mediaType: withoutCharset(mediaType) };
      }
      return { value: Buffer.from(bytes).toString("base64"), encoding: "base64", ...typed("mediaType", mediaType) };
    }
    default:
      return item satisfies never;
  }
}

function typed(name: string, mediaType: string | undefined): JsonObject {
  return mediaType === undefined ? {} : { [name]: mediaType };
}

/** Outputs are named only when it matters: some servers know no transmission modes, and then refuse what names one. */
function wordOutputs(
  { native }: RemoteExecution,
  outputs: readonly (readonly [string, { readonly mediaType?: string }])[],
): JsonObject | undefined {
  const all = Array.isArray(native.outputs) ? native.outputs.length : undefined;
  const referenced = Array.isArray(native.referenced) ? native.referenced : [];
  const isPlain = outputs.every(([id, { mediaType }]) => mediaType === undefined && !referenced.includes(id));
  if (isPlain && (all === undefined || all === outputs.length)) return undefined;
  return Object.fromEntries(
    outputs.map(([id, { mediaType }]) => [
      id,
      {
        ...(referenced.includes(id) ? { transmissionMode: "reference" } : {}),
        ...(mediaType === undefined ? {} : { format: { mediaType } }),
      },
    ]),
  );
}

/**
 * Reads results as servers give them: a document by output id, one with a list of outputs, or one output as it is.
 * Throws `remote-failure` when a wanted output is in none of these.
 */
export async function readOgcResults(
  deps: RemoteDeps,
  answer: SavedAnswer,
  wanted: { readonly outputs: readonly string[] },
): Promise<Readonly<Record<string, RemoteResult>>> {
  const type = answer.headers["content-type"] ?? "";
  const [only] = wanted.outputs;
  if (!isJsonType(type) && only !== undefined && wanted.outputs.length === 1) {
    return { [only]: { kind: "whole", answer, ...(type === "" ? {} : { mediaType: type }) } };
  }
  const body = parseRemoteValues(answer.url, await savedText(deps, answer));
  const byId = resultsById(body, wanted.outputs);
  if (byId !== undefined) {
    const found = wanted.outputs.flatMap((id) => (id in byId ? [[id, readResult(byId[id] ?? null)] as const] : []));
    return Object.fromEntries(found);
  }
  if (only !== undefined && wanted.outputs.length === 1) return { [only]: readResult(body) };
  throw unreadable(answer.url, "other members", `the outputs ${wanted.outputs.join(", ")}`);
}

function resultsById(body: Json, wanted: readonly string[]): JsonObject | undefined {
  if (!isJsonObject(body)) return undefined;
  if (wanted.some((id) => Object.hasOwn(body, id))) return body;
  const listed = Array.isArray(body.outputs) ? body.outputs : [body];
  const entries = listed.flatMap((one) => {
    if (!isJsonObject(one) || typeof one.id !== "string" || !wanted.includes(one.id)) return [];
    const { id, ...rest } = one;
    return [[id, rest] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Tells the form of one result apart. */
function readResult(value: Json): RemoteResult {
  if (Array.isArray(value) && value.length > 0 && value.every(isQualified)) {
    return { kind: "list", items: value.map(readResult) };
  }
  if (!isJsonObject(value) || !isQualified(value)) return { kind: "value", value };
  const type = [value.type, value.mediaType].find((one) => typeof one === "string");
  const mediaType = typeof type === "string" ? { mediaType: type } : {};
  if (typeof value.href === "string") return { kind: "link", href: value.href, ...mediaType };
  const inner = value.value ?? null;
  if (value.encoding === "base64" && typeof inner === "string") {
    return { kind: "content", content: Buffer.from(inner, "base64"), ...mediaType };
  }
  return { kind: "value", value: inner, ...mediaType };
}

const qualifiers = ["value", "mediaType", "encoding", "schema", "format", "type"];

function isQualified(value: Json): boolean {
  if (!isJsonObject(value)) return false;
  if (typeof value.href === "string") return true;
  return "value" in value && Object.keys(value).every((name) => qualifiers.includes(name));
}
