import { defined } from "../../domain/defined.ts";
import { fault, pointer } from "../../domain/faults.ts";
import type { Fault } from "../../domain/problem.ts";
import { isBoxSchema, typeOfSchema } from "../../domain/processes/described.ts";
import type { InputDefinition, OutputDefinition } from "../../domain/processes/process.ts";
import { holdsInnerFiles } from "../../domain/values/inner-files.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { nearNames } from "../../domain/words/near-names.ts";
import { currentSchema } from "../../engines/json-schema/current-words.ts";
import { schemaFaults } from "../../engines/json-schema/schema.ts";
import { arrayDepth, misfitOfSchemas } from "./compare-schemas.ts";
import { mergeBox } from "./merge-box.ts";
import type { GivenDescription } from "./package-schema.ts";

type Given = NonNullable<GivenDescription["inputs"]>[string];

/** Merges what a deployer says of inputs with what the CWL says: words are the deployer's, what can run is the CWL's. */
export function mergeInputs(
  at: string,
  given: NonNullable<GivenDescription["inputs"]>,
  fromCwl: Readonly<Record<string, InputDefinition>>,
  options: { readonly fileInputs: readonly string[]; readonly faults: Fault[] },
): Record<string, InputDefinition> {
  const { faults, fileInputs } = options;
  refuseUnknown(at, given, fromCwl, faults);
  const merged = Object.entries(fromCwl).map(([name, definition]): [string, InputDefinition] => {
    const own = Object.hasOwn(given, name) ? given[name] : undefined;
    if (own === undefined) return [name, definition];
    return [name, mergeInput(pointer(at, name), own, definition, { isFile: fileInputs.includes(name), faults })];
  });
  return Object.fromEntries(merged);
}

/** Merges what a deployer says of outputs with what the CWL says. */
export function mergeOutputs(
  at: string,
  given: NonNullable<GivenDescription["outputs"]>,
  fromCwl: Readonly<Record<string, OutputDefinition>>,
  faults: Fault[],
): Record<string, OutputDefinition> {
  refuseUnknown(at, given, fromCwl, faults);
  const merged = Object.entries(fromCwl).map(([name, definition]): [string, OutputDefinition] => {
    const own = Object.hasOwn(given, name) ? given[name] : undefined;
    if (own === undefined) return [name, definition];
    const { minOccurs: _least, maxOccurs: _most, schema, ...metadata } = own;
    const read = readSchema(pointer(at, name, "schema"), schema, faults);
    return [name, { ...definition, ...metadata, ...defined({ schema: read }) }];
  });
  return Object.fromEntries(merged);
}

function refuseUnknown(
  at: string,
  given: Readonly<Record<string, unknown>>,
  fromCwl: Readonly<Record<string, unknown>>,
  faults: Fault[],
): void {
  const ids = Object.keys(fromCwl);
  for (const name of Object.keys(given)) {
    if (ids.includes(name)) continue;
    const near = nearNames(name, ids);
    const hint = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
    faults.push(fault(pointer(at, name), name, `one of those of the CWL: ${ids.join(", ")}${hint}`));
  }
}

function readSchema(at: string, schema: unknown, faults: Fault[]): JsonObject | undefined {
  if (!isJsonObject(schema)) return undefined;
  faults.push(...schemaFaults(schema, at));
  return currentSchema(schema);
}

type Options = { readonly isFile: boolean; readonly faults: Fault[] };

