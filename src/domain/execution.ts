import * as v from "valibot";
import { fault, found, issueFaults, pointer } from "./faults.ts";
import { readFormat, readItem, refuseOthers } from "./input-forms.ts";
import type { JobRequest, OutputRequest } from "./job.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import type { Fault } from "./problem.ts";
import { type InputDefinition, type ProcessDescription, type TransmissionMode, transmissionModes } from "./process.ts";
import type { InputItem, Inputs } from "./values.ts";

const modes = ["sync", "async", "auto"] as const;
export type ExecutionMode = (typeof modes)[number];

const byId = v.custom<JsonObject | readonly Json[]>(
  (value) => isJsonObject(value) || Array.isArray(value),
  "a map by id, or a list of objects with an id",
);

/**
 * The body of an execution request: OGC 18-062r2 execute.yaml, the 2.0 draft's, and the older one with lists.
 * Values of inputs and outputs are read by `readExecution`, against the process's description.
 */
export const ExecuteBodySchema = v.strictObject({
  process: v.optional(v.string("the id or URL of the process")),
  mode: v.optional(v.picklist(modes, `one of ${modes.join(", ")}`)),
  response: v.optional(v.picklist(["raw", "document"], "one of raw, document")),
  inputs: v.optional(byId),
  outputs: v.optional(byId),
  subscriber: v.optional(v.never("no subscriber: notifications are not offered")),
  notification_email: v.optional(v.never("no address: notifications are not offered")),
});

/** Where one input value stood in the request. */
export type LocatedItem = { readonly inputId: string; readonly pointer: string; readonly item: InputItem };

/** An execution request whose form is right: `items` are its inputs again, each with its place. */
export type ExecutionRequest = {
  readonly mode: ExecutionMode;
  readonly request: JobRequest;
  readonly items: readonly LocatedItem[];
};

/** Reads an execution request against the description of its process, collecting every fault. */
export function readExecution(
  payload: unknown,
  description: ProcessDescription,
): { readonly faults: readonly Fault[]; readonly execution: ExecutionRequest } {
  const empty: ExecutionRequest = { mode: "auto", request: { inputs: {} }, items: [] };
  if (!isJsonObject(payload)) return { faults: [fault("", payload, "an object with inputs")], execution: empty };
  const outcome = v.safeParse(ExecuteBodySchema, payload);
  const faults: Fault[] = outcome.success ? [] : [...issueFaults(outcome.issues)];
  const given = payload.inputs ?? {};
  const read = isById(given) ? readInputs(given, description, faults) : { inputs: {}, items: [] };
  const outputs = isById(payload.outputs) ? readOutputs(payload.outputs, description, faults) : undefined;
  if (!outcome.success) return { faults, execution: { ...empty, items: read.items } };
  const { process, mode, response } = outcome.output;
  if (process !== undefined && process !== description.id && !process.endsWith(`/processes/${description.id}`)) {
    faults.push(fault("/process", process, `"${description.id}", the process of the path`));
  }
  const wanted = Object.keys(outputs ?? description.outputs).length;
  if (response === "raw" && wanted > 1) {
    faults.push(fault("/response", response, `"document": ${wanted} outputs in one raw answer are not offered`));
  }
  const request: JobRequest = {
    inputs: read.inputs,
    ...(outputs === undefined ? {} : { outputs }),
    ...(response === undefined ? {} : { response }),
  };
  return { faults, execution: { mode: mode ?? "auto", request, items: read.items } };
}

function isById(value: unknown): value is JsonObject | readonly Json[] {
  return isJsonObject(value) || Array.isArray(value);
}

type Occurrence = { readonly raw: Json; readonly pointer: string };

