import { defined } from "../../domain/defined.ts";
import { crs84h, type KnownCrs, knownCrs, withAxesTurned } from "../../domain/values/crs.ts";
import { documentOfItem } from "../../domain/values/inner-files.ts";
import type { Json } from "../../domain/values/json.ts";
import { doubleOf, isJsonObject } from "../../domain/values/json.ts";
import type { InputItem } from "../../domain/values/values.ts";
import { attribute, child, children, childText, parseXml, rawText, text, type XmlElement } from "../xml.ts";
import { markup, writeElement, type XmlMarkup, type XmlNode } from "../xml-write.ts";
import { dataTypeName, literalText } from "./literal-types.ts";
import { ows, type WpsVersion, wps, xlink } from "./namespaces.ts";
import { formatOfParts, type ValueKind, type WpsFormat } from "./value-kind.ts";

/** One value as WPS carries it, of an input or an output. */
export type WpsData =
  | { readonly kind: "literal"; readonly text: string; readonly dataType?: string; readonly uom?: string }
  /** `content` is text, base64, or XML as a document of its own. */
  | ({ readonly kind: "complex"; readonly content: string } & WpsFormat)
  /** All coordinates of the lower corner, then those of the upper one. */
  | { readonly kind: "bbox"; readonly bbox: readonly number[]; readonly crs?: string }
  | ({ readonly kind: "reference"; readonly href: string } & WpsFormat);

/** Reads the `Data` or `Reference` inside an input or output. Undefined when there is neither. */
export function readData(element: XmlElement): WpsData | undefined {
  const reference = child(element, wps, "Reference");
  if (reference !== undefined) {
    // An output's address has no namespace in WPS 1.0 (wpsExecute_response.xsd), an input's has.
    const href = attribute(reference, "href", xlink) ?? attribute(reference, "href");
    return href === undefined || href.trim() === ""
      ? undefined
      : { kind: "reference", href: href.trim(), ...formatOf(reference) };
  }
  const data = child(element, wps, "Data");
  if (data === undefined) return undefined;
  const literal = child(data, wps, "LiteralData") ?? child(data, wps, "LiteralValue");
  if (literal !== undefined) return readLiteral(literal);
  const complex = child(data, wps, "ComplexData");
  if (complex !== undefined) return { kind: "complex", content: contentOf(complex), ...formatOf(complex) };
  const box = child(data, wps, "BoundingBoxData") ?? child(data, ows, "BoundingBox");
  if (box !== undefined) return readBox(child(box, ows, "BoundingBox") ?? box);
  const format = formatOf(data);
  const isText = format.mediaType === undefined || /^text\/plain\b/.test(format.mediaType);
  // WPS 2.0 lets a literal stand in Data itself (OGC 14-065, 7.5).
  if (children(data).length === 0 && isText) return { kind: "literal", text: rawText(data) };
  return { kind: "complex", content: contentOf(data), ...format };
}

function readLiteral(element: XmlElement): WpsData {
  const dataType = dataTypeName(attribute(element, "dataType"), undefined);
  const uom = attribute(element, "uom");
  return {
    kind: "literal",
    text: rawText(element),
    ...defined({ dataType, uom }),
  };
}

function formatOf(element: XmlElement): WpsFormat {
  const part = (local: string) => {
    const value = attribute(element, local)?.trim();
    return value === "" ? undefined : value;
  };
  return formatOfParts(part("mimeType") ?? part("format"), part("encoding"), part("schema"));
}

/** Elements are written as documents of their own; without any, the text counts. */
function contentOf(element: XmlElement): string {
  const elements = children(element);
  return elements.length === 0 ? rawText(element) : elements.map(writeElement).join("\n");
}

function readBox(element: XmlElement): WpsData | undefined {
  const corner = (local: string) => (childText(element, ows, local) ?? "").split(/[\s,]+/).filter((one) => one !== "");
  const bbox = [...corner("LowerCorner"), ...corner("UpperCorner")].map(Number);
  if (bbox.length < 4 || bbox.some((one) => !Number.isFinite(one))) return undefined;
  const crs = element.attributes.find((one) => one.local === "crs")?.value;
  return { kind: "bbox", bbox, ...defined({ crs }) };
}

/** Builds a value of a link. */
export function referenceTo({ href, mediaType }: { readonly href: string; readonly mediaType?: string }): WpsData {
  return { kind: "reference", href, ...formatOfParts(mediaType, undefined, undefined) };
}

/** Builds the value of an input item, as the kind of its input wants it. */
export function dataOfInput(item: InputItem, kind: ValueKind): WpsData {
  switch (item.kind) {
    case "reference":
      return referenceTo(item);
    case "bbox":
      return kind.kind === "bbox"
        ? boxFor(item.bbox, item.crs, kind)
        : { kind: "bbox", bbox: item.bbox, crs: item.crs };
    case "value":
      return dataOfValue(item, kind);
    case "file":
      return dataOfInput(item.item, kind);
    case "list":
    case "record":
      return dataOfValue({ value: documentOfItem(item) }, kind);
    default:
      return item satisfies never;
  }
}

