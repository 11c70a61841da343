import type { Json, JsonObject } from "../../domain/json.ts";
import type { FileValue, OutputValue, OutputValues } from "../../domain/values.ts";
import { isList } from "./field.ts";
import { isFileObject, pathOf, safeBasename, secondaryFilesOf } from "./file-object.ts";
import { formatMediaType } from "./formats.ts";

/** Turns an output object into output values; null is left out: there is no such result. */
export function toOutputValues(outputs: JsonObject, wanted: readonly string[]): OutputValues {
  const values = Object.entries(outputs).flatMap(([id, value]): readonly (readonly [string, OutputValue])[] =>
    value === null || !wanted.includes(id) ? [] : [[id, toOutputValue(value)]],
  );
  return Object.fromEntries(values);
}

function toOutputValue(value: Json): OutputValue {
  if (isFileObject(value)) return toFileValue(value) ?? { kind: "value", value: value.contents ?? null };
  if (isList(value) && value.some(holdsFile)) return { kind: "list", items: value.map(toOutputValue) };
  return { kind: "value", value };
}

function holdsFile(value: Json): boolean {
  return isFileObject(value) || (isList(value) && value.some(holdsFile));
}

function toFileValue(object: JsonObject): FileValue | undefined {
  const path = pathOf(object);
  if (path === undefined) return undefined;
  const mediaType = typeof object.format === "string" ? formatMediaType(object.format) : undefined;
  const secondaryFiles = secondaryFilesOf(object).flatMap((file) => toFileValue(file) ?? []);
  return {
    kind: "file",
    path,
    basename: safeBasename(object),
    sizeBytes: typeof object.size === "number" ? object.size : 0,
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(secondaryFiles.length === 0 ? {} : { secondaryFiles }),
  };
}
