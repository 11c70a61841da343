import { defined } from "../../domain/defined.ts";
import { fault } from "../../domain/faults.ts";
import type { Logger } from "../../domain/logger.ts";
import type { Fault } from "../../domain/problem.ts";
import { alternativesOf, isBoxSchema, isOfType, isSameType, typeOfSchema } from "../../domain/processes/described.ts";
import { broaderFormatsName } from "../../domain/processes/format-names.ts";
import type { Process } from "../../domain/processes/process.ts";
import { knownCrs } from "../../domain/values/crs.ts";
import { holdsInnerFiles, jsonOfItem } from "../../domain/values/inner-files.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { directoryType, isJsonType, unknownMediaType } from "../../domain/values/media-type.ts";
import type { InputItem } from "../../domain/values/values.ts";
import type { EngineJudge } from "../engine.ts";
import { type SchemaBudget, schemaBudget } from "../json-schema/check.ts";
import { readSchema } from "../json-schema/schema.ts";
import { type Alternative, compareValue, type Given } from "./compare-value.ts";
import { directoryFaults, encodingFault, innerFaults, standIn } from "./content-faults.ts";

const wantedFile = "a file: text, base64 or a link";

/** Checks values against the inputs of one revision of a process. */
export type InputCheck = {
  /**
   * Checks one input item; pointers of the faults begin with `pointer`. References are checked once they were read. All
   * items of one request share a budget.
   */
  item(inputId: string, item: InputItem, pointer: string, budget?: SchemaBudget): readonly Fault[];
  /** Tells whether files may stand inside the lists and records of an input, or in place of its plain values. */
  readonly holdsInnerFiles: (inputId: string) => boolean;
  /** Checks a value that was read from a reference. Gives what is wrong, or nothing. */
  value(inputId: string, value: Json): readonly string[];
  /** What the engine holds inputs against besides their schemas; absent where that is nothing. */
  readonly judge?: EngineJudge;
};

/** Makes what the engine of a process says; undefined for an engine that says nothing more. */
export type MakeJudge = (process: Pick<Process, "definition">) => EngineJudge | undefined;

type Checked = Pick<Process, "description" | "fileInputs"> & Partial<Pick<Process, "definition">>;

/** Is told why the values of an input of another server's process are not checked here. */
export type UncheckedInput = (inputId: string, reason: string) => void;

/**
 * Makes the check of one revision. Schemas are made ready when they are first needed. What a schema says that cannot be
 * honoured lets no value pass, since it may keep harm away; but the process of another server is checked there, so
 * `isUnchecked` is told and the value passes.
 */