/** Builds the value of a JSON value, as a kind wants it. */
export function dataOfValue(
  item: { readonly value: Json; readonly mediaType?: string; readonly encoding?: string },
  kind: ValueKind,
): WpsData {
  const { value } = item;
  switch (kind.kind) {
    case "literal":
      return {
        kind: "literal",
        text: literalText(value),
        ...defined({ dataType: kind.dataType }),
      };
    case "bbox":
      return boxOf(value, kind) ?? { kind: "literal", text: literalText(value) };
    case "complex": {
      const isDefault = item.mediaType === undefined || item.mediaType === kind.mediaType;
      const mediaType = item.mediaType ?? kind.mediaType;
      const encoding = item.encoding ?? (isDefault ? kind.encoding : undefined);
      return {
        kind: "complex",
        content: typeof value === "string" ? value : JSON.stringify(value),
        ...defined({ mediaType, encoding }),
        ...(isDefault && kind.schema !== undefined ? { schema: kind.schema } : {}),
      };
    }
    default:
      return kind satisfies never;
  }
}

function boxOf(value: Json, kind: Extract<ValueKind, { kind: "bbox" }>): WpsData | undefined {
  if (!isJsonObject(value) || !Array.isArray(value.bbox)) return undefined;
  const bbox = value.bbox.flatMap((one: Json) => doubleOf(one) ?? []);
  return typeof value.crs === "string" ? boxFor(bbox, value.crs, kind) : { kind: "bbox", bbox, ...crsOf(kind) };
}

function crsOf({ crs }: Extract<ValueKind, { kind: "bbox" }>): { readonly crs?: string } {
  return defined({ crs });
}

/**
 * A box in a known system suits a server that offers another way of writing it: where latitude comes first in one of them
 * only, the axes are turned. In its short form those of EPSG:4326 are those of CRS84 by custom.
 */
function boxFor(bbox: readonly number[], crs: string, kind: Extract<ValueKind, { kind: "bbox" }>): WpsData {
  const offered = kind.supportedCrs ?? (kind.crs === undefined ? [] : [kind.crs]);
  const given = knownCrs(crs);
  if (given === undefined || offered.length === 0 || offered.includes(crs)) return { kind: "bbox", bbox, crs };
  const others = offered.flatMap((one) => {
    const known = knownCrs(one);
    return known === undefined || isWithHeights(known) !== isWithHeights(given) ? [] : [{ one, known }];
  });
  const same =
    others.find(({ known }) => known.uri === given.uri) ??
    others.find(({ known }) => known.isLatitudeFirst === given.isLatitudeFirst) ??
    others[0];
  if (same === undefined) return { kind: "bbox", bbox, crs };
  if (same.known.isLatitudeFirst === given.isLatitudeFirst) return { kind: "bbox", bbox, crs: same.one };
  const flat = bbox.length === 4 ? bbox : [...bbox.slice(0, 2), ...bbox.slice(3, 5)];
  return { kind: "bbox", bbox: withAxesTurned(flat), crs: same.one };
}

function isWithHeights({ uri }: KnownCrs): boolean {
  return uri === crs84h;
}

/** What stands inside an input or output: `Data` or `Reference`. */
export function dataMarkup(data: WpsData, version: WpsVersion, role: "input" | "output"): XmlMarkup {
  if (data.kind === "reference") {
    // The schema of 1.0 responses has a plain href; browsers' clients look for the other one alone.
    const plain = version === "1.0.0" && role === "output" ? { href: data.href } : {};
    return markup("wps:Reference", { ...plain, "xlink:href": data.href, ...formatAttributes(data) });
  }
  if (version === "1.0.0") return markup("wps:Data", {}, value10(data));
  switch (data.kind) {
    case "literal":
      return markup(
        "wps:Data",
        {},
        markup("wps:LiteralValue", { dataType: xsdType(data.dataType), uom: data.uom }, data.text),
      );
    case "complex":
      return markup("wps:Data", formatAttributes(data), contentNode(data));
    case "bbox":
      return markup("wps:Data", {}, boxMarkup("ows:BoundingBox", data));
    default:
      return data satisfies never;
  }
}

function value10(data: Exclude<WpsData, { kind: "reference" }>): XmlMarkup {
  switch (data.kind) {
    case "literal":
      return markup("wps:LiteralData", { dataType: data.dataType, uom: data.uom }, data.text);
    case "complex":
      return markup("wps:ComplexData", formatAttributes(data), contentNode(data));
    case "bbox":
      return boxMarkup("wps:BoundingBoxData", data);
    default:
      return data satisfies never;
  }
}

function xsdType(dataType: string | undefined): string | undefined {
  return dataType === undefined ? undefined : `http://www.w3.org/2001/XMLSchema#${dataType}`;
}

function formatAttributes({ mediaType, encoding, schema }: WpsFormat): Record<string, string | undefined> {
  return { mimeType: mediaType, encoding, schema };
}

function boxMarkup(name: string, { bbox, crs }: Extract<WpsData, { kind: "bbox" }>): XmlMarkup {
  const half = bbox.length / 2;
  return markup(
    name,
    { crs, dimensions: half },
    markup("ows:LowerCorner", {}, bbox.slice(0, half).join(" ")),
    markup("ows:UpperCorner", {}, bbox.slice(half).join(" ")),
  );
}

/** XML stands in the document as elements; what is no XML after all stands there as text. */
function contentNode({ content, mediaType, encoding }: Extract<WpsData, { kind: "complex" }>): string | XmlNode {
  const isXml = mediaType !== undefined && /[/+]xml\s*(;|$)/i.test(mediaType) && encoding?.toLowerCase() !== "base64";
  if (!isXml) return content;
  try {
    return parseXml(content);
  } catch {
    return content;
  }
}

/** Gives the text of an element that names something; empty when it is absent. */
export function identifierOf(element: XmlElement): string {
  return text(child(element, ows, "Identifier")) ?? attribute(element, "id") ?? "";
}
