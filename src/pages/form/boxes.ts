import { doubleOf, isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import type { AreaForm, Corners, Field, Shape } from "./field.ts";

/** Tells how an area is written in a text; undefined for what is none. */
export function areaFormOf(text: string): AreaForm | undefined {
  const trimmed = text.trim();
  if (wellKnownText.test(trimmed)) return "wkt";
  if (trimmed.startsWith("{") && geoJsonType.test(trimmed)) return "geojson";
  const parts = trimmed
    .replace(/^\[|\]$/g, "")
    .trim()
    .split(/\s*,\s*|\s+/);
  return parts.length === 4 && parts.every((part) => part !== "" && Number.isFinite(Number(part)))
    ? "numbers"
    : undefined;
}

/** Extended well-known text begins with the number of its reference system. */
const wellKnownText =
  /^(?:SRID=\d+;\s*)?(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\s*(?:(?:ZM?|M)\s*)?(?:\(|EMPTY)/i;
const geoJsonType =
  /"type"\s*:\s*"(?:Feature|FeatureCollection|(?:Multi)?(?:Point|LineString|Polygon)|GeometryCollection)"/;

/** What a text is called that is an area. */
const areaName = /(?:^|[\W_])(?:aoi|b[ _-]?box|bounding[ _-]?box)(?:$|[\W_])/i;
/** What may be an area, when its description says how it is written. */
const placeName =
  /(?:^|[\W_])(?:aoi|roi|wkt|geom(?:etry)?|polygon|footprint|extent|bounds|area|region|(?:area|region)[ _-]of[ _-]interest)(?:$|[\W_])/i;

/** How descriptions call the forms. */
const formWords: readonly (readonly [AreaForm, RegExp])[] = [
  ["numbers", /\bb[ _-]?box\b|\bbounding[ _-]box\b|\bmin[ _-]?(?:x|lon)|\bwest\b|\bfour numbers\b/i],
  ["wkt", /(?:^|[\W_])wkt(?:$|[\W_])|\bwell[ -]known[ -]text\b/i],
  ["geojson", /\bgeo[ -]?json\b/i],
];

/**
 * Lists how the area of a text may be written, what is usual first, by its default, by what it is called, and by what its names and its
 * description say of it. Undefined for a text that is no area.
 */
export function areaForms(
  names: readonly string[],
  about: string | undefined,
  fallback: unknown,
): readonly [AreaForm, ...AreaForm[]] | undefined {
  const said = [...names, about ?? ""].map(inWords);
  const told = formWords
    .flatMap(([form, pattern]) => {
      const at = said.join("\n").search(pattern);
      return at < 0 ? [] : [{ form, at }];
    })
    .toSorted((one, other) => one.at - other.at)
    .map(({ form }) => form);
  if (typeof fallback === "string" && fallback.trim() !== "") {
    const form = areaFormOf(fallback);
    return form === undefined ? undefined : [form, ...told.filter((one) => one !== form)];
  }
  const [first, ...others] = told;
  const isNamed = isCalled(names, areaName);
  if (first !== undefined && (isNamed || ((first !== "numbers" || others.length > 0) && isCalled(names, placeName)))) {
    return [first, ...others];
  }
  return isNamed ? ["numbers", "wkt", "geojson"] : undefined;
}

/** What boxes are called where numbers are wanted. */
const boxWords = [
  ...["aoi", "roi", "b[ _-]?box", "bounding[ _-]?box", "bounds", "extents?", "envelope"],
  ...["area[ _-]of[ _-]interest", "region[ _-]of[ _-]interest"],
];
const boxName = new RegExp(`(?:^|[\\W_])(?:${boxWords.join("|")})(?:$|[\\W_])`, "i");

function isCalled(names: readonly string[], pattern: RegExp): boolean {
  return names.some((name) => pattern.test(inWords(name)));
}

/** Each word of inputBbox counts for itself. */
function inWords(name: string): string {
  return name.replaceAll(/([a-z\d])([A-Z])/g, "$1 $2");
}

/**
 * Tells whether a list of numbers is a box: by its default, by what it is called, or because it has four numbers. One whose default,
 * length or bounds are those of no box is none, whatever it is called.
 */
export function isBoxList(
  { item, least, most }: Extract<Shape, { kind: "rows" }>,
  names: readonly string[],
  fallback: Json | undefined,
): boolean {
  if (item.kind !== "number" || item.isWhole || most < 4 || least > 6 || least === 5) return false;
  const isNamed = isCalled(names, boxName);
  if (isList(fallback) && fallback.length > 0) return isBox(fallback) && (fallback.length === 4 || isNamed);
  return isNamed || (least === 4 && (most === 4 || most === 6) && takesLatitudes(item));
}

/** Tells whether values are four numbers, or six with heights, that may be a box in degrees. */
function isBox(values: readonly Json[]): boolean {
  const numbers = values.flatMap((value) => doubleOf(value) ?? []);
  if (numbers.length !== values.length || (numbers.length !== 4 && numbers.length !== 6)) return false;
  const [west = 0, south = 0, east = 0, north = 0] =
    numbers.length === 4 ? numbers : [0, 1, 3, 4].map((at) => numbers[at]);
  return [west, east].every((one) => Math.abs(one) <= 180) && south >= -90 && south <= north && north <= 90;
}

function takesLatitudes({ minimum, maximum }: Extract<Shape, { kind: "number" }>): boolean {
  return Number(minimum ?? -90) <= -90 && Number(maximum ?? 90) >= 90;
}

/** Finds how many items a list has by alternatives that only tell their numbers, as four or six for a box. */
export function sizesOf(alternatives: readonly JsonObject[]): JsonObject {
  const [least, most] = [alternatives.map(({ minItems }) => minItems), alternatives.map(({ maxItems }) => maxItems)];
  const isTold = [...least, ...most].every((one) => typeof one === "number");
  return isTold ? { minItems: Math.min(...least.map(Number)), maxItems: Math.max(...most.map(Number)) } : {};
}

/** Tells whether a list has exactly four or six numbers, each described for itself. */
export function isTupleOfNumbers({ prefixItems, items, maxItems }: JsonObject): boolean {
  if (!isList(prefixItems) || (prefixItems.length !== 4 && prefixItems.length !== 6)) return false;
  const isWhole = items === false || maxItems === prefixItems.length;
  return isWhole && prefixItems.every((one) => isJsonObject(one) && one.type === "number");
}

const [x, y] = ["(?:x|lon|lng|long|longitude)", "(?:y|lat|latitude)"];
const [least, most] = ["min(?:imum)?", "max(?:imum)?"];
const sides = [
  `w|west|left|west(?:bound)?${x}|${least}${x}|${x}(?:${least}|west)`,
  `s|south|bottom|south(?:bound)?${y}|${least}${y}|${y}(?:${least}|south)`,
  `e|east|right|east(?:bound)?${x}|${most}${x}|${x}(?:${most}|east)`,
  `n|north|top|north(?:bound)?${y}|${most}${y}|${y}(?:${most}|north)`,
].map((words) => new RegExp(`^(?:${words})$`));
const systems = /^(?:bbox)?(?:crs|srs|srid|epsg|epsgcode|crsname|srsname|proj|projection|coordinatereferencesystem)$/;

/**
 * Finds the members of a record that are the west, south, east and north of a box, and that of its reference system, typed or
 * chosen from a list. Undefined where a side is missing.
 */
export function cornersOf(members: readonly Field[]): Corners | undefined {
  const called = (pattern: RegExp) =>
    members.filter(({ id }) => pattern.test(id.toLowerCase().replaceAll(/[^a-z]/g, "")));
  const found = sides.map(called);
  const ids = found.flatMap(([side, ...others]) => {
    const isNumber = side?.shape.kind === "number" && !side.shape.isWhole;
    return side !== undefined && isNumber && others.length === 0 ? [side.id] : [];
  });
  if (ids.length !== 4) return undefined;
  const [system, ...others] = called(systems);
  if (system === undefined) return { ids };
  return others.length === 0 && isSystem(system.shape) ? { ids, crs: system.id } : undefined;
}

function isSystem(shape: Shape): boolean {
  if (shape.kind === "alternatives") return shape.alternatives.every((one) => isSystem(one.shape));
  return shape.kind === "text" || shape.kind === "number" || (shape.kind === "choice" && !shape.isSeveral);
}
