import { defined } from "../defined.ts";
import { fault, pointer } from "../faults.ts";
import type { Fault } from "../problem.ts";
import { type MemberNotes, noteOthers } from "../words/other-members.ts";
import { crs84 } from "./crs.ts";
import { doubleOf, isJsonObject, type Json, type JsonObject } from "./json.ts";
import type { InputItem } from "./values.ts";

/** What a link may have (link.yaml, and what values have). All but `href` and its media type only describe. */
const linkMembers = [
  "href",
  "type",
  "rel",
  "title",
  "hreflang",
  "length",
  "method",
  "mediaType",
  "encoding",
  "schema",
  "format",
  "value",
  "assets",
];
const qualifiedMembers = ["value", "mediaType", "encoding", "schema", "format"];
const formatMembers = ["mediaType", "encoding", "schema"];

/** Forms that the standards know and this service does not offer. */
const otherForms = ["collection", "process", "$input"];

/** Where the form of one input value is told apart. */
export type ItemContext = {
  readonly pointer: string;
  /** The input takes an object, and nothing else: then an object without `value` around it is taken as it stands. */
  readonly takesBareObject: boolean;
  readonly faults: Fault[];
  /** What was left out, for who asked. */
  readonly warnings?: string[];
};

/**
 * Tells the form of one input value apart, in the order that the overlapping schemas of the standard need: link,
 * qualified value, bounding box, bare value (OGC 18-062r2, inlineOrRefData). Undefined after a fault.
 */
export function readItem(raw: Json, context: ItemContext): InputItem | undefined {
  if (!isJsonObject(raw)) return { kind: "value", value: raw };
  if ("href" in raw) return readLink(raw, context);
  if ("value" in raw) return readQualified(raw, context);
  if ("bbox" in raw && Object.keys(raw).every((name) => name === "bbox" || name === "crs")) {
    return readBox(raw, context);
  }
  for (const form of otherForms) {
    if (form in raw && !context.takesBareObject) {
      context.faults.push(
        fault(pointer(context.pointer, form), raw[form], `a value or a link: "${form}" is not offered`),
      );
      return undefined;
    }
  }
  if (context.takesBareObject) return { kind: "value", value: raw };
  context.faults.push(
    fault(context.pointer, raw, 'an object with "value", "href" or "bbox", or a value that is no object'),
  );
  return undefined;
}

function readLink(raw: JsonObject, context: ItemContext): InputItem | undefined {
  noteOthers(raw, linkMembers, context);
  const href = textMember(raw, "href", context);
  // Some say the format of what is linked as they do of a value.
  const format = isJsonObject(raw.format) ? raw.format : {};
  const mediaType =
    textMember(raw, "type", context) ??
    textMember(raw, "mediaType", context) ??
    textMember(format, "mediaType", context);
  if (raw.method !== undefined && raw.method !== "GET") {
    context.faults.push(fault(pointer(context.pointer, "method"), raw.method, "GET: links are read, not sent to"));
  }
  if (href === undefined) return undefined;
  return { kind: "reference", href, ...defined({ mediaType, assets: assetsMember(raw, context) }) };
}

/** Which assets of STAC items are wanted. */
function assetsMember(raw: JsonObject, context: ItemContext): readonly string[] | undefined {
  const { assets } = raw;
  if (assets === undefined) return undefined;
  const words = Array.isArray(assets) ? assets.filter((word) => typeof word === "string" && word !== "") : [];
  if (Array.isArray(assets) && words.length > 0 && words.length === assets.length) return words;
  context.faults.push(
    fault(pointer(context.pointer, "assets"), assets, "a list of texts: keys, roles or media types of assets"),
  );
  return undefined;
}

function readQualified(raw: JsonObject, context: ItemContext): InputItem | undefined {
  noteOthers(raw, qualifiedMembers, context);
  const format = readFormat(raw.format, { ...context, pointer: pointer(context.pointer, "format") });
  refuseSchema(raw, context);
  const mediaType = textMember(raw, "mediaType", context) ?? format.mediaType;
  const encoding = textMember(raw, "encoding", context) ?? format.encoding;
  return {
    kind: "value",
    value: raw.value ?? null,
    ...defined({ mediaType, encoding }),
  };
}

/** The format of an input or output, inside `format` or beside the value. */
export type Format = { readonly mediaType?: string; readonly encoding?: string };

/** Reads `format: {mediaType, encoding}`. */
export function readFormat(raw: Json | undefined, context: MemberNotes): Format {
  if (raw === undefined) return {};
  if (!isJsonObject(raw)) {
    context.faults.push(fault(context.pointer, raw, "an object with mediaType"));
    return {};
  }
  noteOthers(raw, formatMembers, context);
  refuseSchema(raw, context);
  const mediaType = textMember(raw, "mediaType", context);
  const encoding = textMember(raw, "encoding", context);
  return defined({ mediaType, encoding });
}

function readBox(raw: JsonObject, context: ItemContext): InputItem | undefined {
  const { bbox } = raw;
  const numbers = Array.isArray(bbox) ? bbox.flatMap((item: Json) => doubleOf(item) ?? []) : [];
  const crs = textMember(raw, "crs", context) ?? crs84;
  if (Array.isArray(bbox) && numbers.length === bbox.length && (bbox.length === 4 || bbox.length === 6)) {
    return { kind: "bbox", bbox: numbers, crs };
  }
  context.faults.push(fault(pointer(context.pointer, "bbox"), bbox, "4 or 6 numbers"));
  return undefined;
}

/** A schema qualifier would choose among alternatives by itself; media types do that here. */
function refuseSchema(raw: JsonObject, context: Pick<ItemContext, "pointer" | "faults">): void {
  if (raw.schema === undefined) return;
  context.faults.push(
    fault(pointer(context.pointer, "schema"), raw.schema, "mediaType alone: a schema is not offered"),
  );
}

function textMember(
  raw: JsonObject,
  name: string,
  context: Pick<ItemContext, "pointer" | "faults">,
): string | undefined {
  const value = raw[name];
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  context.faults.push(fault(pointer(context.pointer, name), value, "some text"));
  return undefined;
}
