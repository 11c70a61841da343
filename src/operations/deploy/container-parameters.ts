import { fault } from "../../domain/faults.ts";
import type { Fault } from "../../domain/problem.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { isFileType } from "./schema-types.ts";

type Bound = {
  readonly type: Json;
  readonly index: number;
  readonly gathered: { readonly faults: Fault[]; readonly warnings: string[] };
};

/** What an input binding may say, and what kind of value each has. */
const bindingKinds = {
  prefix: "text",
  position: "a whole number, or an expression",
  valueFrom: "text",
  itemSeparator: "text",
  shellQuote: "true or false",
  separate: "true or false",
} as const;

/** Builds the binding of an input. Inputs without a position follow each other as the description lists them. */
export function inputBindingOf(
  given: Json | undefined,
  at: string,
  { type, index, gathered }: Bound,
): JsonObject | undefined {
  const { faults, warnings } = gathered;
  if (given !== undefined && !isJsonObject(given)) {
    faults.push(fault(at, given, "an object"));
    return undefined;
  }
  // The schema calls it itemSeparator, its example inputSeparator.
  const { inputSeparator, ...said } = given ?? {};
  const binding = inputSeparator === undefined ? said : { itemSeparator: inputSeparator, ...said };
  const kept = Object.entries(binding).flatMap(([name, value]): readonly (readonly [string, Json])[] => {
    const kind = Object.entries(bindingKinds).find(([known]) => known === name)?.[1];
    if (kind === undefined) warnings.push(`${at}/${name} has no effect`);
    else if (!isOfKind(kind, value)) faults.push(fault(`${at}/${name}`, value, kind));
    return kind === undefined ? [] : [[name, value]];
  });
  const prefix = binding.prefix;
  // "name=" and its value are one argument.
  const isJoined = typeof prefix === "string" && prefix.endsWith("=") && binding.separate === undefined;
  const asText = type === "Any" && binding.valueFrom === undefined ? { valueFrom: "$(JSON.stringify(self))" } : {};
  return { position: index, ...asText, ...(isJoined ? { separate: false } : {}), ...Object.fromEntries(kept) };
}

function isOfKind(kind: (typeof bindingKinds)[keyof typeof bindingKinds], value: Json): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "true or false":
      return typeof value === "boolean";
    case "a whole number, or an expression":
      return Number.isInteger(value) || typeof value === "string";
    default:
      return kind satisfies never;
  }
}

type OutputBound = { readonly type: Json; readonly isOnly: boolean; readonly faults: Fault[] };

/** Builds an output: files by their glob, values from the content of one. The only one without a glob is what the tool writes to stdout. */
export function outputOf(given: Json | undefined, at: string, { type, isOnly, faults }: OutputBound): JsonObject {
  const glob = isJsonObject(given) ? given.glob : undefined;
  if (given !== undefined && !isJsonObject(given)) faults.push(fault(at, given, "an object"));
  if (glob === undefined && isOnly && type === "File") return { type: "stdout" };
  if (!isGlob(glob)) {
    faults.push(fault(`${at}/glob`, glob, "a pattern, or a list of patterns: where the image leaves this output"));
    return { type };
  }
  if (isFileType(type)) return { type, outputBinding: { glob } };
  const isText = type === "string" || (isList(type) && type.includes("string"));
  const content = isText ? "self[0].contents" : "JSON.parse(self[0].contents)";
  return {
    type,
    outputBinding: { glob, loadContents: true, outputEval: `$(self.length > 0 ? ${content} : null)` },
  };
}

function isGlob(glob: Json | undefined): glob is string | readonly string[] {
  if (isList(glob)) return glob.length > 0 && glob.every((one) => typeof one === "string");
  return typeof glob === "string" && glob !== "";
}
