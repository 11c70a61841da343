import { defined, unlessEmpty } from "../../domain/defined.ts";
import type { OutputDefinition } from "../../domain/processes/process.ts";
import type { Json, JsonObject } from "../../domain/values/json.ts";
import { isJsonType } from "../../domain/values/media-type.ts";
import { ows, wps } from "../wps/namespaces.ts";
import { formatOfParts, type ValueKind, type WpsFormat } from "../wps/value-kind.ts";
import { attribute, child, children, childText, text, type XmlElement } from "../xml.ts";
import { readLiteral } from "./describe-literal.ts";

/** One input or output as a server describes it. */
export type DescribedParameter = {
  readonly id: string;
  readonly definition: OutputDefinition;
  /** How often an input may be given. */
  readonly occurs: { readonly minOccurs: number; readonly maxOccurs: number | "unbounded" };
  readonly kind: ValueKind;
};

/** Reads an input or output of a process description. Undefined for one without an identifier. */
export function readParameter(element: XmlElement): DescribedParameter | undefined {
  const id = childText(element, ows, "Identifier");
  if (id === undefined) return undefined;
  const { kind, schema, ...more } = readKind(element);
  return {
    id,
    definition: { ...readDescribed(element), schema, ...more },
    occurs: {
      minOccurs: countOf(attribute(element, "minOccurs"), 1),
      maxOccurs: mostOf(attribute(element, "maxOccurs")),
    },
    kind,
  };
}

/** Reads title, abstract and keywords, each when it is there. */
export function readDescribed(element: XmlElement): { title?: string; description?: string; keywords?: string[] } {
  const title = childText(element, ows, "Title");
  const description = childText(element, ows, "Abstract");
  const keywords = children(element, ows, "Keywords").flatMap((list) =>
    children(list, ows, "Keyword").flatMap((word) => text(word) ?? []),
  );
  return {
    ...defined({ title, description, keywords: unlessEmpty(keywords) }),
  };
}

type ReadKind = { readonly kind: ValueKind; readonly schema: JsonObject; readonly [more: string]: unknown };

function readKind(element: XmlElement): ReadKind {
  const literal = first(element, ["LiteralData", "LiteralOutput"]);
  if (literal !== undefined) return readLiteral(literal);
  const box = first(element, ["BoundingBoxData", "BoundingBoxOutput"]);
  if (box !== undefined) return readBox(box);
  return readComplex(first(element, ["ComplexData", "ComplexOutput"]));
}

function first(element: XmlElement, names: readonly string[]): XmlElement | undefined {
  return names.map((name) => child(element, wps, name)).find((found) => found !== undefined);
}

function countOf(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}

/** Servers of WPS 1.0, which has no word for it, write a great number for no limit. */
const unboundedFrom = 100_000;

function mostOf(text: string | undefined): number | "unbounded" {
  if (text === undefined) return 1;
  const most = /^\d+$/.test(text) ? Number(text) : undefined;
  if (most === undefined || most >= unboundedFrom) return "unbounded";
  return Math.max(1, most);
}

function readComplex(element: XmlElement | undefined): ReadKind {
  const formats = element === undefined ? [] : readFormats(element);
  const maximum = element === undefined ? undefined : maximumMegabytes(element);
  const schemas = formats.map(schemaOfFormat);
  const [only] = schemas;
  const schema = only === undefined ? {} : schemas.length === 1 ? only : { oneOf: schemas };
  return {
    kind: { kind: "complex", ...formats[0] },
    schema,
    ...defined({ maximumMegabytes: maximum }),
  };
}

/** Stands at the data in WPS 1.0, at its default format in 2.0. */
function maximumMegabytes(element: XmlElement): number | undefined {
  const given = [element, ...children(element, wps, "Format")].map((one) => attribute(one, "maximumMegabytes"));
  const megabytes = Number(given.find((one) => one !== undefined));
  return Number.isFinite(megabytes) && megabytes > 0 ? megabytes : undefined;
}

/** Lists the formats, the default first, each once. */
function readFormats(element: XmlElement): readonly WpsFormat[] {
  const direct = children(element, wps, "Format");
  const isDefault = (format: XmlElement) => attribute(format, "default") === "true";
  const listed = [
    ...children(child(element, wps, "Default") ?? element, wps, "Format").filter((one) => !direct.includes(one)),
    ...children(child(element, wps, "Supported") ?? element, wps, "Format").filter((one) => !direct.includes(one)),
    ...direct.filter(isDefault),
    ...direct.filter((format) => !isDefault(format)),
  ];
  const formats = listed.map(readFormat);
  return [...new Map(formats.map((format) => [JSON.stringify(format), format])).values()];
}

function readFormat(element: XmlElement): WpsFormat {
  const part = (local: string, name: string) => filled(childText(element, wps, local) ?? attribute(element, name));
  return formatOfParts(part("MimeType", "mimeType"), part("Encoding", "encoding"), part("Schema", "schema"));
}

function filled(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text.trim();
}

/** JSON may be given as it is; everything else is text, or base64 where the format says so. */
function schemaOfFormat({ mediaType, encoding, schema }: WpsFormat): JsonObject {
  const isBase64 = encoding?.toLowerCase() === "base64";
  const isJson = mediaType !== undefined && isJsonType(mediaType);
  return {
    ...(isJson && !isBase64 ? {} : { type: "string" }),
    ...defined({ contentMediaType: mediaType }),
    ...(isBase64 ? { contentEncoding: "base64" } : {}),
    ...defined({ contentSchema: schema }),
  };
}

function readBox(element: XmlElement): ReadKind {
  const all = [
    ...children(child(element, wps, "Default") ?? element, wps, "CRS"),
    ...children(child(element, wps, "Supported") ?? element, wps, "CRS"),
    ...children(child(element, wps, "Supported") ?? element, wps, "CRSsType"),
    ...children(element, wps, "SupportedCRS").toSorted((one, other) => rank(one) - rank(other)),
  ];
  const supportedCrs = [...new Set(all.flatMap((one) => text(one) ?? []))];
  const [crs] = supportedCrs;
  const crsSchema: Record<string, Json> =
    crs === undefined ? { type: "string" } : { type: "string", default: crs, examples: supportedCrs };
  const box = {
    type: "object",
    required: ["bbox"],
    properties: { bbox: { type: "array", minItems: 4, maxItems: 6, items: { type: "number" } }, crs: crsSchema },
  };
  return {
    kind: { kind: "bbox", ...(crs === undefined ? {} : { crs, supportedCrs }) },
    schema: { allOf: [{ format: "ogc-bbox" }, box] },
  };
}

function rank(element: XmlElement): number {
  return attribute(element, "default") === "true" ? 0 : 1;
}
