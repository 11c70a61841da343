import type { Json, JsonObject } from "../../domain/values/json.ts";

/** Names the unit that a schema says; undefined when it says none. */
export function unitOf(schema: JsonObject): string | undefined {
  const units = ["unit", "uom", "units", "x-unit", "x-ogc-unit"].map((name) => schema[name]);
  return units.flatMap((unit) => (typeof unit === "string" && unit !== "" ? [unit] : []))[0];
}

/** The bounds of 32 and 64 bits say how a number is held, not what it may mean. */
const widest = ["-2147483648", "2147483647", "-9223372036854775808", "9223372036854775807"];

/** Tells whether a bound is only that of the type of a whole number. */
export function isWidest(bound: Json | undefined): boolean {
  return bound !== undefined && widest.includes(String(bound));
}
