import type { Fault } from "../../../domain/problem.ts";
import { foundText, isJsonObject, isList, type Json, type JsonObject } from "../../../domain/values/json.ts";
import { nearNames } from "../../../domain/words/near-names.ts";
import type { Place, Source } from "./source.ts";

/** A value of a document, where it stands, and where to report what is wrong with it. */
export type Field = {
  readonly value: Json | undefined;
  readonly place: Place;
  readonly report: Report;
};

/** Gathers faults and notes while a document is read. */
type Report = {
  readonly faults: Fault[];
  /** Where each of them is. */
  readonly faultPlaces: Place[];
  readonly notes: string[];
  /** Those of the notes that are faults of a document that is refused anyway: whoever mends it mends them, too. */
  readonly doubts: Fault[];
  /** What would be refused today. */
  readonly outdated: string[];
  /** True for a document that an earlier version of this program may have taken. */
  readonly takesEarlier: boolean;
  readonly locate: (place: Place) => string;
};

/** Starts reading a source. */
export function rootField(source: Source, takesEarlier = false): Field {
  return {
    value: source.value,
    place: [],
    report: { faults: [], faultPlaces: [], notes: [], doubts: [], outdated: [], takesEarlier, locate: source.locate },
  };
}

/** Records that something is wrong: what was found and what was wanted. */
export function fault(field: Field, detail: string): void {
  const name = fieldName(field.place);
  field.report.faultPlaces.push(field.place);
  field.report.faults.push({
    pointer: field.report.locate(field.place),
    detail: name === "" ? detail : `field "${name}": ${detail}`,
  });
}

/**
 * Records what an earlier version of this program took. A document that was deployed then runs on: for it this is a note,
 * with the line to change.
 */
export function newFault(field: Field, detail: string): void {
  if (!field.report.takesEarlier) fault(field, detail);
  else {
    const name = fieldName(field.place);
    const place = name === "" ? "" : `field "${name}": `;
    field.report.outdated.push(`${field.report.locate(field.place)}: ${place}${detail}`);
  }
}

/** Records that a value is not of the wanted form. */
export function unexpected(field: Field, wanted: string): void {
  fault(field, `found ${foundText(field.value)}, wanted ${wanted}`);
}

/** Records something that a reader should know, with its place. */
export function note(field: Field, text: string): void {
  field.report.notes.push(`${field.report.locate(field.place)}: ${text}`);
}

/** Records what CWL allows and nobody means: a note, and, where it is sure, one of the faults of a document that has others. */
export function doubt(field: Field, text: string, isSure: boolean): void {
  const name = fieldName(field.place);
  const detail = name === "" ? text : `field "${name}": ${text}`;
  note(field, detail);
  if (isSure) field.report.doubts.push({ pointer: field.report.locate(field.place), detail });
}

/** Words a place as a path inside its process: the pointer beside it tells which one that is. */
export function fieldName(place: Place): string {
  const inside = place[0] === "$graph" && place.length > 2 ? place.slice(2) : place;
  return inside
    .map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join("");
}

/** Goes to a member of an object; its value is undefined when it is not there. */
export function member(field: Field, name: string): Field {
  const value = isJsonObject(field.value) && Object.hasOwn(field.value, name) ? field.value[name] : undefined;
  return { value, place: [...field.place, name], report: field.report };
}

/** Goes to the items of a list. */
export function items(field: Field): readonly Field[] {
  if (!isList(field.value)) return [];
  return field.value.map((value, index) => ({ value, place: [...field.place, index], report: field.report }));
}

/** Tells whether a field was given at all; CWL treats null as absent. */
export function isPresent(field: Field): boolean {
  return field.value !== undefined && field.value !== null;
}

/** Reads an object, or reports and gives undefined. */
export function asObject(field: Field): JsonObject | undefined {
  if (isJsonObject(field.value)) return field.value;
  unexpected(field, "an object");
  return undefined;
}

/** Reads a string, or reports and gives undefined. */
export function asString(field: Field, wanted = "a string"): string | undefined {
  if (typeof field.value === "string") return field.value;
  unexpected(field, wanted);
  return undefined;
}

/** Reads an optional string member. */
export function optionalString(field: Field, name: string): string | undefined {
  const found = member(field, name);
  return isPresent(found) ? asString(found) : undefined;
}

/** Reads an optional boolean member. */
export function optionalBoolean(field: Field, name: string, fallback: boolean): boolean {
  const found = member(field, name);
  if (!isPresent(found)) return fallback;
  if (typeof found.value === "boolean") return found.value;
  unexpected(found, "true or false");
  return fallback;
}

/** Reads an optional member that is one of a few words. */
export function optionalWord<Word extends string>(
  field: Field,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const found = member(field, name);
  if (!isPresent(found)) return undefined;
  const word = words.find((candidate) => candidate === found.value);
  if (word === undefined) unexpected(found, `one of ${words.join(", ")}`);
  return word;
}

/** Reads a member that is a string or a list of strings; absent is an empty list. */
export function stringList(field: Field, name: string): readonly string[] {
  return oneOrMore(member(field, name)).flatMap((item) => asString(item, "a string or a list of strings") ?? []);
}

/** Gives the items of a list, or a single value as the only item; absent is none. */
export function oneOrMore(field: Field): readonly Field[] {
  if (!isPresent(field)) return [];
  return isList(field.value) ? items(field) : [field];
}

/** Reads `doc`: a string, or lines as a list. */
export function docText(field: Field): string | undefined {
  const lines = stringList(field, "doc");
  return lines.length === 0 ? undefined : lines.join("\n");
}

/** A member of an idMap: its name, and the object that stands for it. */
export type Entry = { readonly id: string; readonly field: Field };

/**
 * Reads what may be a list of objects with an id or a map from id to object (CWL v1.2 Schema Salad, identifier maps).
 * In a map, a value that is no object (or a list) stands for the member `shorthand`.
 */
export function entries(field: Field, idName: string, shorthand?: string): readonly Entry[] {
  if (!isPresent(field)) return [];
  if (isList(field.value)) {
    return items(field).flatMap((item) => {
      if (asObject(item) === undefined) return [];
      const id = asString(member(item, idName));
      return id === undefined ? [] : [{ id, field: item }];
    });
  }
  const map = asObject(field);
  if (map === undefined) return [];
  return Object.keys(map).flatMap((id) => {
    const item = member(field, id);
    if (isJsonObject(item.value)) return [{ id, field: item }];
    if (shorthand === undefined) {
      if (item.value === null) return [{ id, field: { ...item, value: {} } }];
      unexpected(item, "an object");
      return [];
    }
    return [{ id, field: { ...item, value: { [shorthand]: item.value ?? null } } }];
  });
}

/** Reports members that are not known, unless they belong to another vocabulary (`s:author`, `http://...`, `$...`). */
export function refuseUnknownMembers(field: Field, known: readonly string[]): void {
  if (!isJsonObject(field.value)) return;
  for (const name of Object.keys(field.value)) {
    if (known.includes(name) || name.includes(":") || name.startsWith("$")) continue;
    const near = nearNames(name, known);
    const meant = near.length === 0 ? "" : `did you mean "${near.join('" or "')}"? Else `;
    fault(member(field, name), `found an unknown field, ${meant}wanted one of ${known.join(", ")}`);
  }
}
