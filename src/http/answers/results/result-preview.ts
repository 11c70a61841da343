import type { Drawing, Preview } from "../../../domain/documents/result-view.ts";
import { isJsonObject, type Json, parseExact } from "../../../domain/values/json.ts";
import { excessOfText, jsonBounds } from "../../../domain/values/json-bounds.ts";
import { essenceOf, isJsonType, isShownImage, isTextType, maxImageBytes } from "../../../domain/values/media-type.ts";
import { readCsvRows } from "../../../wire/csv.ts";
import { columnNames, tableShapeOf } from "../../../wire/table-shape.ts";

/** What a map shows, whatever is in it. */
const featureTypes: readonly string[] = ["application/geo+json", "application/vnd.google-earth.kml+xml"];
const geometryTypes: readonly string[] = [
  ...["Point", "MultiPoint", "LineString", "MultiLineString"],
  ...["Polygon", "MultiPolygon", "GeometryCollection"],
];
const maxTableBytes = 256 * 1024;
const maxJsonBytes = 2 * 2 ** 20;
const maxTextBytes = 32 * 1024;
const maxRows = 200;
const maxValues = 2000;
const maxColumns = 40;

export type PreviewedFile = {
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Where the file is, when it is ours to send. */
  readonly src?: string;
  /** Reads the first bytes. */
  readonly read: (length: number) => Promise<Uint8Array>;
};

/** What is shown of a file: what the server writes into the page, and what a script of the page may draw. */
export type Seen = { readonly preview?: Preview; readonly drawing?: Drawing };

const tableTypes: readonly string[] = ["text/csv", "text/tab-separated-values"];

/** Tells whether a page can show a file, by what is known of it unread. */
export function isLookedAt({ mediaType, sizeBytes }: Pick<PreviewedFile, "mediaType" | "sizeBytes">): boolean {
  const type = essenceOf(mediaType);
  if (isShownImage(type)) return sizeBytes <= maxImageBytes;
  return type === "image/tiff" || featureTypes.includes(type) || isJsonType(type) || isTextType(type);
}

/** Returns the place of a media type among those that are looked at first, from 0: pictures, maps, tables, all else. */
export function lookRank(mediaType: string): number {
  const type = essenceOf(mediaType);
  if (type === "image/tiff" || isShownImage(type)) return 0;
  if (featureTypes.includes(type)) return 1;
  return tableTypes.includes(type) ? 2 : 3;
}

/** Makes what can be looked at of a file; nothing for what no page shows. Nothing of a file is ever run. */
export async function previewOf(file: PreviewedFile): Promise<Seen> {
  const { mediaType, sizeBytes, src, read } = file;
  const type = essenceOf(mediaType);
  if (isShownImage(type)) {
    return src === undefined || sizeBytes > maxImageBytes ? {} : { preview: { kind: "image", src } };
  }
  const textTo = async (length: number) => new TextDecoder().decode(await read(Math.min(length, sizeBytes)));
  if (type === "image/tiff") return drawn("raster", file);
  if (type === "text/html") return src === undefined ? {} : { preview: { kind: "frame", src } };
  if (tableTypes.includes(type)) {
    return tableOf(await textTo(maxTableBytes), sizeBytes > maxTableBytes, file);
  }
  if (isJsonType(mediaType) && sizeBytes <= maxJsonBytes) {
    const text = await textTo(maxJsonBytes);
    const parsed = parsedOf(text);
    if ("fault" in parsed) return { preview: { ...cutText(text), fault: parsed.fault } };
    return { preview: previewOfJson(parsed.value), ...(isDrawn(parsed.value) ? drawn("features", file) : {}) };
  }
  const isFeatures = featureTypes.includes(type);
  if (isTextType(mediaType) || isJsonType(mediaType)) {
    const kind = type === "text/markdown" ? "markdown" : "text";
    const preview = { kind, text: await textTo(maxTextBytes), isCut: sizeBytes > maxTextBytes } as const;
    return { preview, ...(isFeatures ? drawn("features", file) : {}) };
  }
  return isFeatures ? drawn("features", file) : {};
}

