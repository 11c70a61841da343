import { defined } from "../defined.ts";
import { pointer } from "../faults.ts";
import { alternativesOf, typeOfSchema } from "../processes/described.ts";
import { type ItemContext, readItem } from "./input-forms.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { directoryType } from "./media-type.ts";
import type { InnerFile, InputItem, PlainItem } from "./values.ts";

/** Tells whether a schema is that of a file or a directory: its bytes, or a reference to it. */
function isFilePlace({ contentEncoding, contentMediaType }: JsonObject): boolean {
  return contentEncoding === "binary" || contentMediaType === directoryType;
}

/** The alternatives of a schema, and those of these. */
function allAlternatives(schema: JsonObject): readonly JsonObject[] {
  const alternatives = alternativesOf(schema);
  return alternatives.flatMap((one) => (one === schema ? [one] : allAlternatives(one)));
}

function holdsFiles(schema: JsonObject): boolean {
  return allAlternatives(schema).some((one) => isFilePlace(one) || isHolder(one));
}

function isHolder({ items, properties }: JsonObject): boolean {
  const inner = [items, ...(isJsonObject(properties) ? Object.values(properties) : [])];
  return inner.some((one) => isJsonObject(one) && holdsFiles(one));
}

/** Tells whether values of a schema may hold files or directories inside lists or records, or beside plain values. */
export function holdsInnerFiles(schema: JsonObject): boolean {
  const alternatives = allAlternatives(schema);
  return alternatives.some(isHolder) || (alternatives.some(isFilePlace) && !alternatives.every(isFilePlace));
}

/**
 * Reads a value that may hold files, as its schema says where they stand: each a link, a value with its format, or text. Undefined
 * where it holds none, or has another shape: then it is read as any other.
 */
export function readInnerFiles(schema: JsonObject, raw: Json, context: ItemContext): InputItem | undefined {
  const read = readInside(schema, raw, context);
  if (read !== undefined && innerFiles(read).length > 0) return read;
  // A format beside the whole says nothing of what is inside.
  if (!isJsonObject(raw) || raw.value === undefined || typeof raw.value !== "object") return undefined;
  return readInnerFiles(schema, raw.value, { ...context, pointer: pointer(context.pointer, "value") });
}

function readInside(schema: JsonObject, raw: Json, context: ItemContext): InputItem | undefined {
  const alternatives = allAlternatives(schema);
  // Text is text where the schema takes any, and else what a file holds.
  const chosen =
    alternatives.find((one) => fits(one, raw, false)) ??
    alternatives.find((one) => fits(one, raw, true)) ??
    onlyHolder(alternatives, raw);
  if (chosen === undefined) return undefined;
  if (isFilePlace(chosen)) return readFile(chosen, raw, context);
  const { items, properties } = chosen;
  if (Array.isArray(raw) && isJsonObject(items)) {
    const read = raw.map((one, index) =>
      readPart(items, one, { ...context, pointer: pointer(context.pointer, index) }),
    );
    return { kind: "list", items: read };
  }
  if (isJsonObject(raw) && isJsonObject(properties)) {
    const members = Object.entries(raw).map(([name, one]) => {
      const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
      const at = { ...context, pointer: pointer(context.pointer, name) };
      return [name, isJsonObject(own) ? readPart(own, one, at) : plain(one)] as const;
    });
    return { kind: "record", members: Object.fromEntries(members) };
  }
  return plain(raw);
}

/** What is wrong inside a value is told of the only alternative that it can mean. */
function onlyHolder(alternatives: readonly JsonObject[], raw: Json): JsonObject | undefined {
  const type = Array.isArray(raw) ? "array" : typeof raw;
  const holders = alternatives.filter((one) => isHolder(one) && typeOfSchema(one) === type);
  return holders.length === 1 ? holders[0] : undefined;
}

function readPart(schema: JsonObject, raw: Json, context: ItemContext): InputItem {
  return readInside(schema, raw, context) ?? plain(raw);
}

function plain(value: Json): PlainItem {
  return { kind: "value", value };
}

function readFile(place: JsonObject, raw: Json, context: ItemContext): InputItem | undefined {
  const item = readItem(raw, { ...context, takesBareObject: false });
  if (item?.kind !== "value" && item?.kind !== "reference") return undefined;
  return { kind: "file", item, isDirectory: place.contentMediaType === directoryType };
}

