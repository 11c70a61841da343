import { defined } from "../../domain/defined.ts";
import { alternativesOf, isBoxSchema, typeOfSchema } from "../../domain/processes/described.ts";
import type { InputDefinition, ProcessDescription } from "../../domain/processes/process.ts";
import { isRepeated } from "../../domain/values/execution-inputs.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { isWidest, unitOf } from "./bounds.ts";
import { areaForms, cornersOf, isBoxList, isTupleOfNumbers, sizesOf } from "./boxes.ts";
import { systemsOfBox } from "./crs.ts";
import type { Choice, Field, Shape } from "./field.ts";
import { placesOf, takesOf } from "./places.ts";

/** Groups in groups beyond this are entered as JSON. */
const maxDepth = 3;
const maxAlternatives = 8;
const maxChoices = 500;
const maxMembers = 50;
const json: Shape = { kind: "json" };

/** Where a schema stands: files and boxes may stand for a whole value only, but for files of CWL. */
type Place = { readonly depth: number; readonly isInner: boolean };

/** Lists the fields of the form that executes a process: one for each input, in the order of the description. */
export function fieldsOf({ inputs }: Pick<ProcessDescription, "inputs">): readonly Field[] {
  return Object.entries(inputs).map(([id, input]) => ({
    id,
    title: input.title ?? id,
    // What has a default need not be given, whatever the occurrences say.
    isRequired: input.minOccurs !== 0 && (input.schema.default ?? null) === null,
    ...notesOf(input.schema),
    ...defined({ about: input.description }),
    shape: withBox(
      inputShape(input),
      { names: [id, input.title ?? ""], about: input.description },
      input.schema.default,
    ),
  }));
}

/** What an input is called, and what is said of it. */
type Called = { readonly names: readonly string[]; readonly about: string | undefined };

/** What is known by its numbers alone. */
const nameless: Called = { names: [], about: undefined };

/** Packages send boxes as text and as numbers, of which often only the name or the default tells. */
function withBox(shape: Shape, called: Called, fallback: Json | undefined): Shape {
  const { names, about } = called;
  if (shape.kind === "text" && (shape.control === "text" || shape.control === "lines")) {
    const forms = areaForms(names, about, fallback);
    if (forms === undefined) return shape;
    const isBoxOnly = forms.every((form) => form === "numbers");
    return { ...shape, control: "box", ...(isBoxOnly ? {} : { forms }) };
  }
  if (shape.kind !== "rows") return shape;
  // Each of several values may be a box; several numbers are one.
  if (shape.item.kind === "rows") return { ...shape, item: withBox(shape.item, called, undefined) };
  return isBoxList(shape, names, fallback) ? { ...shape, isBox: true } : shape;
}

function inputShape(input: InputDefinition): Shape {
  const { schema, minOccurs, maxOccurs, valuePassing } = input;
  const place = { depth: 0, isInner: false };
  const shape = passed(shapeOf(schema, place), valuePassing);
  if (!isRepeated(input)) return shape;
  if (shape.kind === "choice") return { ...shape, isSeveral: true };
  const most = typeof maxOccurs === "number" ? maxOccurs : Number.POSITIVE_INFINITY;
  return { kind: "rows", item: shape, least: minOccurs, most, isRepeated: true };
}

/** What may only come by its address is a file; what may not come so is text. */
function passed(shape: Shape, valuePassing: InputDefinition["valuePassing"]): Shape {
  if (valuePassing === undefined) return shape;
  const isFile = shape.kind === "file";
  if (!valuePassing.includes("byValue")) {
    return { kind: "file", mediaTypes: isFile ? shape.mediaTypes : [], takesText: false };
  }
  return isFile && !valuePassing.includes("byReference") ? { kind: "text", control: "lines" } : shape;
}

/** What a schema says for people: its default and its unit. */
function notesOf(schema: JsonObject): Pick<Field, "default" | "unit"> {
  const fallback = schema.default === null ? undefined : schema.default;
  const { items } = schema;
  const unitOfItems = isJsonObject(items) ? unitOf(items) : undefined;
  return defined({ default: fallback, unit: unitOf(schema) ?? unitOfItems });
}

function isText(value: Json | undefined): value is string {
  return typeof value === "string" && value !== "";
}

/** Tells how values of a schema are entered. */
export function shapeOf(schema: JsonObject, place: Place): Shape {
  if (place.depth > maxDepth) return json;
  if (isBoxSchema(schema)) return place.isInner ? json : { kind: "box", ...defined({ systems: systemsOfBox(schema) }) };
  const holds = placesOf(schema);
  if (holds !== undefined) {
    const takes = takesOf(schema, holds);
    return { kind: "json", holds, ...(takes.types !== undefined || takes.isBounded ? { takes } : {}) };
  }
  if (schema.$ref !== undefined) return json;
  const { enum: choices, const: only } = schema;
  if (only !== undefined) return choiceOf([only], false);
  if (Array.isArray(choices)) return choiceOf(choices, false);
  const alternatives = alternativesOf(schema).filter(({ type }) => type !== "null");
  if (alternatives.length > 0 && alternatives.every((one) => isFile(one, place))) return fileOf(alternatives);
  if (Array.isArray(schema.oneOf) || Array.isArray(schema.anyOf)) return choiceOfShapes(schema, alternatives, place);
  switch (typeOfSchema(schema)) {
    case "string":
      return textOf(schema);
    case "integer":
      return numberOf(schema, true);
    case "number":
      return numberOf(schema, false);
    case "boolean":
      return { kind: "boolean" };
    case "array":
      return listOf(schema, place);
    case "object":
      return groupOf(schema, place);
    default:
      return json;
  }
}

