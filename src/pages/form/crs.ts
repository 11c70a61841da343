import { knownCrs } from "../../domain/values/crs.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";

/** A reference system as a text names it: its code of EPSG, and whether its coordinates begin with the latitude or the northing. */
export type NamedSystem = { readonly code: string; readonly isNorthFirst: boolean };

/** WGS 84, whose coordinates begin with the longitude where nothing else is said. */
export const wgs84 = "EPSG:4326";

/** Systems of which EPSG puts the latitude or the northing first: degrees, then projections. */
const northFirst: readonly string[] = [
  ...["EPSG:4258", "EPSG:4269", "EPSG:4979"],
  ...["EPSG:3035", "EPSG:3034", "EPSG:31467", "EPSG:31287", "EPSG:2180", "EPSG:3006", "EPSG:2193"],
];

/** Addresses, names and safe CURIEs of OGC: they mean the order of axes that EPSG defines. */
const formal =
  /^(?:https?:\/\/(?:www\.)?opengis\.net\/def\/crs\/EPSG\/[\d.]+\/(\d+)\/?|urn:(?:x-)?ogc:def:crs:EPSG:(?:[\d.]*:)?(\d+)|\[EPSG:(\d+)\])$/i;

/**
 * Finds the reference system that a text names; none named is WGS 84. A number alone is a code of EPSG. A short name
 * (`EPSG:3035`) means longitude or easting first, an address or a URN the order of axes that EPSG defines. Undefined for a text without a code.
 */
export function systemOf(text: string): NamedSystem | undefined {
  const name = text.trim();
  if (name === "" || /CRS:?84h?$/i.test(name) || /^WGS[ _-]?84$/i.test(name))
    return { code: wgs84, isNorthFirst: false };
  const known = knownCrs(name);
  if (known !== undefined) return { code: wgs84, isNorthFirst: known.isLatitudeFirst };
  const [, ...codes] = formal.exec(name) ?? [];
  const ofFormal = codes.find((code) => code !== undefined);
  if (ofFormal !== undefined) {
    const code = `EPSG:${ofFormal}`;
    return { code, isNorthFirst: northFirst.includes(code) };
  }
  const [, short] = /^(?:EPSG:{1,2})?(\d{4,6})$/i.exec(name) ?? [];
  return short === undefined ? undefined : { code: `EPSG:${short}`, isNorthFirst: false };
}

/** Tells whether a reference system is one of those that are taken, however it is spelled; where none are listed, all are. */
export function isTaken(text: string, taken: readonly string[]): boolean {
  const spelled = (one: string) => knownCrs(one)?.uri ?? one.trim();
  return taken.length === 0 || text.trim() === "" || taken.some((one) => spelled(one) === spelled(text));
}

/** Which reference systems a box may have: those that are offered, and whether no others are taken. */
export type BoxSystems = { readonly names: readonly string[]; readonly isAll: boolean };

/** Finds the reference systems that the schema of a bounding box lists. Undefined where it lists none. */
export function systemsOfBox(schema: JsonObject): BoxSystems | undefined {
  const holders = [schema, ...(isList(schema.allOf) ? schema.allOf : [])].filter(isJsonObject);
  const described = holders.flatMap(({ properties }) =>
    isJsonObject(properties) && isJsonObject(properties.crs) ? [properties.crs] : [],
  );
  for (const isAll of [true, false]) {
    const names = described.flatMap((crs) => textsOf(isAll ? crs.enum : crs.examples));
    if (names.length > 0) return { names, isAll };
  }
  return undefined;
}

function textsOf(list: Json | undefined): readonly string[] {
  return isList(list) ? list.filter((one) => typeof one === "string") : [];
}
