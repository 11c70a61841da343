import { pointer } from "../../domain/faults.ts";
import type { Fault } from "../../domain/problem.ts";
import { readNumber } from "../../domain/values/exact-number.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject, parseExact } from "../../domain/values/json.ts";
import { excessOfText, jsonBounds } from "../../domain/values/json-bounds.ts";
import { type OutputChoice, readExtras } from "./extras.ts";
import { alternativeName, type Field, type FormValues, parts, rowsIn, type Shape, textIn } from "./field.ts";

/** The request that a form asks for. */
export type ReadForm = {
  readonly request: JsonObject;
  /** What could not be read at all, each with the name of its field. */
  readonly faults: readonly Fault[];
  /** The fields by the places of their values in the request. */
  readonly places: ReadonlyMap<string, string>;
};

type Reading = { readonly values: FormValues; readonly faults: Fault[]; readonly places: Map<string, string> };

/** Where a value comes from and goes to; one that stands by itself may be wrapped. */
type At = { readonly name: string; readonly pointer: string; readonly isWhole: boolean };

/**
 * Reads the request of a form. What was left empty is not sent, and neither is a default that was not changed. Text that is not
 * what its field wants is sent as text: the service says what is wrong with it.
 */
export function readForm(
  fields: readonly Field[],
  values: FormValues,
  outputs: readonly OutputChoice[] = [],
): ReadForm {
  const reading: Reading = { values, faults: [], places: new Map() };
  const inputs = fields.flatMap((field): readonly (readonly [string, Json])[] => {
    const at = pointer("/inputs", field.id);
    const value = read(field.shape, { name: at, pointer: at, isWhole: true }, reading);
    const isDefault = field.default !== undefined && value !== undefined && isSame(value, field.default);
    return value === undefined || isDefault ? [] : [[field.id, value]];
  });
  const json = (name: string) => readJson(textIn(values, name), name, reading);
  const extras = readExtras(values, outputs, { places: reading.places, json });
  return {
    request: { inputs: Object.fromEntries(inputs), ...extras },
    faults: reading.faults,
    places: reading.places,
  };
}

/** A value that was wrapped to stand by itself is the same. */
function isSame(value: Json, fallback: Json): boolean {
  const bare = isJsonObject(value) && Object.keys(value).join() === "value" ? (value.value ?? null) : value;
  return [value, bare].some((one) => canonicalJson(one) === canonicalJson(fallback));
}

/** Finds the field that a fault is about by the place that it names; undefined when it is about none. */
export function fieldOfFault(places: ReadonlyMap<string, string>, place: string): string | undefined {
  const steps = place.split("/");
  for (let length = steps.length; length > 1; length -= 1) {
    const name = places.get(steps.slice(0, length).join("/"));
    if (name !== undefined) return name;
  }
  return undefined;
}

function read(shape: Shape, at: At, reading: Reading): Json | undefined {
  const { name } = at;
  const { values } = reading;
  reading.places.set(at.pointer, name);
  const json = textIn(values, name + parts.json);
  if (json.trim() !== "" || shape.kind === "json") return standing(readJson(json, name, reading), at, true);
  const text = textIn(values, name);
  switch (shape.kind) {
    case "text":
      return readText(shape.control, text);
    case "number":
      return text.trim() === "" ? undefined : (readNumber(text) ?? text);
    case "boolean":
      return text === "" ? undefined : text === "true" || (text === "false" ? false : text);
    case "choice":
      return standing(readChoice(shape, values.get(name) ?? []), at, false);
    case "rows":
      return readRows(shape, at, reading);
    case "group":
      return standing(readGroup(shape.members, at, reading), at, false);
    case "alternatives":
      return readAlternative(shape, at, reading);
    case "file":
      return readFile(shape, name, reading);
    case "box":
      return readBox(name, values);
    default:
      return shape satisfies never;
  }
}

/** An object that stands by itself is wrapped, lest it be taken for a link or a box; who writes one as JSON may mean it. */
function standing(value: Json | undefined, { isWhole }: At, mayBeForm: boolean): Json | undefined {
  if (!isWhole || !isJsonObject(value)) return value;
  const isForm = mayBeForm && ["href", "value", "bbox"].some((name) => Object.hasOwn(value, name));
  return isForm ? value : { value };
}

