import { type Box, readBbox } from "./antimeridian.ts";

/** What a map shows of a document: geometries that can be drawn, each with what is said of it. */
export type Read = {
  readonly features: readonly Shown[];
  /** How many features the document has. */
  readonly total: number;
  /** How many have no geometry, and how many have one that cannot be drawn. */
  readonly without: number;
  readonly wrong: number;
  /** Some of these are not wrong, but more than the map takes. */
  readonly isTooMuch?: boolean;
  /** The addresses of the documents that a catalog leads to, where it does. */
  readonly sources?: readonly string[];
  /** The reference system that the document names; longitude and latitude when absent. */
  readonly crs?: string;
};

export type Shown = {
  readonly geometry: Geometry | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The box that the document says of it, or of the collection that it is in (RFC 7946, 5). */
  readonly box?: Box;
};
export type Geometry = { readonly type: string; readonly coordinates: unknown } | Collection;
type Collection = { readonly type: "GeometryCollection"; readonly geometries: readonly Geometry[] };

/** More is not drawn: a page must stay usable. */
export const limits = { bytes: 12_000_000, features: 20_000, positions: 400_000 } as const;

/** How deep the coordinates of a type lie. */
const depths: ReadonlyMap<string, number> = new Map([
  ["Point", 0],
  ["MultiPoint", 1],
  ["LineString", 1],
  ["MultiLineString", 2],
  ["Polygon", 2],
  ["MultiPolygon", 3],
]);

type Members = Readonly<Record<string, unknown>>;

/** Tells whether a value has members. */
export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads GeoJSON, whatever is in it: what cannot be drawn is counted. Undefined for what is no GeoJSON. */
export function readFeatures(value: unknown): Read | undefined {
  if (!isMembers(value)) return undefined;
  const members = value.type === "FeatureCollection" ? value.features : [value];
  if (!Array.isArray(members)) return undefined;
  if (value.type !== "FeatureCollection" && value.type !== "Feature" && !isGeometryType(value.type)) return undefined;
  const left = { positions: limits.positions };
  let [without, wrong] = [0, 0];
  const features = members.slice(0, limits.features).map((member: unknown): Shown => {
    const feature: Members = isMembers(member) ? member : {};
    const given = feature.type === "Feature" ? feature.geometry : isGeometryType(feature.type) ? feature : undefined;
    const geometry = readGeometry(given, left, 0);
    if (given === undefined || given === null) without += 1;
    else if (geometry === undefined) wrong += 1;
    const box = [feature.bbox, isMembers(given) ? given.bbox : undefined, value.bbox].map(readBbox).find(isBox);
    return { geometry, attributes: attributesOf(feature), ...(box === undefined ? {} : { box }) };
  });
  const crs = crsOf(value);
  return {
    features,
    total: members.length,
    without,
    wrong,
    isTooMuch: left.positions < 0,
    ...(crs === undefined ? {} : { crs }),
  };
}

function isBox(box: Box | undefined): box is Box {
  return box !== undefined;
}

function isGeometryType(type: unknown): boolean {
  return typeof type === "string" && (depths.has(type) || type === "GeometryCollection");
}

function attributesOf({ type, id, properties }: Members): Members {
  if (type !== "Feature") return {};
  const own = isMembers(properties) ? properties : {};
  return typeof id === "string" || typeof id === "number" ? { id, ...own } : own;
}

/** Takes the geometry only when each of its positions is one; counts them down. */
export function readGeometry(value: unknown, left: { positions: number }, depth: number): Geometry | undefined {
  if (!isMembers(value) || depth > 4) return undefined;
  const { type, coordinates, geometries } = value;
  if (type === "GeometryCollection" && Array.isArray(geometries)) {
    const inner = geometries.flatMap((one) => readGeometry(one, left, depth + 1) ?? []);
    return inner.length === 0 ? undefined : { type, geometries: inner };
  }
  if (typeof type !== "string") return undefined;
  const deep = depths.get(type);
  return deep !== undefined && areCoordinates(coordinates, deep, left) ? { type, coordinates } : undefined;
}

