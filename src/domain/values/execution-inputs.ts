import { fault, numberFaults, pointer } from "../faults.ts";
import type { Fault } from "../problem.ts";
import {
  idsOf,
  isDirectorySchema,
  ownMember,
  takesNull,
  takesObjectsOnly,
  typeOfSchema,
} from "../processes/described.ts";
import type { InputDefinition, ProcessDescription } from "../processes/process.ts";
import { readInnerFiles } from "./inner-files.ts";
import { readItem } from "./input-forms.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import type { InputItem, Inputs } from "./values.ts";

/** Where one input value stood in the request. */
export type LocatedItem = { readonly inputId: string; readonly pointer: string; readonly item: InputItem };

export type ReadOptions = {
  readonly warnings?: string[];
  /** Tells of which inputs files may stand inside lists and records. */
  readonly holdsInnerFiles?: (inputId: string) => boolean;
};

type Occurrence = { readonly raw: Json; readonly pointer: string };

/**
 * Reads the inputs of a request, a map by id or the older list, against the description: ids, forms, occurrences.
 */
export function readInputs(
  raw: JsonObject | readonly Json[],
  description: ProcessDescription,
  faults: Fault[],
  { warnings = [], holdsInnerFiles = () => false }: ReadOptions = {},
): { readonly inputs: Inputs; readonly items: readonly LocatedItem[] } {
  const inputs: [string, InputItem | readonly InputItem[]][] = [];
  const located: LocatedItem[] = [];
  const given = occurrencesById(raw, description, faults);
  const wantedInputs = `one of the inputs ${idsOf(description.inputs)}`;
  for (const [inputId, { occurrences: listed, at }] of given) {
    const definition = ownMember(description.inputs, inputId);
    if (definition === undefined) {
      faults.push(fault(at, listed[0]?.raw, wantedInputs));
      continue;
    }
    const occurrences = asOneList(listed, at, definition);
    checkOccurrences(at, occurrences.length, definition, faults);
    const takesBareObject = takesObjectsOnly(definition.schema);
    const items = occurrences.flatMap(({ raw: value, pointer: place }) => {
      const wrong = numberFaults(value, place);
      faults.push(...wrong);
      if (wrong.length > 0) return [];
      const context = { pointer: place, takesBareObject, faults, warnings };
      const inner = holdsInnerFiles(inputId) ? readInnerFiles(definition.schema, value, context) : undefined;
      const item = inner ?? readItem(value, context);
      if (item === undefined) return [];
      const passing = item.kind === "reference" ? "byReference" : "byValue";
      if (definition.valuePassing?.includes(passing) === false) {
        faults.push(fault(place, value, `a value passed ${definition.valuePassing.join(" or ")}`));
      }
      located.push({ inputId, pointer: place, item });
      return [item];
    });
    const [only] = items;
    if (isRepeated(definition)) inputs.push([inputId, items]);
    else if (items.length > 1) inputs.push([inputId, items]);
    else if (only !== undefined) inputs.push([inputId, only]);
  }
  for (const [inputId, definition] of Object.entries(description.inputs)) {
    // What has a default is completed with it, however often it occurs.
    if ((definition.minOccurs ?? 1) > 0 && definition.schema.default === undefined && !given.has(inputId)) {
      faults.push(fault(pointer("/inputs", inputId), undefined, `a value: input "${inputId}" is required`));
    }
  }
  return { inputs: Object.fromEntries(inputs), items: located };
}

/** Tells whether an input may be given more than once: then a list stands for its occurrences. */
export function isRepeated(definition: InputDefinition): boolean {
  return definition.maxOccurs === "unbounded" || (definition.maxOccurs ?? 1) > 1;
}

type Given = { readonly at: string; readonly occurrences: readonly Occurrence[] };

