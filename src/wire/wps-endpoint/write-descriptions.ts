import { alternativesOf } from "../../domain/processes/described.ts";
import type { InputDefinition, OutputDefinition, ProcessDescription } from "../../domain/processes/process.ts";
import { isNumber } from "../../domain/values/exact-number.ts";
import { isJsonObject, type JsonObject } from "../../domain/values/json.ts";
import { literalText } from "../wps/literal-types.ts";
import { declarations, type WpsVersion, wpsLanguage } from "../wps/namespaces.ts";
import { crsOfSchema, formatsOfSchema, kindOfSchema, type ValueKind, type WpsFormat } from "../wps/value-kind.ts";
import { markup, textMarkup, writeXml, type XmlMarkup } from "../xml-write.ts";

/** Writes the answer to DescribeProcess for processes of ours. */
export function writeDescriptions(processes: readonly ProcessDescription[], version: WpsVersion): string {
  const root =
    version === "1.0.0"
      ? markup(
          "wps:ProcessDescriptions",
          { service: "WPS", version, "xml:lang": wpsLanguage },
          ...processes.map(description10),
        )
      : markup("wps:ProcessOfferings", {}, ...processes.map(offering20));
  return writeXml(root, declarations[version]);
}

/** In WPS 1.0 what stands inside a description has no namespace (wpsDescribeProcess_response.xsd). */
function description10(process: ProcessDescription): XmlMarkup {
  const isAsync = process.jobControlOptions.includes("async-execute");
  const inputs = Object.entries(process.inputs).map(([id, input]) =>
    markup(
      "Input",
      { minOccurs: input.minOccurs, maxOccurs: mostText(input) },
      ...named(id, input),
      input10(kindOfSchema(input.schema), input),
    ),
  );
  const outputs = Object.entries(process.outputs).map(([id, output]) =>
    markup("Output", {}, ...named(id, output), output10(kindOfSchema(output.schema), output)),
  );
  return markup(
    "ProcessDescription",
    { "wps:processVersion": process.version, storeSupported: isAsync, statusSupported: isAsync },
    ...named(process.id, process),
    inputs.length === 0 ? undefined : markup("DataInputs", {}, ...inputs),
    markup("ProcessOutputs", {}, ...outputs),
  );
}

type Described = { readonly title?: string | undefined; readonly description?: string | undefined };

function named(id: string, { title, description }: Described): readonly (XmlMarkup | undefined)[] {
  return [
    markup("ows:Identifier", {}, id),
    markup("ows:Title", {}, title ?? id),
    textMarkup("ows:Abstract", description),
  ];
}

/** WPS 1.0 has no word for "unbounded", and its clients read a number. */
const unbounded10 = 2 ** 31 - 1;

function mostText({ maxOccurs }: InputDefinition): number {
  return maxOccurs === "unbounded" ? unbounded10 : maxOccurs;
}

function input10(kind: ValueKind, { schema, ...more }: InputDefinition): XmlMarkup {
  switch (kind.kind) {
    case "literal":
      return markup(
        "LiteralData",
        {},
        dataType(kind.dataType),
        units10(more.uom),
        allowed(schema) ?? markup("ows:AnyValue"),
        schema.default === undefined || Array.isArray(schema.default)
          ? undefined
          : markup("DefaultValue", {}, literalText(schema.default)),
      );
    case "complex":
      return markup("ComplexData", { maximumMegabytes: megabytes(more) }, ...formats10(schema));
    case "bbox":
      return markup("BoundingBoxData", {}, ...crs10(schema));
    default:
      return kind satisfies never;
  }
}

function output10(kind: ValueKind, { schema, ...more }: OutputDefinition): XmlMarkup {
  switch (kind.kind) {
    case "literal":
      return markup("LiteralOutput", {}, dataType(kind.dataType), units10(more.uom));
    case "complex":
      return markup("ComplexOutput", {}, ...formats10(schema));
    case "bbox":
      return markup("BoundingBoxOutput", {}, ...crs10(schema));
    default:
      return kind satisfies never;
  }
}

function dataType(name = "string"): XmlMarkup {
  return markup("ows:DataType", { "ows:reference": `http://www.w3.org/TR/xmlschema-2/#${name}` }, name);
}

function unitsOf(uom: unknown): readonly string[] {
  if (!isUnits(uom)) return [];
  const { default: chosen, supported } = uom;
  return [...new Set([chosen, ...supported].filter((one) => typeof one === "string"))];
}

function isUnits(uom: unknown): uom is { readonly default?: unknown; readonly supported: readonly unknown[] } {
  return isJsonObject(uom) && Array.isArray(uom.supported);
}

function units10(uom: unknown): XmlMarkup | undefined {
  const units = unitsOf(uom);
  const [first] = units;
  if (first === undefined) return undefined;
  const listed = units.map((unit) => markup("ows:UOM", {}, unit));
  return markup("UOMs", {}, markup("Default", {}, markup("ows:UOM", {}, first)), markup("Supported", {}, ...listed));
}

function megabytes(more: Readonly<Record<string, unknown>>): number | undefined {
  return typeof more.maximumMegabytes === "number" ? Math.max(1, Math.floor(more.maximumMegabytes)) : undefined;
}

