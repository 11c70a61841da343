import { crs84, crs84h, knownCrs, longitudeFirst } from "../../domain/values/crs.ts";
import { doubleOf, isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { members } from "../values/types.ts";
import { geoTypes, type TypeFiles } from "./geo-types.ts";
import type { CwlType } from "./schema.ts";

/** Where Earth-observation packages import their types from; they are known here, so nothing is fetched. */
const addresses =
  /^https?:\/\/(?:raw\.githubusercontent\.com\/eoap\/schemas\/(?:refs\/(?:heads|tags)\/)?[^/]+|eoap\.github\.io\/schemas)\/(?:experimental\/)?([\w-]+)\.yaml$/;

/** Records of one field `value`, and the JSON Schema format of the text in it. */
const stringFormats: Readonly<Record<string, string>> = {
  Date: "date",
  DateTime: "date-time",
  Duration: "duration",
  Email: "email",
  Hostname: "hostname",
  IDNEmail: "idn-email",
  IDNHostname: "idn-hostname",
  IPv4: "ipv4",
  IPv6: "ipv6",
  IRI: "iri",
  IRIReference: "iri-reference",
  JsonPointer: "json-pointer",
  Password: "password",
  RelativeJsonPointer: "relative-json-pointer",
  Time: "time",
  UUID: "uuid",
  URI: "uri",
  URIReference: "uri-reference",
  URITemplate: "uri-template",
};

const demands = { formats: [], secondaryFiles: [], loadContents: false } as const;
const crs: CwlType = { kind: "enum", symbols: ["CRS84", "CRS84h"] };
const boundingBox: CwlType = {
  kind: "record",
  meaning: "ogc-bbox",
  fields: [
    { name: "bbox", type: { kind: "array", items: { kind: "double" } }, ...demands },
    { name: "crs", type: crs, ...demands },
  ],
};

function stringType(meaning: string): CwlType {
  return { kind: "record", fields: [{ name: "value", type: { kind: "string" }, ...demands }], meaning };
}

const strings = Object.fromEntries(Object.entries(stringFormats).map(([name, format]) => [name, stringType(format)]));
const { "api-endpoint": endpoints, ...geo } = geoTypes(stringType("uri"));
const files: TypeFiles = {
  ogc: { BBox: boundingBox, CRS: crs },
  string_format: strings,
  ...geo,
  "api-endpoint": { ...strings, ...endpoints },
};

/** Tells whether an address names one of the known files of types. */
export function isCustomTypesFile(address: string): boolean {
  const file = addresses.exec(address)?.[1];
  return file !== undefined && Object.hasOwn(files, file);
}

/** Finds a type by its full name, `https://.../ogc.yaml#BBox`; undefined when it is none of the known ones. */
export function customType(name: string): CwlType | undefined {
  const [address = "", own = ""] = name.split("#");
  const file = addresses.exec(address)?.[1] ?? "";
  const types = Object.hasOwn(files, file) ? files[file] : undefined;
  return types !== undefined && Object.hasOwn(types, own) ? types[own] : undefined;
}

/** Turns what a client sends for a type into what CWL has: a text into its record, a CRS's address into its name. */
export function toCustom(type: CwlType, value: Json): Json {
  if (isList(value)) {
    const array = members(type).find((member) => member.kind === "array");
    return array === undefined ? value : value.map((item) => toCustom(array.items, item));
  }
  const record = members(type).find((member) => member.kind === "record" && member.meaning !== undefined);
  if (record?.kind !== "record") return mapFields(type, value, toCustom);
  if (record.meaning !== "ogc-bbox") return typeof value === "string" ? { value } : value;
  return isJsonObject(value) ? toCustomBox(value) : value;
}

/** A tool gets longitude first, in the system that its type names: with heights or without. */
function toCustomBox(value: JsonObject): Json {
  const { bbox } = value;
  const known = knownCrs(typeof value.crs === "string" ? value.crs : crs84);
  // What is none of the known systems was refused with the request; its type refuses it here.
  if (known === undefined || !isList(bbox)) return value;
  const numbers = bbox.flatMap((one) => doubleOf(one) ?? []);
  return { ...value, bbox: longitudeFirst(numbers, known), crs: numbers.length === 6 ? "CRS84h" : "CRS84" };
}

/** Turns what CWL has for a type into what a client is promised. */
export function fromCustom(type: CwlType, value: Json): Json {
  if (isList(value)) {
    const array = members(type).find((member) => member.kind === "array");
    return array === undefined ? value : value.map((item) => fromCustom(array.items, item));
  }
  const record = members(type).find((member) => member.kind === "record" && member.meaning !== undefined);
  if (record?.kind !== "record" || !isJsonObject(value)) return mapFields(type, value, fromCustom);
  return record.meaning === "ogc-bbox" ? fromCustomBox(value) : (value.value ?? null);
}

/** A box that names no system is in that of its type; clients are told its URI. */
function fromCustomBox(value: JsonObject): Json {
  const hasHeights = isList(value.bbox) && value.bbox.length === 6;
  if (typeof value.crs !== "string") return { ...value, crs: hasHeights ? crs84h : crs84 };
  return { ...value, crs: knownCrs(value.crs)?.uri ?? value.crs };
}

/** Changes the fields of a record, where there is one record that a value can be. */
function mapFields(type: CwlType, value: Json, change: (type: CwlType, value: Json) => Json): Json {
  const [record, ...others] = members(type).filter((member) => member.kind === "record");
  if (record?.kind !== "record" || others.length > 0 || !isJsonObject(value) || !record.fields.some(holdsCustom))
    return value;
  const fields = new Map(record.fields.map((field) => [field.name, field.type]));
  const changed = Object.entries(value).map(([name, member]) => {
    const own = fields.get(name);
    return [name, own === undefined ? member : change(own, member)] as const;
  });
  return Object.fromEntries(changed);
}

function holdsCustom({ type }: { readonly type: CwlType }): boolean {
  return members(type).some((member) => {
    if (member.kind === "array") return holdsCustom({ type: member.items });
    return member.kind === "record" && (member.meaning !== undefined || member.fields.some(holdsCustom));
  });
}