/** Bytes of files in lists and records are marked so by CWL; other text there is just text. */
function isFile({ contentMediaType, contentEncoding, type }: JsonObject, { isInner }: Place): boolean {
  if (type !== undefined && type !== "string") return false;
  return isInner ? contentEncoding === "binary" : isText(contentMediaType) || isText(contentEncoding);
}

function fileOf(alternatives: readonly JsonObject[]): Shape {
  const mediaTypes = [...new Set(alternatives.map(({ contentMediaType }) => contentMediaType).filter(isText))];
  return {
    kind: "file",
    mediaTypes,
    takesText: alternatives.every(({ contentEncoding }) => contentEncoding === undefined),
  };
}

function choiceOf(values: readonly Json[], isSeveral: boolean): Shape {
  if (values.length === 0 || values.length > maxChoices) return json;
  const plain = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  const isPlain = new Set(plain).size === plain.length && !plain.some((text) => text === "" || /[\r\n]/.test(text));
  const choices = values.map((value, index): Choice => {
    const text = isPlain ? plain[index] : undefined;
    return { text: text ?? JSON.stringify(value), value };
  });
  return { kind: "choice", choices, isSeveral };
}

function choiceOfShapes(schema: JsonObject, alternatives: readonly JsonObject[], place: Place): Shape {
  if (alternatives.length > maxAlternatives) return json;
  const { oneOf: _oneOf, anyOf: _anyOf, ...bare } = schema;
  // Alternatives that only say which members are wanted, or the like, are all of one shape.
  if (!alternatives.some((one) => shapingWords.some((word) => one[word] !== undefined))) {
    return shapeOf({ ...sizesOf(alternatives), ...bare }, place);
  }
  // What each alternative would repeat could make a form many times as long as its description.
  const { default: _default, title: _title, properties: _properties, items: _items, ...common } = bare;
  const inner = { ...place, depth: place.depth + 1 };
  const shapes = alternatives.map((one) => ({ ...common, ...one })).map((one) => ({ one, shape: shapeOf(one, inner) }));
  const [first, ...others] = shapes;
  if (first === undefined) return json;
  if (others.length === 0) return first.shape;
  return {
    kind: "alternatives",
    alternatives: shapes.map(({ one, shape }) => ({
      title: isText(one.title) ? one.title : titles[shape.kind],
      shape,
    })),
  };
}

/** Words of a schema that say what its values are. */
const shapingWords = [
  ...["type", "properties", "items", "enum", "const", "format", "contentMediaType", "contentEncoding"],
  ...["oneOf", "anyOf", "allOf", "$ref"],
];

/** What alternatives without a title are called. */
const titles: Readonly<Record<Shape["kind"], string>> = {
  text: "Text",
  number: "Number",
  boolean: "Yes or no",
  choice: "One of a list",
  rows: "List",
  group: "Several values",
  alternatives: "Other",
  file: "File",
  box: "Bounding box",
  json: "JSON",
};

function textOf({ format, maxLength, default: fallback }: JsonObject): Shape {
  if (format === "date") return { kind: "text", control: "date" };
  if (format === "date-time") return { kind: "text", control: "date-time" };
  const isLong = typeof fallback === "string" && fallback.includes("\n");
  const bound = typeof maxLength === "number" ? { maxLength } : {};
  return { kind: "text", control: isLong ? "lines" : "text", ...bound };
}

function numberOf({ minimum, maximum }: JsonObject, isWhole: boolean): Shape {
  return {
    kind: "number",
    isWhole,
    ...(minimum === undefined || isWidest(minimum) ? {} : { minimum: String(minimum) }),
    ...(maximum === undefined || isWidest(maximum) ? {} : { maximum: String(maximum) }),
  };
}

function listOf(schema: JsonObject, { depth }: Place): Shape {
  const { items, prefixItems, minItems, maxItems } = schema;
  if (isTupleOfNumbers(schema) && isList(prefixItems)) {
    const item: Shape = { kind: "number", isWhole: false };
    const [least, most] = [prefixItems.length, prefixItems.length];
    return withBox({ kind: "rows", item, least, most, isRepeated: false }, nameless, undefined);
  }
  if (!isJsonObject(items) || prefixItems !== undefined) return json;
  if (Array.isArray(items.enum)) return choiceOf(items.enum, true);
  const item = shapeOf(items, { depth: depth + 1, isInner: true });
  if (item.kind === "json" || item.kind === "rows" || item.kind === "alternatives") return json;
  if (item.kind === "choice" && item.isSeveral) return json;
  const least = typeof minItems === "number" ? minItems : 0;
  const most = typeof maxItems === "number" ? maxItems : Number.POSITIVE_INFINITY;
  return withBox({ kind: "rows", item, least, most, isRepeated: false }, nameless, undefined);
}

function groupOf({ properties, required, patternProperties }: JsonObject, { depth }: Place): Shape {
  if (!isJsonObject(properties) || patternProperties !== undefined) return json;
  const names: readonly Json[] = Array.isArray(required) ? required : [];
  const entries = Object.entries(properties);
  if (entries.length === 0 || entries.length > maxMembers) return json;
  const members = entries.map(([id, given]): Field => {
    const schema = isJsonObject(given) ? given : {};
    const { description } = schema;
    const title = isText(schema.title) ? schema.title : id;
    const notes = notesOf(schema);
    const shape = shapeOf(schema, { depth: depth + 1, isInner: true });
    return {
      id,
      title,
      isRequired: names.includes(id),
      ...notes,
      ...(isText(description) ? { about: description } : {}),
      shape: withBox(
        shape,
        { names: [id, title], about: isText(description) ? description : undefined },
        notes.default,
      ),
    };
  });
  return { kind: "group", members, ...defined({ corners: cornersOf(members) }) };
}
