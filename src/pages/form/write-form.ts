import { pointer } from "../../domain/faults.ts";
import { isNumber } from "../../domain/values/exact-number.ts";
import { canonicalJson, isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { alternativeName, type Field, type FormValues, parts, type Shape } from "./field.ts";

type Entry = readonly [string, string];

/** A list of more items is entered as JSON. */
const maxRows = 50;

/**
 * Writes inputs of a request, and defaults where it has none, as what a form sends for them. What the field of an input cannot
 * hold is written as JSON, which a form takes for every input.
 */
export function writeForm(fields: readonly Field[], inputs: JsonObject): FormValues {
  const values = new Map<string, string[]>();
  for (const field of fields) {
    const given = Object.hasOwn(inputs, field.id) ? inputs[field.id] : undefined;
    for (const [name, text] of writeField(field, given)) values.set(name, [...(values.get(name) ?? []), text]);
  }
  return values;
}

function writeField({ id, shape, default: fallback }: Field, given: Json | undefined): readonly Entry[] {
  const name = pointer("/inputs", id);
  const value = given ?? fallback;
  if (value === undefined) return [];
  // Nothing entered means the default.
  if (value === "" && fallback === "") return [];
  const written = write(shape, name, unwrapped(shape, value));
  if (written !== undefined) return written;
  // A file is sent as one even where its default is no link: that is told beside the field.
  if (shape.kind === "file" && given === undefined) return [];
  return [[name + parts.json, JSON.stringify(value)]];
}

/** A value may stand in an object by itself, which only files need. */
function unwrapped(shape: Shape, value: Json): Json {
  if (shape.kind === "file" || !isJsonObject(value)) return value;
  return Object.keys(value).join() === "value" && value.value !== undefined ? value.value : value;
}

function write(shape: Shape, name: string, value: Json): readonly Entry[] | undefined {
  switch (shape.kind) {
    case "text":
      return writeText(shape.control, name, value);
    case "number":
      return isNumber(value) ? [[name, String(value)]] : undefined;
    case "boolean":
      return typeof value === "boolean" ? [[name, String(value)]] : undefined;
    case "choice":
      return writeChoice(shape, name, value);
    case "rows":
      return writeRows(shape, name, value);
    case "group":
      return writeGroup(shape.members, name, value);
    case "alternatives":
      return writeAlternative(shape, name, value);
    case "file":
      return writeFile(shape, name, value);
    case "box":
      return writeBox(name, value);
    case "json":
      return undefined;
    default:
      return shape satisfies never;
  }
}

function writeText(control: string, name: string, value: Json): readonly Entry[] | undefined {
  // A browser sends each line break as CR LF, and reads it as LF.
  if (typeof value !== "string" || value === "" || value.includes("\r")) return undefined;
  switch (control) {
    case "date":
      return /^\d{4}-\d\d-\d\d$/.test(value) ? [[name, value]] : undefined;
    case "date-time":
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value) ? [[name, value.slice(0, -1)]] : undefined;
    default:
      return [[name, value]];
  }
}

function writeChoice(
  { choices, isSeveral }: Extract<Shape, { kind: "choice" }>,
  name: string,
  value: Json,
): readonly Entry[] | undefined {
  const chosen = isSeveral && isList(value) ? value : [value];
  const texts = chosen.flatMap((one) => choices.find((choice) => isSame(choice.value, one))?.text ?? []);
  // Boxes that are ticked say neither how often nor in which order.
  const inOrder = choices.filter(({ text }) => texts.includes(text)).map(({ text }) => text);
  const isWhole = texts.length === chosen.length && texts.length > 0 && inOrder.join("\n") === texts.join("\n");
  return isWhole ? texts.map((text) => [name, text]) : undefined;
}

function isSame(one: Json, other: Json): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

function writeRows(
  { item, isRepeated }: Extract<Shape, { kind: "rows" }>,
  name: string,
  value: Json,
): readonly Entry[] | undefined {
  if (!isList(value) && !isRepeated) return undefined;
  const items = isList(value) ? value : [value];
  if (items.length === 0 || items.length > maxRows) return undefined;
  const written = items.map((one, index) => {
    const at = pointer(name, index);
    const plain = isRepeated ? unwrapped(item, one) : one;
    return write(item, at, plain) ?? (isRepeated ? [[at + parts.json, JSON.stringify(one)] as const] : undefined);
  });
  return allOf(written);
}

function writeGroup(members: readonly Field[], name: string, value: Json): readonly Entry[] | undefined {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return undefined;
  if (Object.keys(value).some((id) => !members.some((member) => member.id === id))) return undefined;
  const written = members.map(({ id, shape }) => {
    const member = Object.hasOwn(value, id) ? value[id] : undefined;
    if (member === undefined) return [];
    const at = pointer(name, id);
    return write(shape, at, member) ?? [[at + parts.json, JSON.stringify(member)] as const];
  });
  return allOf(written);
}

function allOf(written: readonly (readonly Entry[] | undefined)[]): readonly Entry[] | undefined {
  const all: Entry[] = [];
  for (const entries of written) {
    if (entries === undefined) return undefined;
    all.push(...entries);
  }
  return all;
}

function writeAlternative(
  { alternatives }: Extract<Shape, { kind: "alternatives" }>,
  name: string,
  value: Json,
): readonly Entry[] | undefined {
  for (const [index, { shape }] of alternatives.entries()) {
    const written = write(shape, alternativeName(name, index), value);
    if (written !== undefined) return [[name + parts.choice, String(index)], ...written];
  }
  return undefined;
}

function writeFile(
  { takesText }: Extract<Shape, { kind: "file" }>,
  name: string,
  value: Json,
): readonly Entry[] | undefined {
  if (typeof value === "string" && takesText) return contentEntries(name, value);
  if (!isJsonObject(value)) return undefined;
  const { href, type, value: content, mediaType, ...others } = value;
  if (Object.keys(others).length > 0) return undefined;
  const format = type ?? mediaType;
  if (format !== undefined && typeof format !== "string") return undefined;
  const ofType: readonly Entry[] = format === undefined ? [] : [[name + parts.mediaType, format]];
  if (typeof href === "string" && content === undefined) {
    return [[name + (href.startsWith("vault:") ? parts.stored : parts.address), href], ...ofType];
  }
  if (typeof content !== "string" || href !== undefined || !takesText) return undefined;
  const written = contentEntries(name, content);
  return written === undefined ? undefined : [...written, ...ofType];
}

function contentEntries(name: string, content: string): readonly Entry[] | undefined {
  return content === "" || content.includes("\r") ? undefined : [[name + parts.content, content]];
}

function writeBox(name: string, value: Json): readonly Entry[] | undefined {
  if (!isJsonObject(value)) return undefined;
  const { bbox, crs, ...others } = value;
  if (!isList(bbox) || bbox.length !== 4 || !bbox.every(isNumber) || Object.keys(others).length > 0) return undefined;
  if (crs !== undefined && typeof crs !== "string") return undefined;
  const corners = bbox.map((number, index): Entry => [pointer(name, index), String(number)]);
  return crs === undefined ? corners : [...corners, [name + parts.crs, crs]];
}