/** Tells whether a value has the shape of a schema, as far as it matters for where its files stand. */
function fits(schema: JsonObject, value: Json, takesText: boolean): boolean {
  const fitsOne = (one: JsonObject, part: Json): boolean =>
    allAlternatives(one).some((alternative) => fits(alternative, part, takesText));
  if (isFilePlace(schema)) {
    if (!isJsonObject(value)) return takesText && typeof value === "string";
    return value.href !== undefined || value.value !== undefined;
  }
  const { items, properties, required } = schema;
  const type = typeOfSchema(schema);
  if (Array.isArray(value)) {
    return type === "array" ? !isJsonObject(items) || value.every((one) => fitsOne(items, one)) : type === undefined;
  }
  if (isJsonObject(value)) {
    if (type !== "object") return type === undefined;
    if (Array.isArray(required) && !required.every((name) => typeof name === "string" && Object.hasOwn(value, name))) {
      return false;
    }
    return (
      !isJsonObject(properties) ||
      Object.entries(value).every(([name, one]) => {
        const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
        return !isJsonObject(own) || fitsOne(own, one);
      })
    );
  }
  if (type === undefined) return true;
  return typeof value === (type === "integer" ? "number" : type) || (type === "null" && value === null);
}

/** Lists the files inside an item, at any depth, with what leads to each from the item. */
export function innerFiles(
  item: InputItem,
): readonly { readonly file: InnerFile; readonly path: readonly (string | number)[] }[] {
  switch (item.kind) {
    case "file":
      return [{ file: item, path: [] }];
    case "list":
      return item.items.flatMap((one, index) =>
        innerFiles(one).map(({ file, path }) => ({ file, path: [index, ...path] })),
      );
    case "record":
      return Object.entries(item.members).flatMap(([name, one]) =>
        innerFiles(one).map(({ file, path }) => ({ file, path: [name, ...path] })),
      );
    default:
      return [];
  }
}

/** Lists the values and links that an item is made of, at any depth, with what leads to each from the item. */
export function partsOf(
  item: InputItem,
): readonly { readonly part: PlainItem; readonly path: readonly (string | number)[] }[] {
  if (item.kind === "value" || item.kind === "reference") return [{ part: item, path: [] }];
  return innerFiles(item).map(({ file, path }) => ({ part: file.item, path }));
}

/** Changes the values and links of the files inside an item, and those that the item itself is. */
export function mapParts(item: InputItem, change: (part: PlainItem) => PlainItem): InputItem {
  switch (item.kind) {
    case "file":
      return { ...item, item: change(item.item) };
    case "list":
      return { ...item, items: item.items.map((one) => mapParts(one, change)) };
    case "record":
      return {
        ...item,
        members: Object.fromEntries(Object.entries(item.members).map(([name, one]) => [name, mapParts(one, change)])),
      };
    case "bbox":
      return item;
    default:
      return change(item);
  }
}

/** Returns an item as JSON, with what stands for each of its files by `fileAs`. */
export function jsonOfItem(item: InputItem, fileAs: (file: InnerFile) => Json): Json {
  switch (item.kind) {
    case "file":
      return fileAs(item);
    case "list":
      return item.items.map((one) => jsonOfItem(one, fileAs));
    case "record":
      return Object.fromEntries(Object.entries(item.members).map(([name, one]) => [name, jsonOfItem(one, fileAs)]));
    case "bbox":
      return { bbox: item.bbox, crs: item.crs };
    case "value":
      return item.value;
    case "reference":
      return { href: item.href };
    default:
      return item satisfies never;
  }
}

/** Returns an item as a request would give it, its files as links or as values with their formats. */
export function documentOfItem(item: InputItem): Json {
  return jsonOfItem(item, ({ item: one }) => {
    if (one.kind === "reference") return { href: one.href, ...defined({ type: one.mediaType }) };
    const { value, mediaType, encoding } = one;
    const isBare = mediaType === undefined && encoding === undefined && !isJsonObject(value);
    return isBare ? value : { value, ...defined({ mediaType, encoding }) };
  });
}