export function createInputCheck(process: Checked, isUnchecked: UncheckedInput = () => undefined): InputCheck {
  const prepared = new Map<string, readonly Alternative[]>();
  const told = new Set<string>();
  const valueFaults = (inputId: string, among: readonly Alternative[], given: Given): readonly Fault[] => {
    const { faults, unknown } = compareValue(among, given);
    if (unknown === undefined || process.definition?.kind !== "remote") return faults;
    if (!told.has(inputId)) isUnchecked(inputId, unknown);
    told.add(inputId);
    return [];
  };
  const alternatives = (inputId: string): readonly Alternative[] => {
    const known = prepared.get(inputId);
    if (known !== undefined) return known;
    const made = makeAlternatives(process.description.inputs[inputId]?.schema ?? {});
    prepared.set(inputId, made);
    return made;
  };
  const holders = new Map<string, boolean>();
  return {
    holdsInnerFiles(inputId) {
      const known = holders.get(inputId);
      if (known !== undefined) return known;
      const isCwl = process.definition?.kind === "cwl" && !process.fileInputs.includes(inputId);
      const holds = isCwl && holdsInnerFiles(process.description.inputs[inputId]?.schema ?? {});
      holders.set(inputId, holds);
      return holds;
    },
    item(inputId, item, pointer, budget = schemaBudget()) {
      switch (item.kind) {
        case "reference":
          return referenceFaults(process, alternatives(inputId), { ...item, inputId }, `${pointer}/type`);
        case "bbox":
          if (process.fileInputs.includes(inputId)) {
            return [{ pointer, detail: `found a bounding box, wanted ${wantedFile}` }];
          }
          return valueFaults(inputId, alternatives(inputId), {
            value: checkable(process, inputId, { bbox: item.bbox, crs: item.crs }),
            pointer,
            budget,
          });
        case "value":
          if (item.encoding !== undefined) {
            const wrong = encodingFault(item, pointer);
            if (wrong !== undefined) return [wrong];
          }
          if (process.fileInputs.includes(inputId)) return fileFaults(process, alternatives(inputId), item, pointer);
          return qualifiedFaults(alternatives(inputId), item, pointer, (fitting) =>
            valueFaults(inputId, fitting, { value: checkable(process, inputId, item.value), pointer, budget }),
          );
        case "file":
        case "list":
        case "record": {
          const value = checkable(process, inputId, jsonOfItem(item, standIn));
          return [
            ...innerFaults(item, pointer),
            ...valueFaults(inputId, alternatives(inputId), { value, pointer, budget }),
          ];
        }
        default:
          return item satisfies never;
      }
    },
    value(inputId, value) {
      const given = { value: checkable(process, inputId, value), pointer: "", budget: schemaBudget() };
      return valueFaults(inputId, alternatives(inputId), given).map(({ detail }) => detail);
    },
  };
}

/** Gives a value as it is held against the schema: CWL takes one item for a list of one, and boxes are told apart. */
function checkable({ definition, description }: Checked, inputId: string, value: Json): Json {
  if (definition?.kind !== "cwl") return value;
  const schema = description.inputs[inputId]?.schema ?? {};
  const takesList = typeOfSchema(schema) === "array";
  const whole = takesList && value !== null && !Array.isArray(value) ? [value] : value;
  if (isBoxSchema(schema)) return withKnownCrs(whole);
  const { items } = schema;
  return Array.isArray(whole) && isJsonObject(items) && isBoxSchema(items) ? whole.map(withKnownCrs) : whole;
}

/** Of the many spellings of a reference system, the one that descriptions list. */
function withKnownCrs(value: Json): Json {
  if (!isJsonObject(value) || typeof value.crs !== "string") return value;
  return { ...value, crs: knownCrs(value.crs)?.uri ?? value.crs };
}

/** Keeps the checks of the revisions used last. */
export type InputChecks = { of(process: Checked & Pick<Process, "revision">): InputCheck };

/** Creates a bounded store of checks, by revision: a revision never changes. */
export function createInputChecks(
  maxRevisions: number,
  { logger, judgeOf }: { readonly logger?: Pick<Logger, "warn">; readonly judgeOf?: MakeJudge } = {},
): InputChecks {
  const checks = new Map<string, InputCheck>();
  return {
    of(process) {
      const known = checks.get(process.revision);
      if (known !== undefined) return known;
      const check = createInputCheck(process, (input, reason) =>
        logger?.warn("Values of an input are checked by its own server only", {
          process: process.description.id,
          input,
          reason,
        }),
      );
      const { definition } = process;
      const made = {
        ...check,
        ...defined({ judge: definition === undefined ? undefined : judgeOf?.({ definition }) }),
      };
      checks.set(process.revision, made);
      const [oldest] = checks.keys();
      if (checks.size > maxRevisions && oldest !== undefined) checks.delete(oldest);
      return made;
    },
  };
}

/**
 * An input with `oneOf` takes a value that fits any alternative: alternatives that differ by media type only would
 * all fit, and then `oneOf` itself refuses (OGC 18-062r2 /req/core/process-execute-input-mixed-type).
 */