function readInputs(
  raw: JsonObject | readonly Json[],
  description: ProcessDescription,
  faults: Fault[],
): { readonly inputs: Inputs; readonly items: readonly LocatedItem[] } {
  const inputs: [string, InputItem | readonly InputItem[]][] = [];
  const located: LocatedItem[] = [];
  const given = occurrencesById(raw, description, faults);
  for (const [inputId, { occurrences, at }] of given) {
    const definition = ownMember(description.inputs, inputId);
    if (definition === undefined) {
      faults.push(fault(at, occurrences[0]?.raw, `one of the inputs ${idsOf(description.inputs)}`));
      continue;
    }
    checkOccurrences(at, occurrences.length, definition, faults);
    const takesBareObject = definition.schema.type === "object";
    const items = occurrences.flatMap(({ raw: value, pointer: place }) => {
      const item = readItem(value, { pointer: place, takesBareObject, faults });
      if (item === undefined) return [];
      located.push({ inputId, pointer: place, item });
      return [item];
    });
    const [only] = items;
    if (isRepeated(definition)) inputs.push([inputId, items]);
    else if (only !== undefined) inputs.push([inputId, only]);
  }
  for (const [inputId, definition] of Object.entries(description.inputs)) {
    if ((definition.minOccurs ?? 1) > 0 && !given.has(inputId)) {
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
  const given = new Map<string, Given>();
  if (isJsonObject(raw)) {
    for (const [inputId, value] of Object.entries(raw)) {
      const at = pointer("/inputs", inputId);
      const definition = ownMember(description.inputs, inputId);
      given.set(inputId, { at, occurrences: occurrencesOf(value, at, definition) });
    }
    return given;
  }
  for (const [index, entry] of raw.entries()) {
    const at = pointer("/inputs", index);
    const listed = readListed(entry, at, faults);
    if (listed === undefined) continue;
    const definition = ownMember(description.inputs, listed.id);
    const occurrences = occurrencesOf(listed.value, at, definition);
    const earlier = given.get(listed.id);
    given.set(listed.id, { at: earlier?.at ?? at, occurrences: [...(earlier?.occurrences ?? []), ...occurrences] });
  }
  return given;
}

/** A list stands for several occurrences only when the input may have several; else the list is the value. */
function occurrencesOf(raw: Json, at: string, definition: InputDefinition | undefined): readonly Occurrence[] {
  if (definition === undefined || !isRepeated(definition) || !Array.isArray(raw)) return [{ raw, pointer: at }];
  return raw.map((value, index) => ({ raw: value, pointer: pointer(at, index) }));
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
  const range = least === most ? `${least}` : `${least} to ${definition.maxOccurs ?? 1}`;
  faults.push({ pointer: at, detail: `found ${count} occurrences, wanted ${range}` });
}

function readOutputs(
  raw: JsonObject | readonly Json[],
  description: ProcessDescription,
  faults: Fault[],
): Readonly<Record<string, OutputRequest>> {
  const entries = isJsonObject(raw)
    ? Object.entries(raw).map(([id, value]) => ({ id, value, at: pointer("/outputs", id) }))
    : raw.flatMap((entry, index) => {
        const at = pointer("/outputs", index);
        if (isJsonObject(entry) && typeof entry.id === "string") {
          const { id, ...value } = entry;
          return [{ id: entry.id, value, at }];
        }
        faults.push(fault(at, entry, "an object with an id"));
        return [];
      });
  return Object.fromEntries(
    entries.map(({ id, value, at }) => [id, readOutput(id, value, { pointer: at, faults }, description)]),
  );
}

const outputMembers = ["format", "mediaType", "transmissionMode"];

function readOutput(
  id: string,
  raw: Json,
  context: { readonly pointer: string; readonly faults: Fault[] },
  description: ProcessDescription,
): OutputRequest {
  const definition = ownMember(description.outputs, id);
  if (definition === undefined) {
    context.faults.push(fault(context.pointer, raw, `one of the outputs ${idsOf(description.outputs)}`));
    return {};
  }
  if (!isJsonObject(raw)) {
    context.faults.push(fault(context.pointer, raw, `an object with any of ${outputMembers.join(", ")}`));
    return {};
  }
  refuseOthers(raw, outputMembers, context);
  const transmissionMode = readTransmission(raw.transmissionMode, context, description);
  const format = readFormat(raw.format, { ...context, pointer: pointer(context.pointer, "format") });
  const mediaType = typeof raw.mediaType === "string" ? raw.mediaType : format.mediaType;
  if (format.encoding !== undefined) {
    const at = pointer(context.pointer, "format", "encoding");
    context.faults.push(fault(at, format.encoding, "no encoding: it follows from the media type"));
  }
  const offered = mediaTypesOf(definition.schema);
  if (mediaType !== undefined && !offered.some((type) => isSameType(type, mediaType))) {
    const at =
      raw.mediaType === undefined ? pointer(context.pointer, "format", "mediaType") : `${context.pointer}/mediaType`;
    context.faults.push(fault(at, mediaType, `one of the media types ${found(offered)}`));
  }
  return {
    ...(transmissionMode === undefined ? {} : { transmissionMode }),
    ...(mediaType === undefined ? {} : { mediaType }),
  };
}

function readTransmission(
  raw: Json | undefined,
  context: { readonly pointer: string; readonly faults: Fault[] },
  description: ProcessDescription,
): TransmissionMode | undefined {
  if (raw === undefined) return undefined;
  const offered = description.outputTransmission ?? transmissionModes;
  const mode = offered.find((one) => one === raw);
  if (mode === undefined) {
    context.faults.push(fault(pointer(context.pointer, "transmissionMode"), raw, `one of ${offered.join(", ")}`));
  }
  return mode;
}

/** Lists the alternatives of an input's or output's schema: its `oneOf` or `anyOf`, or itself. */
export function alternativesOf(schema: JsonObject): readonly JsonObject[] {
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (!Array.isArray(alternatives)) return [schema];
  return alternatives.filter(isJsonObject);
}

/** Lists the media types that a schema names; JSON or plain text when it names none. */
export function mediaTypesOf(schema: JsonObject): readonly string[] {
  return alternativesOf(schema).map((alternative) => {
    if (typeof alternative.contentMediaType === "string") return alternative.contentMediaType;
    return alternative.type === "string" ? "text/plain" : "application/json";
  });
}

/** Compares two media types without their parameters. */
export function isSameType(one: string, other: string): boolean {
  return essence(one) === essence(other);
}

function essence(mediaType: string): string {
  return (mediaType.split(";")[0] ?? "").trim().toLowerCase();
}

function ownMember<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function idsOf(record: Readonly<Record<string, unknown>>): string {
  return Object.keys(record).join(", ");
}