/** Values and ranges that a schema allows; undefined when any will do. */
function allowed(schema: JsonObject): XmlMarkup | undefined {
  const parts = [schema, ...alternativesOf(schema).filter((one) => one !== schema)].flatMap((one) => [
    ...(Array.isArray(one.enum) ? one.enum.map((value) => markup("ows:Value", {}, literalText(value))) : []),
    ...range(one),
  ]);
  return parts.length === 0 ? undefined : markup("ows:AllowedValues", {}, ...parts);
}

function range(schema: JsonObject): readonly XmlMarkup[] {
  const isLowOpen = schema.exclusiveMinimum !== undefined;
  const isHighOpen = schema.exclusiveMaximum !== undefined;
  const low = schema.exclusiveMinimum ?? schema.minimum;
  const high = schema.exclusiveMaximum ?? schema.maximum;
  if (!isNumber(low) && !isNumber(high)) return [];
  const closure = isLowOpen ? (isHighOpen ? "open" : "open-closed") : isHighOpen ? "closed-open" : "closed";
  return [
    markup(
      "ows:Range",
      { "ows:rangeClosure": closure },
      isNumber(low) ? markup("ows:MinimumValue", {}, String(low)) : undefined,
      isNumber(high) ? markup("ows:MaximumValue", {}, String(high)) : undefined,
      isNumber(schema.multipleOf) ? markup("ows:Spacing", {}, String(schema.multipleOf)) : undefined,
    ),
  ];
}

function formats10(schema: JsonObject): readonly XmlMarkup[] {
  const formats = formatsOfSchema(schema).map(format10);
  return [markup("Default", {}, formats[0]), markup("Supported", {}, ...formats)];
}

function format10({ mediaType, encoding, schema }: WpsFormat): XmlMarkup {
  return markup(
    "Format",
    {},
    textMarkup("MimeType", mediaType),
    textMarkup("Encoding", encoding),
    textMarkup("Schema", schema),
  );
}

/** What a client may take for granted of a bounding box whose schema names no reference system. */
const usualCrs = ["http://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:4326"];

function boxCrs(schema: JsonObject): readonly string[] {
  const named = crsOfSchema(schema);
  return named.length === 0 ? usualCrs : named;
}

function crs10(schema: JsonObject): readonly XmlMarkup[] {
  const all = boxCrs(schema).map((crs) => markup("CRS", {}, crs));
  return [markup("Default", {}, all[0]), markup("Supported", {}, ...all)];
}

function offering20(process: ProcessDescription): XmlMarkup {
  return markup(
    "wps:ProcessOffering",
    {
      jobControlOptions: process.jobControlOptions.join(" "),
      outputTransmission: process.outputTransmission.join(" "),
      processVersion: process.version,
    },
    markup(
      "wps:Process",
      {},
      ...named20(process.id, process),
      ...Object.entries(process.inputs).map(([id, input]) =>
        markup(
          "wps:Input",
          { minOccurs: input.minOccurs, maxOccurs: String(input.maxOccurs) },
          ...named20(id, input),
          data20(input),
        ),
      ),
      ...Object.entries(process.outputs).map(([id, output]) =>
        markup("wps:Output", {}, ...named20(id, output), data20(output)),
      ),
    ),
  );
}

function named20(id: string, { title, description }: Described): readonly (XmlMarkup | undefined)[] {
  return [
    markup("ows:Title", {}, title ?? id),
    textMarkup("ows:Abstract", description),
    markup("ows:Identifier", {}, id),
  ];
}

function data20({ schema, ...more }: OutputDefinition): XmlMarkup {
  const kind = kindOfSchema(schema);
  switch (kind.kind) {
    case "literal":
      return markup(
        "wps:LiteralData",
        {},
        markup("wps:Format", { mimeType: "text/plain", default: true }),
        domain20(kind.dataType, schema, more.uom),
      );
    case "complex":
      return markup(
        "wps:ComplexData",
        {},
        ...formatsOfSchema(schema).map((format, index) =>
          markup("wps:Format", {
            mimeType: format.mediaType,
            encoding: format.encoding,
            schema: format.schema,
            maximumMegabytes: megabytes(more),
            default: index === 0 ? true : undefined,
          }),
        ),
      );
    case "bbox":
      return markup(
        "wps:BoundingBoxData",
        {},
        markup("wps:Format", { mimeType: "text/xml", default: true }),
        ...boxCrs(schema).map((crs, index) =>
          markup("wps:SupportedCRS", { default: index === 0 ? true : undefined }, crs),
        ),
      );
    default:
      return kind satisfies never;
  }
}

/** LiteralDataDomain has no namespace of its own (wpsCommon.xsd of WPS 2.0). */
function domain20(type: string | undefined, schema: JsonObject, uom: unknown): XmlMarkup {
  const [unit] = unitsOf(uom);
  return markup(
    "LiteralDataDomain",
    { default: true },
    allowed(schema) ?? markup("ows:AnyValue"),
    dataType(type),
    unit === undefined ? undefined : markup("ows:UOM", {}, unit),
    schema.default === undefined || Array.isArray(schema.default)
      ? undefined
      : markup("ows:DefaultValue", {}, literalText(schema.default)),
  );
}