function mergeInput(at: string, own: Given, fromCwl: InputDefinition, { isFile, faults }: Options): InputDefinition {
  const { minOccurs, maxOccurs, schema: given, default: said, ...metadata } = own;
  const read = readSchema(pointer(at, "schema"), given, faults);
  const schema =
    read !== undefined && isBoxSchema(fromCwl.schema)
      ? mergeBox(pointer(at, "schema"), read, fromCwl.schema, faults)
      : read;
  const isList = fromCwl.maxOccurs === "unbounded";
  // A list is written in one of two ways: as an input that occurs several times, or as one value that is a list.
  const isListValue = isList && schema !== undefined && takesList(schema, fromCwl.schema);
  if (schema !== undefined && !isFile) {
    const wanted: JsonObject = isListValue ? { type: "array", items: fromCwl.schema } : fromCwl.schema;
    const misfit = misfitOfSchemas(schema, wanted, pointer(at, "schema"), isListValue);
    if (misfit !== undefined) faults.push(misfit);
    else if (holdsInnerFiles(wanted) && !holdsInnerFiles(schema)) {
      const marks = 'files as {"type": "string", "contentEncoding": "binary"}, as the CWL has them';
      faults.push(fault(pointer(at, "schema"), schema, marks));
    }
  }
  const fallback = schema?.default ?? (isJson(said) ? said : undefined) ?? fromCwl.schema.default;
  const counted = isListValue
    ? listValue(schema, minOccurs, maxOccurs)
    : { schema: schema ?? fromCwl.schema, minOccurs, maxOccurs: maxOccurs ?? fromCwl.maxOccurs };
  const least = minOccurs ?? fromCwl.minOccurs;
  const isOptional = fallback !== undefined;
  const ofCwl = { ...fromCwl, ...(isOptional ? { minOccurs: 0 } : {}) };
  faults.push(...occursFaults(at, { minOccurs, maxOccurs }, ofCwl, isListValue));
  return {
    ...fromCwl,
    ...metadata,
    schema: { ...counted.schema, ...defined({ default: fallback }) },
    // What has a value of its own need not be given.
    minOccurs: isOptional ? 0 : isListValue ? Math.min(1, least) : least,
    maxOccurs: isListValue ? 1 : (counted.maxOccurs ?? 1),
  };
}

function isJson(value: unknown): value is Json {
  return value !== undefined;
}

/** Tells whether values of a schema are lists of what another one describes: all of them, or in one of the alternatives. */
function takesList(schema: JsonObject, item: JsonObject): boolean {
  const depth = arrayDepth(item);
  const alternatives = [schema.oneOf, schema.anyOf].find(Array.isArray) ?? [schema];
  return alternatives.some((one) => isJsonObject(one) && arrayDepth(one) > depth);
}

/** Some count the items of such a list as occurrences. */
function listValue(
  schema: JsonObject,
  minOccurs: unknown,
  maxOccurs: unknown,
): { readonly schema: JsonObject; readonly maxOccurs: number } {
  const isPlain = typeOfSchema(schema) === "array";
  return {
    schema: {
      ...(isPlain && typeof minOccurs === "number" && minOccurs > 1 ? { minItems: minOccurs } : {}),
      ...(isPlain && typeof maxOccurs === "number" && maxOccurs > 1 ? { maxItems: maxOccurs } : {}),
      ...schema,
    },
    maxOccurs: 1,
  };
}

type Occurs = { readonly minOccurs?: number | undefined; readonly maxOccurs?: number | "unbounded" | undefined };

/** How often an input occurs may be narrowed, never widened: what the CWL cannot take would fail later. */
function occursFaults(at: string, given: Occurs, fromCwl: Occurs, isListValue: boolean): readonly Fault[] {
  const faults: Fault[] = [];
  const least = fromCwl.minOccurs ?? 1;
  const most = numberOf(fromCwl.maxOccurs ?? 1);
  if (given.minOccurs !== undefined && given.minOccurs < least) {
    faults.push(fault(`${at}/minOccurs`, given.minOccurs, `${least} or more, as in the CWL`));
  }
  if (given.maxOccurs !== undefined && !isListValue && numberOf(given.maxOccurs) > most) {
    faults.push(fault(`${at}/maxOccurs`, given.maxOccurs, `at most ${most}, as in the CWL`));
  }
  const highest = numberOf(given.maxOccurs ?? fromCwl.maxOccurs ?? 1);
  if (!isListValue && given.minOccurs !== undefined && given.minOccurs > highest) {
    faults.push(fault(`${at}/minOccurs`, given.minOccurs, `at most ${highest}, the most that it may occur`));
  }
  return faults;
}

function numberOf(count: number | "unbounded"): number {
  return count === "unbounded" ? Number.POSITIVE_INFINITY : count;
}
