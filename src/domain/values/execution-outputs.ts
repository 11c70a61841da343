import { defined } from "../defined.ts";
import { fault, found, pointer } from "../faults.ts";
import type { OutputRequest } from "../jobs/job.ts";
import type { Fault } from "../problem.ts";
import { idsOf, isSameType, mediaTypesOf, ownMember } from "../processes/described.ts";
import { type ProcessDescription, type TransmissionMode, transmissionModes } from "../processes/process.ts";
import { type MemberNotes, noteOthers } from "../words/other-members.ts";
import { readFormat } from "./input-forms.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/** Reads the outputs of a request, a map by id or the older list, against the description: ids, formats, transmission. */
export function readOutputs(
  raw: JsonObject | readonly Json[],
  description: ProcessDescription,
  faults: Fault[],
  warnings: string[] = [],
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
    entries.map(({ id, value, at }) => [id, readOutput(id, value, { pointer: at, faults, warnings }, description)]),
  );
}

const outputMembers = ["format", "mediaType", "transmissionMode"];

function readOutput(id: string, raw: Json, context: MemberNotes, description: ProcessDescription): OutputRequest {
  const definition = ownMember(description.outputs, id);
  if (definition === undefined) {
    context.faults.push(fault(context.pointer, raw, `one of the outputs ${idsOf(description.outputs)}`));
    return {};
  }
  if (!isJsonObject(raw)) {
    context.faults.push(fault(context.pointer, raw, `an object with any of ${outputMembers.join(", ")}`));
    return {};
  }
  noteOthers(raw, outputMembers, context);
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
  return defined({ transmissionMode, mediaType });
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