function areCoordinates(value: unknown, deep: number, left: { positions: number }): boolean {
  if (!Array.isArray(value)) return false;
  if (deep === 0) {
    left.positions -= 1;
    return left.positions >= 0 && value.length >= 2 && value.slice(0, 3).every((one) => Number.isFinite(one));
  }
  return value.length > 0 && value.every((one) => areCoordinates(one, deep - 1, left));
}

/** The reference system as GeoJSON named it before RFC 7946: by a name, a link, or a code. */
function crsOf({ crs }: Members): string | undefined {
  if (!isMembers(crs)) return undefined;
  const { name, href, code } = isMembers(crs.properties) ? crs.properties : {};
  const said =
    [name, href, crs.name].find((one) => typeof one === "string") ?? (code === undefined ? undefined : `EPSG:${code}`);
  if (typeof said !== "string") return "without a name";
  if (/CRS:?84h?$|EPSG:(?:[\d.]*:)?4326$|EPSG\/[\d.]+\/4326$/i.test(said)) return undefined;
  const [, number] = /EPSG(?::(?:[\d.]*:)?|\/(?:[\d.]+\/)?)(\d{4,6})(?:\/|$)/i.exec(said) ?? [];
  return number === undefined ? said.slice(0, 100) : `EPSG:${number}`;
}

/** Leaves out all but the first two numbers of each position: the map is flat, and positions may have more of them than it knows. */
export function withoutHeights(geometry: Geometry): Geometry {
  if ("geometries" in geometry) return { ...geometry, geometries: geometry.geometries.map(withoutHeights) };
  return { type: geometry.type, coordinates: flattened(geometry.coordinates) };
}

function flattened(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return typeof value[0] === "number" ? value.slice(0, 2) : value.map(flattened);
}

/** Tells whether a geometry lies on the earth, by longitudes and latitudes. */
export function isOnEarth(geometry: Geometry): boolean {
  // Some tools write what lies over the antimeridian beyond 180 degrees.
  return positionsOf(geometry).every(([longitude = Number.NaN, latitude = Number.NaN]) => {
    return Math.abs(longitude) <= 360 && Math.abs(latitude) <= 90;
  });
}

/** Words that geometries lie nowhere on the earth, and why that may be; undefined when there are none. */
export function elsewhereWords(geometries: readonly Geometry[], all: number): string | undefined {
  const count = geometries.length;
  const [first] = geometries.flatMap((geometry) =>
    positionsOf(geometry).filter(([x = 0, y = 0]) => Math.abs(x) > 360 || Math.abs(y) > 90),
  );
  if (first === undefined) return undefined;
  const isTurned = geometries.flatMap(positionsOf).every(([x = 0, y = 0]) => Math.abs(x) <= 90 && Math.abs(y) <= 360);
  const why = isTurned ? "it seems that the latitude stands first" : "a reference system of other units is not named";
  return `${count} of ${all} features ${count === 1 ? "is" : "are"} not on the map: found ${first.slice(0, 2).join(", ")}, wanted a longitude and a latitude; ${why}.`;
}

/** Lists the corners of all geometries; none for what has no place on a map of longitudes and latitudes. */
export function positionsOf(geometry: Geometry): readonly (readonly number[])[] {
  if ("geometries" in geometry) return geometry.geometries.flatMap(positionsOf);
  return flat(geometry.coordinates);
}

function flat(value: unknown): readonly (readonly number[])[] {
  if (!Array.isArray(value)) return [];
  return typeof value[0] === "number" ? [value] : value.flatMap(flat);
}

/** Words what of a document is not on the map. */
export function missingWords({ features, total, without, wrong, isTooMuch = false }: Read): readonly string[] {
  const all = features.length;
  const be = wrong === 1 ? "is" : "are";
  const why = isTooMuch ? `found more than ${limits.positions} points` : "found coordinates that are no numbers";
  return [
    ...(total === 0 ? ["It has no features."] : []),
    ...(total > all ? [`Only the first ${all} of ${total} features are shown.`] : []),
    ...(without > 0 ? [`${without} of ${all} features ${without === 1 ? "has" : "have"} no geometry.`] : []),
    ...(wrong > 0 ? [`${wrong} of ${all} geometries ${be} not on the map: ${why}.`] : []),
  ];
}
