import { defined } from "../../domain/defined.ts";
import { type AnyNumber, compareNumbers, isMultiple, readNumber } from "../../domain/values/exact-number.ts";
import { doubleOf, type Json, type JsonObject } from "../../domain/values/json.ts";
import { dataTypeName, literalValue, schemaOfDataType } from "../wps/literal-types.ts";
import { ows, wps } from "../wps/namespaces.ts";
import type { ValueKind } from "../wps/value-kind.ts";
import { attribute, child, children, childText, text, type XmlElement } from "../xml.ts";

/** The units of a literal. */
export type Units = { readonly default?: string; readonly supported: readonly string[] };

/** Reads the description of a literal: its type, allowed values and ranges, default and units. */
export function readLiteral(element: XmlElement): {
  readonly kind: ValueKind;
  readonly schema: JsonObject;
  readonly uom?: Units;
} {
  const domains = children(element, wps, "LiteralDataDomain");
  const domain = domains.find((one) => attribute(one, "default") === "true") ?? domains[0] ?? element;
  const typed = child(domain, ows, "DataType") ?? child(domain, wps, "DataType");
  const dataType = dataTypeName(text(typed), referenceOf(typed));
  const type = schemaOfDataType(dataType);
  const fallback = childText(domain, ows, "DefaultValue") ?? childText(domain, wps, "DefaultValue");
  const uom = readUnits(domain);
  return {
    kind: { kind: "literal", ...defined({ dataType }) },
    schema: {
      ...type,
      ...readAllowed(child(domain, ows, "AllowedValues") ?? child(domain, wps, "AllowedValues"), type),
      ...(fallback === undefined ? {} : { default: literalValue(fallback, type) }),
    },
    ...defined({ uom }),
  };
}

/** OWS Common qualifies the attribute; servers leave that out. */
function referenceOf(element: XmlElement | undefined): string | undefined {
  return element?.attributes.find((one) => one.local === "reference")?.value;
}

function readUnits(element: XmlElement): Units | undefined {
  const listed = (from: XmlElement | undefined) =>
    from === undefined ? [] : children(from, ows, "UOM").flatMap((one) => text(one) ?? referenceOf(one) ?? []);
  const group = child(element, wps, "UOMs");
  const [chosen] = [...listed(child(group, wps, "Default")), ...listed(element)];
  const supported = [
    ...new Set([
      ...listed(child(group, wps, "Default")),
      ...listed(child(group, wps, "Supported")),
      ...listed(element),
    ]),
  ];
  if (supported.length === 0) return undefined;
  return { ...defined({ default: chosen }), supported };
}

function readAllowed(element: XmlElement | undefined, type: JsonObject): JsonObject {
  if (element === undefined) return {};
  const values = children(element, ows, "Value").flatMap((one): readonly Json[] => {
    const given = text(one);
    return given === undefined ? [] : [literalValue(given, type)];
  });
  const ranges = children(element, ows, "Range").map((range) => readRange(range, type));
  const alternatives: readonly JsonObject[] = [...(values.length === 0 ? [] : [{ enum: values }]), ...ranges];
  const [only] = alternatives;
  if (only === undefined) return {};
  return alternatives.length === 1 ? only : { anyOf: alternatives.map((one) => ({ ...type, ...one })) };
}

/** The ends count unless `rangeClosure` says otherwise (OGC 06-121r9, table 43). */
function readRange(element: XmlElement, type: JsonObject): JsonObject {
  const closure = element.attributes.find((one) => one.local === "rangeClosure")?.value ?? "closed";
  const isLowOpen = closure === "open" || closure === "open-closed";
  const isHighOpen = closure === "open" || closure === "closed-open";
  const low = limit(childText(element, ows, "MinimumValue"), type);
  const high = limit(childText(element, ows, "MaximumValue"), type);
  const spacing = limit(childText(element, ows, "Spacing"), type);
  const isStepped =
    spacing !== undefined && compareNumbers(spacing, 0) > 0 && (low === undefined || isMultiple(low, spacing));
  return {
    ...(low === undefined ? {} : { [isLowOpen ? "exclusiveMinimum" : "minimum"]: low }),
    ...(high === undefined ? {} : { [isHighOpen ? "exclusiveMaximum" : "maximum"]: high }),
    ...(isStepped ? { multipleOf: spacing } : {}),
  };
}

/** Limits of what is no number (dates, say) have no word in JSON Schema: the server checks them. */
function limit(given: string | undefined, type: JsonObject): AnyNumber | undefined {
  if (given === undefined || (type.type !== "integer" && type.type !== "number")) return undefined;
  const value = readNumber(given);
  return Number.isFinite(doubleOf(value)) ? value : undefined;
}
