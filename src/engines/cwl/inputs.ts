import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isJsonObject, type Json, type JsonObject } from "../../domain/json.ts";
import { type Fault, Problem } from "../../domain/problem.ts";
import type { FileValue, PreparedInputs, PreparedItem } from "../../domain/values.ts";
import { ifExists } from "../../files/file-errors.ts";
import type { Scope } from "./expression.ts";
import { CwlFailure } from "./failure.ts";
import { isList } from "./field.ts";
import { withContents } from "./file-contents.ts";
import { atPath, fileObject, filesIn, mapFiles, pathOf, safeBasename } from "./file-object.ts";
import { mediaTypeFormat } from "./formats.ts";
import type { CwlProcess, CwlType, InputParameter } from "./schema.ts";
import { withSecondaryFiles } from "./secondary-files.ts";
import { members, typeFault } from "./types.ts";

/**
 * Turns prepared inputs into the input object of a process and checks it against the process's types.
 * Throws `invalid-parameter-value` with a fault for each input that does not fit.
 */
export function inputObject(
  process: CwlProcess,
  prepared: PreparedInputs,
  options: { readonly allowsLocalFiles: boolean },
): JsonObject {
  const faults: Fault[] = [];
  const values = process.inputs.flatMap((parameter): readonly (readonly [string, Json])[] => {
    const given = Object.hasOwn(prepared, parameter.id) ? prepared[parameter.id] : undefined;
    const value = given === undefined ? null : inputValue(parameter.type, given);
    const fault =
      (value === null && parameter.default !== undefined ? undefined : typeFault(parameter.type, value)) ??
      (given === undefined || options.allowsLocalFiles ? undefined : locationFault(given));
    if (fault !== undefined) faults.push({ pointer: `/inputs/${parameter.id}`, detail: fault });
    return [[parameter.id, value]];
  });
  const [first] = faults;
  if (first !== undefined) {
    throw new Problem("invalid-parameter-value", `Cannot run ${process.id}: ${first.pointer}: ${first.detail}`, {
      faults,
    });
  }
  return Object.fromEntries(values);
}

/** A File may not be named inside a plain value: what may be read was decided when the inputs were prepared. */
function locationFault(given: PreparedItem | readonly PreparedItem[]): string | undefined {
  const plain = (isItem(given) ? [given] : given).flatMap((item) => (item.kind === "value" ? filesIn(item.value) : []));
  const named = plain.find((file) => file.path !== undefined || file.location !== undefined);
  return named === undefined ? undefined : "found the path or location of a file inside a value, expected none";
}

/** Several occurrences are a list; a single one is a list only when the type takes nothing else. */
function inputValue(type: CwlType, given: PreparedItem | readonly PreparedItem[]): Json {
  const accepted = members(type);
  const takesList = accepted.some((member) => member.kind === "array" || member.kind === "Any");
  if (!isItem(given)) {
    const values = given.map(itemValue);
    const [only] = values;
    return !takesList && values.length === 1 && only !== undefined ? only : values;
  }
  const value = itemValue(given);
  if (typeFault(type, value) === undefined) return value;
  return takesList && value !== null && !isList(value) ? [value] : value;
}

function isItem(given: PreparedItem | readonly PreparedItem[]): given is PreparedItem {
  return !Array.isArray(given);
}

function itemValue(item: PreparedItem): Json {
  switch (item.kind) {
    case "file":
      return preparedFile(item);
    case "value":
      return item.value;
    case "link":
      throw new Problem("internal", `Cannot run a tool: found the link "${item.href}", wanted what it leads to`);
    default:
      return item satisfies never;
  }
}

function preparedFile(file: FileValue): JsonObject {
  const format = file.mediaType === undefined ? undefined : mediaTypeFormat(file.mediaType);
  const secondaryFiles = file.secondaryFiles?.map(preparedFile) ?? [];
  return {
    ...fileObject("File", file.path, {
      basename: file.basename,
      size: file.sizeBytes,
      ...(format === undefined ? {} : { format }),
    }),
    ...(secondaryFiles.length === 0 ? {} : { secondaryFiles }),
  };
}

/**
 * Completes the inputs of a process before it runs: defaults, checks, secondary files beside their primary, contents.
 * What the process does not declare is left out; what is not given is null.
 */
export async function completeInputs(process: CwlProcess, given: JsonObject): Promise<JsonObject> {
  const values = process.inputs.map((parameter) => {
    const value = Object.hasOwn(given, parameter.id) ? (given[parameter.id] ?? null) : null;
    return [parameter.id, value ?? parameter.default ?? null] as const;
  });
  const inputs = Object.fromEntries(values);
  const scope: Scope = { inputs, self: null, runtime: {}, version: process.version };
  const completed = process.inputs.map(async (parameter) => {
    const value = await completeInput(parameter, inputs[parameter.id] ?? null, scope);
    return [parameter.id, value] as const;
  });
  return Object.fromEntries(await Promise.all(completed));
}

async function completeInput(parameter: InputParameter, value: Json, scope: Scope): Promise<Json> {
  const fault = typeFault(parameter.type, value);
  if (fault !== undefined) throw new CwlFailure(`Cannot use input "${parameter.id}": ${fault}`);
  const [format] = parameter.formats;
  return mapFiles(value, async (object) => {
    const located = await locate(object);
    const formatted = format !== undefined && located.class === "File" ? { ...located, format } : located;
    const whole = await withSecondaryFiles(formatted, parameter.secondaryFiles, scope, {
      isRequired: true,
      name: `input "${parameter.id}"`,
    });
    return parameter.loadContents ? withContents(whole, scope.version) : whole;
  });
}

/** Gives a File its path, size and names; a literal keeps its contents until it is staged. */
async function locate(object: JsonObject): Promise<JsonObject> {
  const path = pathOf(object) ?? (typeof object.location === "string" ? locationPath(object.location) : undefined);
  if (path === undefined) return isJsonObject(object) ? { ...object, basename: safeBasename(object) } : object;
  const facts =
    typeof object.size === "number" || object.class === "Directory" ? undefined : await ifExists(stat(path));
  if (facts === undefined && typeof object.size !== "number" && object.class !== "Directory") {
    throw new CwlFailure(`Cannot read file "${path}": found nothing there, expected a file`);
  }
  const named = { basename: safeBasename(object) };
  return {
    ...atPath(object, path),
    ...fileObject(object.class === "Directory" ? "Directory" : "File", path, named),
    ...(facts === undefined ? {} : { size: facts.size }),
  };
}

function locationPath(location: string): string {
  if (location.startsWith("file://")) return fileURLToPath(location);
  throw new CwlFailure(`Cannot read location "${location}": expected a file of this machine`);
}