/** What no page may load is not drawn. */
function drawn(kind: Drawing["kind"], { src, mediaType }: PreviewedFile): Pick<Seen, "drawing"> {
  return src === undefined ? {} : { drawing: { kind, src, type: essenceOf(mediaType) } };
}

/** Tells whether a value has a place on the map: GeoJSON, or what describes data in space and time (STAC). */
export function isDrawn(value: Json): boolean {
  if (!isJsonObject(value)) return false;
  const { type, features, coordinates, geometries, stac_version: stac } = value;
  if (typeof stac === "string") return ["Feature", "Catalog", "Collection"].includes(String(type));
  if (type === "Feature") return true;
  if (type === "FeatureCollection") return Array.isArray(features);
  return geometryTypes.includes(String(type)) && (Array.isArray(coordinates) || Array.isArray(geometries));
}

function cutText(text: string): Extract<Preview, { readonly kind: "text" }> {
  return { kind: "text", text: text.slice(0, maxTextBytes), isCut: text.length > maxTextBytes };
}

function tableOf(text: string, isPart: boolean, file: PreviewedFile): Seen {
  const whole = isPart ? text.slice(0, text.lastIndexOf("\n") + 1) : text;
  const table = tableShapeOf(whole);
  const read = readCsvRows(whole, maxRows + 2, table.separator);
  const width = Math.max(0, ...read.map(({ length }) => length));
  const rows = table.hasHead || read.length === 0 ? read : [columnNames(width), ...read];
  const preview = {
    kind: "table",
    rows: rows.slice(0, maxRows + 1),
    isCut: isPart || rows.length > maxRows + 1,
  } as const;
  const { drawing } = drawn("table", file);
  return drawing === undefined ? { preview } : { preview, drawing: { ...drawing, table } };
}

/** A file is what its tool wrote, whatever it is called: what is no JSON is shown as text, with what is wrong. */
function parsedOf(text: string): { readonly value: Json } | { readonly fault: string } {
  if (excessOfText(text, { maxValues: maxJsonBytes, maxDepth: jsonBounds.maxDepth }) !== undefined) {
    return {
      fault: `It is shown as text: it is nested deeper than ${jsonBounds.maxDepth} levels, or has too many values.`,
    };
  }
  try {
    return { value: parseExact(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {
      fault: `It is shown as text, because it is no JSON: ${error.message.replace(/^JSON Parse error: /, "")}.`,
    };
  }
}

/** Makes what can be looked at of a value: features as the table of their attributes, what is large as text. */
export function previewOfJson(value: Json): Preview {
  if (typeof value === "string") return cutText(value);
  const features = featuresOf(value);
  if (features !== undefined) return featureTable(features);
  if (countValues(value, maxValues) < maxValues) return { kind: "json", value };
  return cutText(JSON.stringify(value, undefined, 2));
}

function featuresOf(value: Json): readonly Json[] | undefined {
  if (!isJsonObject(value)) return undefined;
  if (value.type === "Feature") return [value];
  return value.type === "FeatureCollection" && Array.isArray(value.features) ? value.features : undefined;
}

function featureTable(features: readonly Json[]): Preview {
  const shown = features.slice(0, maxRows).filter(isJsonObject);
  const attributes = shown.map(({ properties }) => (isJsonObject(properties ?? null) ? Object(properties) : {}));
  const names = [...new Set(attributes.flatMap((one) => Object.keys(one)))].slice(0, maxColumns);
  const rows = shown.map(({ geometry }, index) => [
    isJsonObject(geometry ?? null) ? String(Object(geometry).type) : "none",
    ...names.map((name) => cellOf(attributes[index]?.[name])),
  ]);
  return {
    kind: "table",
    rows: [["geometry", ...names], ...rows],
    isCut: features.length > maxRows,
    total: features.length,
  };
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Counts the values inside a value, up to a bound. */
function countValues(value: Json, bound: number): number {
  let [left, count] = [[value], 0];
  while (left.length > 0 && count < bound) {
    count += left.length;
    left = left.flatMap((one) => (Array.isArray(one) ? one : isJsonObject(one) ? Object.values(one) : []));
  }
  return count;
}
