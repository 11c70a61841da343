import { isJsonObject, isList, type Json } from "../../../domain/values/json.ts";
import { CwlFailure } from "../../values/failure.ts";
import { fieldName } from "./field.ts";
import { shortName } from "./load-context.ts";
import type { Place } from "./source.ts";

/** Does work on a field of a process: a failure that names no field is of this one. Where it stands is looked up by `located`. */
export function inField<T>(field: Place, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw ofField(error, field);
  }
}

/** The same for work that takes a while. */
export async function duringField<T>(field: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw ofField(error, field);
  }
}

/** Names this field in a failure that names none; any other error stays what it is. */
export function ofField(error: unknown, field: Place): unknown {
  if (!(error instanceof CwlFailure) || error.field !== undefined || error.isLocated) return error;
  const { message, ...facts } = error.failure;
  return new CwlFailure(message, facts, { cause: error.cause, field });
}

/** Where the fields of processes stand, and where the inputs of the main one were given. */
export type FieldPlaces = {
  readonly document: Json;
  /** Names a place of the document: as `file:line:column` where files are known, else as a JSON pointer. */
  readonly locate: (place: Place) => string;
  readonly locateInput?: (id: string) => string | undefined;
};

/** Adds to a failure where the field stands that it is of. `isMain`: its inputs are those that the run was given. */
export function located(error: unknown, places: FieldPlaces, process: string, isMain: boolean): unknown {
  if (!(error instanceof CwlFailure) || error.field === undefined || error.isLocated) return error;
  const { field } = error;
  const { message, ...facts } = error.failure;
  const start = processPlace(places.document, process) ?? [];
  const place = placeOf(valueAt(places.document, start), field);
  const name = fieldName(place);
  const [kind, id] = field;
  const given = isMain && kind === "inputs" ? places.locateInput?.(String(id)) : undefined;
  const at = places.locate([...start, ...place]);
  // A pointer names the field itself.
  const words = [
    at,
    ...(name === "" || at.startsWith("/") ? [] : [`field "${name}"`]),
    ...(given === undefined ? [] : [`given at ${given}`]),
  ].filter((word) => word !== "/" && word !== "");
  const text = words.length === 0 ? message : `${message} (${words.join(", ")})`;
  return new CwlFailure(text, facts, { cause: error.cause, isLocated: true });
}

/** Finds a process: of a graph by its id, one that is written out in a step by the way to it. */
function processPlace(document: Json, id: string): Place | undefined {
  if (!isJsonObject(document)) return undefined;
  const { $graph: graph } = document;
  if (isList(graph)) {
    const index = graph.findIndex((one) => isJsonObject(one) && idOf(one.id) === id);
    if (index >= 0) return ["$graph", index];
  } else if ((idOf(document.id) ?? "main") === id) return [];
  const inner = /^(.*)\/([^/]+)\/run$/s.exec(id);
  if (inner === null) return undefined;
  const [, workflow = "", step = ""] = inner;
  const around = processPlace(document, workflow);
  if (around === undefined) return undefined;
  return [...around, ...placeOf(valueAt(document, around), ["steps", step, "run"])];
}

function idOf(id: Json | undefined): string | undefined {
  return typeof id === "string" ? id.slice(id.lastIndexOf("#") + 1) : undefined;
}

/** What hints may say as well as requirements. */
const alternatives: Readonly<Record<string, string>> = { requirements: "hints" };

/** Follows a field as far as it goes: members of maps by name, items of lists by id, class or name. */
function placeOf(value: Json | undefined, field: Place): Place {
  const [step, ...rest] = field;
  if (step === undefined || value === undefined) return [];
  const key = keyOf(value, step);
  if (key === undefined) return [];
  const inner = placeOf(valueAt(value, [key]), rest);
  if (inner.length > 0 || rest.length === 0) return [key, ...inner];
  const other = alternatives[String(step)];
  const elsewhere = other === undefined ? [] : placeOf(value, [other, ...rest]);
  return elsewhere.length > 1 ? elsewhere : [key];
}

function keyOf(value: Json, step: string | number): string | number | undefined {
  if (isList(value)) {
    if (typeof step === "number") return step < value.length ? step : undefined;
    const index = value.findIndex((item) => isNamed(item, step));
    return index < 0 ? undefined : index;
  }
  if (!isJsonObject(value)) return undefined;
  if (Object.hasOwn(value, step)) return step;
  // What is not said in requirements may stand in hints alone.
  const other = alternatives[String(step)];
  return other !== undefined && Object.hasOwn(value, other) ? other : undefined;
}

function isNamed(item: Json, name: string): boolean {
  if (!isJsonObject(item)) return false;
  return [item.id, item.class, item.name].some((given) => typeof given === "string" && shortName(given) === name);
}

function valueAt(value: Json, place: Place): Json | undefined {
  let at: Json | undefined = value;
  for (const step of place) {
    if (isList(at)) at = typeof step === "number" ? at[step] : undefined;
    else at = isJsonObject(at) ? at[step] : undefined;
  }
  return at;
}