function occurrencesById(
  raw: JsonObject | readonly Json[],
  description: ProcessDescription,
  faults: Fault[],
): ReadonlyMap<string, Given> {
  const given = new Map<string, { readonly at: string; readonly occurrences: Occurrence[] }>();
  if (isJsonObject(raw)) {
    for (const [inputId, value] of Object.entries(raw)) {
      const at = pointer("/inputs", inputId);
      const definition = ownMember(description.inputs, inputId);
      if (isNothing(value, definition)) continue;
      given.set(inputId, { at, occurrences: [...occurrencesOf(value, at, definition)] });
    }
    return given;
  }
  for (const [index, entry] of raw.entries()) {
    const at = pointer("/inputs", index);
    const listed = readListed(entry, at, faults);
    if (listed === undefined) continue;
    const definition = ownMember(description.inputs, listed.id);
    if (isNothing(listed.value, definition)) continue;
    const occurrences = occurrencesOf(listed.value, at, definition);
    const earlier = given.get(listed.id);
    if (earlier === undefined) given.set(listed.id, { at, occurrences: [...occurrences] });
    else for (const occurrence of occurrences) earlier.occurrences.push(occurrence);
  }
  return given;
}

/** Null for an input that need not be given says that it is not given, unless null is one of its values. */
function isNothing(value: Json, definition: InputDefinition | undefined): boolean {
  const isNull = value === null || (isJsonObject(value) && value.value === null && Object.keys(value).length === 1);
  if (!isNull || definition === undefined) return false;
  const isOptional = (definition.minOccurs ?? 1) === 0 || definition.schema.default !== undefined;
  return isOptional && !takesNull(definition.schema);
}

/** A list stands for several occurrences only when the input may have several; else the list is the value. */
function occurrencesOf(raw: Json, at: string, definition: InputDefinition | undefined): readonly Occurrence[] {
  const isOne = definition === undefined || !(isRepeated(definition) || isListOfFiles(raw, definition));
  if (isOne) return [{ raw, pointer: at }];
  if (Array.isArray(raw)) return raw.map((value, index) => ({ raw: value, pointer: pointer(at, index) }));
  const type = typeOfSchema(definition.schema);
  if (!isJsonObject(raw) || !Array.isArray(raw.value) || type === undefined || type === "array") {
    return [{ raw, pointer: at }];
  }
  // A list with a format beside it: each item has that format.
  return raw.value.map((value, index) => ({ raw: { ...raw, value }, pointer: pointer(at, "value", index) }));
}

/** Several files may be given for one directory: they are what it holds. */
function isListOfFiles(raw: Json, { schema }: InputDefinition): boolean {
  return isDirectorySchema(schema) && Array.isArray(raw);
}

/** An input whose value is a list may come item by item, as WPS and the older list of inputs write it. */
function asOneList(occurrences: readonly Occurrence[], at: string, definition: InputDefinition): readonly Occurrence[] {
  const isListValue = !isRepeated(definition) && typeOfSchema(definition.schema) === "array";
  if (occurrences.length < 2 || !isListValue) return occurrences;
  const values = occurrences.map(({ raw }) => (isJsonObject(raw) && raw.value !== undefined ? raw.value : raw));
  return [{ raw: values, pointer: at }];
}

/** One entry of the older list: `{id, value}`, `{id, data}` or `{id, href}`, with qualifiers beside. */
function readListed(
  entry: Json | undefined,
  at: string,
  faults: Fault[],
): { readonly id: string; readonly value: Json } | undefined {
  if (!isJsonObject(entry) || typeof entry.id !== "string") {
    faults.push(fault(at, entry, "an object with an id"));
    return undefined;
  }
  const { id, data, ...rest } = entry;
  const hasData = data !== undefined;
  if (hasData && Object.keys(rest).length === 0) return { id, value: data };
  // A lone value may be a list that stands for several occurrences.
  if (!hasData && Object.keys(rest).length === 1 && Array.isArray(rest.value)) return { id, value: rest.value };
  return { id, value: hasData ? { ...rest, value: data } : rest };
}

function checkOccurrences(at: string, count: number, definition: InputDefinition, faults: Fault[]): void {
  const least = definition.minOccurs ?? 1;
  const most = definition.maxOccurs === "unbounded" ? Number.POSITIVE_INFINITY : (definition.maxOccurs ?? 1);
  if (count >= least && count <= most) return;
  if (count > 0 && isDirectorySchema(definition.schema)) return;
  // A list without items is a list: only who wants several of them says so.
  if (count === 0 && least === 1 && isRepeated(definition)) return;
  const range = least === most ? `${least}` : `${least} to ${definition.maxOccurs ?? 1}`;
  faults.push({ pointer: at, detail: `found ${count} occurrences, wanted ${range}` });
}