function makeAlternatives(schema: JsonObject): readonly Alternative[] {
  const { oneOf, anyOf, ...shared } = schema;
  const document = readSchema(schema);
  return alternativesOf(schema).map((alternative) => {
    const parts = alternative === schema ? [schema] : [shared, alternative];
    const mediaType = alternative.contentMediaType ?? schema.contentMediaType;
    return {
      schema: alternative,
      validate: document.check(parts),
      ...(typeof mediaType === "string" ? { mediaType } : {}),
    };
  });
}

function qualifiedFaults(
  alternatives: readonly Alternative[],
  item: Extract<InputItem, { kind: "value" }>,
  pointer: string,
  faultsOf: (fitting: readonly Alternative[]) => readonly Fault[],
): readonly Fault[] {
  const { mediaType } = item;
  if (mediaType === undefined) return faultsOf(alternatives);
  const fitting = alternatives.filter((one) => one.mediaType === undefined || isSameType(one.mediaType, mediaType));
  if (fitting.length > 0) return faultsOf(fitting);
  const offered = alternatives.map((one) => one.mediaType).join(", ");
  return [fault(`${pointer}/mediaType`, mediaType, `one of ${offered}`)];
}

/** Checks the media type that a link says it leads to. */
function referenceFaults(
  process: Checked,
  alternatives: readonly Alternative[],
  { inputId, mediaType }: { readonly inputId: string; readonly mediaType?: string },
  pointer: string,
): readonly Fault[] {
  if (process.fileInputs.includes(inputId)) {
    // The format of what makes a directory is not the directory's own.
    return alternatives.every(isDirectory) ? [] : formatFaults(process, alternatives, mediaType, pointer);
  }
  // Another server reads by rules of its own.
  if (mediaType === undefined || process.definition?.kind === "remote") return [];
  const isNamed = alternatives.length > 0 && alternatives.every((one) => one.mediaType !== undefined);
  if (isNamed && !alternatives.some((one) => isSameType(one.mediaType ?? "", mediaType))) {
    const offered = alternatives.map((one) => one.mediaType).join(", ");
    return [fault(pointer, mediaType, `one of ${offered}`)];
  }
  return [];
}

/** What a file holds is the tool's business; but text is text, and of the formats that are described. */
function fileFaults(
  process: Checked,
  alternatives: readonly Alternative[],
  { value, mediaType }: Extract<InputItem, { kind: "value" }>,
  pointer: string,
): readonly Fault[] {
  if (alternatives.every(isDirectory)) return directoryFaults(value, pointer);
  const faults = formatFaults(process, alternatives, mediaType, `${pointer}/mediaType`);
  if (faults.length > 0 || typeof value === "string" || alternatives.some(takesJson)) return faults;
  return [fault(pointer, value, wantedFile)];
}

function isDirectory({ mediaType }: Alternative): boolean {
  return mediaType === directoryType;
}

function takesJson({ mediaType, schema }: Alternative): boolean {
  return typeOfSchema(schema) !== "string" || mediaType === undefined || isAnyType(mediaType) || isJsonType(mediaType);
}

/** Compares the format that a client names with those that are described, unless the package tells what else fits. */
function formatFaults(
  { definition }: Checked,
  alternatives: readonly Alternative[],
  mediaType: string | undefined,
  pointer: string,
): readonly Fault[] {
  const isOpen = definition?.kind === "cwl" && broaderFormatsName in definition.document;
  if (mediaType === undefined || isAnyType(mediaType) || isOpen) return [];
  const fits = (described = unknownMediaType) => isAnyType(described) || isOfType(mediaType, described);
  if (alternatives.some((one) => fits(one.mediaType))) return [];
  const offered = alternatives.map((one) => one.mediaType).join(", ");
  return [fault(pointer, mediaType, `one of ${offered}`)];
}

/** Bytes of whatever kind. */
function isAnyType(mediaType: string): boolean {
  return isSameType(mediaType, unknownMediaType);
}
