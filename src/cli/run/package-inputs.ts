import { existsSync } from "node:fs";
import type { CwlType, InputParameter } from "../../cwl/document/schema.ts";
import { members } from "../../cwl/values/types.ts";
import { readNumber } from "../../domain/values/exact-number.ts";
import { type Json, type JsonObject, parseExact } from "../../domain/values/json.ts";
import { nearNames } from "../../domain/words/near-names.ts";
import { UsageError } from "../command.ts";
import type { InputArgument } from "../option.ts";

/**
 * Reads inputs of a package on the command line (`--name VALUE`; a repeated one makes a list). Paths are
 * relative to the working directory. Throws UsageError for an input that the package does not have, with the near ones.
 */
export function readPackageInputs(
  parameters: readonly InputParameter[],
  written: readonly InputArgument[],
): JsonObject {
  const texts = new Map<string, (string | undefined)[]>();
  for (const { name, value } of written) texts.set(name, [...(texts.get(name) ?? []), value]);
  const values = [...texts].map(([name, values]) => {
    const parameter = parameters.find(({ id }) => id === name);
    if (parameter === undefined) throw unknownInput(name, parameters);
    return [name, readInput(parameter, values)] as const;
  });
  return Object.fromEntries(values);
}

function unknownInput(name: string, parameters: readonly InputParameter[]): UsageError {
  const names = parameters.map((parameter) => parameter.id);
  const [near] = nearNames(name, names);
  const inputs = names.map((id) => `--${id}`).join(", ");
  const known = names.length === 0 ? "The package has no inputs" : `The package has ${inputs}`;
  const hint = near === undefined ? known : `Did you mean --${near}?`;
  return new UsageError(`Unknown option or input: --${name}. ${hint}`);
}

function readInput({ id, type }: InputParameter, texts: readonly (string | undefined)[]): Json {
  const kinds = members(type).filter((member) => member.kind !== "null");
  const list = kinds.find((member) => member.kind === "array");
  const [only] = texts;
  const isOneOfMany = list !== undefined && (texts.length > 1 || kinds.length === 1);
  if (!isOneOfMany) {
    if (texts.length > 1) throw new UsageError(`Input --${id} takes one value, and stands there ${texts.length} times`);
    return readValue(id, kinds, only);
  }
  if (texts.length === 1 && only?.trimStart().startsWith("[") === true) return readJson(only) ?? only;
  return texts.map((text) => readValue(id, members(list.items), text));
}

/** Reads a value as the first type that fits it. When none fits, the check of the inputs says what is wrong. */
function readValue(id: string, types: readonly CwlType[], text: string | undefined): Json {
  const kinds = new Set(types.map((type) => type.kind));
  if (text === undefined) {
    if (kinds.has("boolean")) return true;
    throw new UsageError(`Input --${id} needs a value: --${id} VALUE`);
  }
  if (kinds.has("boolean") && /^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  const isNumeric = ["int", "long", "float", "double"].some((kind) => types.some((type) => type.kind === kind));
  if (isNumeric && text.trim() !== "" && Number.isFinite(Number(text))) return readNumber(text) ?? Number(text);
  if (
    /^\s*[{["]/.test(text) &&
    ["record", "array", "Any", "File", "Directory"].some((kind) => types.some((type) => type.kind === kind))
  ) {
    const value = readJson(text);
    if (value !== undefined) return value;
  }
  const isText = kinds.has("string") || kinds.has("enum");
  const file = types.find((type) => type.kind === "File" || type.kind === "Directory");
  if (file !== undefined && (!isText || existsSync(text))) return { class: file.kind, location: text };
  return isText || !kinds.has("Any") ? text : (readJson(text) ?? text);
}

function readJson(text: string): Json | undefined {
  try {
    return parseExact(text);
  } catch {
    // What is no JSON is text.
    return undefined;
  }
}