function readJson(text: string, name: string, { faults }: Reading): Json | undefined {
  if (text.trim() === "") return undefined;
  const excess = excessOfText(text, jsonBounds);
  if (excess === undefined) {
    try {
      return parseExact(text);
    } catch {
      // Whoever wrote it is told below.
    }
  }
  const shown = JSON.stringify(text.slice(0, 80));
  faults.push({ pointer: name, detail: `found ${shown}, wanted JSON such as 1, "text", [1, 2] or {"a": 1}` });
  return undefined;
}

function readText(control: string, text: string): Json | undefined {
  if (text === "") return undefined;
  if (control !== "date-time") return text.replaceAll("\r\n", "\n");
  const [, minute, second] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(?:\.\d+)?)?$/.exec(text) ?? [];
  return minute === undefined ? text : `${minute}${second ?? ":00"}Z`;
}

function readChoice({ choices, isSeveral }: Extract<Shape, { kind: "choice" }>, texts: readonly string[]) {
  const chosen = texts
    .filter((text) => text !== "")
    .map((text): Json => {
      const choice = choices.find((one) => one.text === text);
      return choice === undefined ? text : choice.value;
    });
  if (chosen.length === 0) return undefined;
  return isSeveral ? chosen : chosen[0];
}

function readRows({ item, isRepeated }: Extract<Shape, { kind: "rows" }>, at: At, reading: Reading): Json | undefined {
  const rows: Json[] = [];
  for (const index of rowsIn(reading.values, at.name)) {
    const row = { name: pointer(at.name, index), pointer: pointer(at.pointer, rows.length), isWhole: isRepeated };
    const value = read(item, row, reading);
    if (value !== undefined) rows.push(value);
  }
  return rows.length === 0 ? undefined : rows;
}

function readGroup(members: readonly Field[], at: At, reading: Reading): Json | undefined {
  const given = members.flatMap(({ id, shape }): readonly (readonly [string, Json])[] => {
    const member = { name: pointer(at.name, id), pointer: pointer(at.pointer, id), isWhole: false };
    const value = read(shape, member, reading);
    return value === undefined ? [] : [[id, value]];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function readAlternative(
  { alternatives }: Extract<Shape, { kind: "alternatives" }>,
  at: At,
  reading: Reading,
): Json | undefined {
  const chosen = Number(textIn(reading.values, at.name + parts.choice));
  // Who fills in another one than the chosen, which is empty, forgot to choose it.
  const others = alternatives.map((_, index) => index).filter((index) => index !== chosen);
  for (const index of [chosen, ...others]) {
    const shape = alternatives[index]?.shape;
    const name = alternativeName(at.name, index);
    const value = shape === undefined ? undefined : read(shape, { ...at, name }, reading);
    if (value !== undefined) return value;
  }
  return undefined;
}

function readFile(
  { takesText }: Extract<Shape, { kind: "file" }>,
  name: string,
  { values, faults }: Reading,
): Json | undefined {
  const address = textIn(values, name + parts.address).trim();
  const stored = textIn(values, name + parts.stored);
  const type = textIn(values, name + parts.mediaType);
  if (address !== "" && stored !== "") {
    faults.push({ pointer: name, detail: "found an address and a file from the list, wanted one of them" });
  }
  const href = stored === "" ? address : stored;
  if (href !== "") return { href, ...(type === "" ? {} : { type }) };
  const value = takesText ? textIn(values, name + parts.content).replaceAll("\r\n", "\n") : "";
  return value === "" ? undefined : { value, ...(type === "" ? {} : { mediaType: type }) };
}

function readBox(name: string, values: FormValues): Json | undefined {
  const texts = [0, 1, 2, 3].map((index) => textIn(values, pointer(name, index)).trim());
  if (texts.every((text) => text === "")) return undefined;
  const crs = textIn(values, name + parts.crs).trim();
  return { bbox: texts.map((text) => readNumber(text) ?? text), ...(crs === "" ? {} : { crs }) };
}
