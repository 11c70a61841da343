import type { Preview } from "../../domain/documents/result-view.ts";
import { isJsonObject, type Json, parseExact } from "../../domain/json.ts";
import { essenceOf, isJsonType, isTextType } from "../../domain/media-type.ts";
import { readCsvRows } from "../../wire/csv.ts";

/** What a browser shows as an image, in which nothing is executed. */
const imageTypes: readonly string[] = [
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/bmp",
  "image/svg+xml",
];
const maxImageBytes = 20 * 2 ** 20;
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

/** Makes what can be looked at of a file; undefined for what no page shows. Nothing of a file is ever run. */
export async function previewOf({ mediaType, sizeBytes, src, read }: PreviewedFile): Promise<Preview | undefined> {
  const type = essenceOf(mediaType);
  if (imageTypes.includes(type)) {
    return src === undefined || sizeBytes > maxImageBytes ? undefined : { kind: "image", src };
  }
  const textTo = async (length: number) => new TextDecoder().decode(await read(Math.min(length, sizeBytes)));
  if (type === "text/csv" || type === "text/tab-separated-values") {
    return tableOf(await textTo(maxTableBytes), sizeBytes > maxTableBytes);
  }
  if (isJsonType(mediaType) && sizeBytes <= maxJsonBytes) {
    const text = await textTo(maxJsonBytes);
    return jsonPreview(text) ?? cutText(text);
  }
  if (isTextType(mediaType) || isJsonType(mediaType)) {
    return { kind: "text", text: await textTo(maxTextBytes), isCut: sizeBytes > maxTextBytes };
  }
  return undefined;
}

function cutText(text: string): Preview {
  return { kind: "text", text: text.slice(0, maxTextBytes), isCut: text.length > maxTextBytes };
}

function tableOf(text: string, isPart: boolean): Preview {
  const whole = isPart ? text.slice(0, text.lastIndexOf("\n") + 1) : text;
  const rows = readCsvRows(whole, maxRows + 2);
  return { kind: "table", rows: rows.slice(0, maxRows + 1), isCut: isPart || rows.length > maxRows + 1 };
}

/** Undefined for what is no JSON. */
function jsonPreview(text: string): Preview | undefined {
  const parsed = parsedOf(text);
  return parsed === undefined ? undefined : previewOfJson(parsed.value);
}

function parsedOf(text: string): { readonly value: Json } | undefined {
  try {
    return { value: parseExact(text) };
  } catch {
    // A file is what its tool wrote, whatever it is called: it is shown as text then.
    return undefined;
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
  return { kind: "table", rows: [["geometry", ...names], ...rows], isCut: features.length > maxRows };
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
