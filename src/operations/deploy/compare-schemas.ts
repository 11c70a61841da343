import { fault, found, pointer } from "../../domain/faults.ts";
import type { Fault } from "../../domain/problem.ts";
import { alternativesOf, typeOfSchema } from "../../domain/processes/described.ts";
import { isJsonObject, type JsonObject } from "../../domain/values/json.ts";

/** Tells how many lists are around the values of a schema. */
export function arrayDepth(schema: JsonObject): number {
  if (typeOfSchema(schema) !== "array") return 0;
  return 1 + (isJsonObject(schema.items) ? arrayDepth(schema.items) : 0);
}

/**
 * Compares the schema that a deployer gave with that of the CWL's type, both of one value: where they have no value in
 * common, no request could ever run. `mayBeItem`: an alternative may be one item of the list.
 */
export function misfitOfSchemas(
  given: JsonObject,
  wanted: JsonObject,
  at: string,
  mayBeItem = false,
): Fault | undefined {
  const types = typesOf(given);
  const takes = typesOf(wanted);
  if (types === undefined || takes === undefined) return undefined;
  const items = mayBeItem && isJsonObject(wanted.items) ? typesOf(wanted.items) : new Set<string>();
  const all = items === undefined ? types : new Set([...takes, ...items]);
  if (![...types].some((type) => isAmong(type, all))) {
    return {
      pointer: at,
      detail: `found a schema of ${[...types].join(", ")}, wanted ${[...takes].join(", ")}, as in the CWL`,
    };
  }
  const { enum: listed } = given;
  if (Array.isArray(listed) && Array.isArray(wanted.enum)) {
    const symbols = wanted.enum;
    const unknown = listed.findIndex((one) => one !== null && !symbols.includes(one));
    if (unknown !== -1)
      return fault(pointer(at, "enum", unknown), listed[unknown], `one of ${found(symbols)}, as in the CWL`);
  }
  if (!isJsonObject(given.items) || !isJsonObject(wanted.items)) return undefined;
  return misfitOfSchemas(given.items, wanted.items, pointer(at, "items"));
}

function isAmong(type: string, types: ReadonlySet<string>): boolean {
  if (types.has(type)) return true;
  return (type === "integer" && types.has("number")) || (type === "number" && types.has("integer"));
}

/** The types of JSON that a schema takes, null aside; undefined when it says none. */
function typesOf(schema: JsonObject): ReadonlySet<string> | undefined {
  if (Array.isArray(schema.type)) return new Set(schema.type.map(String).filter((type) => type !== "null"));
  const only = typeOfSchema(schema);
  if (only !== undefined) return new Set([only]);
  const alternatives = alternativesOf(schema).filter((one) => one !== schema && one.type !== "null");
  if (alternatives.length === 0) return undefined;
  const found = new Set<string>();
  for (const types of alternatives.map(typesOf)) {
    if (types === undefined) return undefined;
    for (const type of types) found.add(type);
  }
  return found;
}
