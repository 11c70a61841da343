import { isMap, isScalar, isSeq, type Node } from "yaml";
import { errorText, type Fault, Problem } from "../../../domain/problem.ts";
import {
  type AnyNumber,
  ExactNumber,
  numberFault,
  numberOfText,
  readNumber,
} from "../../../domain/values/exact-number.ts";
import { type Json, withExactValues } from "../../../domain/values/json.ts";
import { parseYaml } from "./lenient-yaml.ts";
import { countYamlValues, repeatedKeys } from "./yaml-bounds.ts";

/** The way to a value in a document: member names and list indexes. */
export type Place = readonly (string | number)[];

/** A parsed text that still knows where each value stood. */
export type Source = {
  readonly value: Json;
  /** Names the place as `file:line:column`. */
  readonly locate: (place: Place) => string;
};

/** 1 MiB: a document of this size takes the parser about two seconds. */
const maxDocumentBytes = 2 ** 20;
/** Values of a document that a user wrote or a program made for one; 20,000 of them take the parser up to a second. */
const maxLocalValues = 200_000;
/** What a request may hold: in JSON it may be more, which is parsed a hundred times faster. */
export const maxYamlValues = 20_000;
/** Repeated use of anchors multiplies the document; real ones hardly use any. */
const maxAliases = 100;
const maxDepth = 100;
/** One wrong bracket makes many; the first ones tell where. */
const maxFaults = 10;

/** Reads a document as `readValues` does. Only its defaults and bounds hold numbers that keep their text. */
export function readSource(text: string, file: string, maxValues = maxLocalValues): Source {
  const { value, locate } = readValues(text, file, maxValues);
  return { value: withExactValues(value), locate };
}

/** Reads YAML or JSON text of at most so many values. Throws `invalid-parameter-value` with the line and column of what cannot be read. */
export function readValues(text: string, file: string, maxValues = maxLocalValues): Source {
  if (Buffer.byteLength(text) > maxDocumentBytes) {
    throw unreadable(file, [
      { pointer: file, detail: `found more than ${maxDocumentBytes} bytes, wanted at most that` },
    ]);
  }
  if (countYamlValues(text) > maxValues) {
    throw unreadable(file, [{ pointer: file, detail: `found more than ${maxValues} values, wanted at most that` }]);
  }
  try {
    const { document, position } = parseYaml(text);
    const place = (offset: number) => {
      const { line, column } = position(offset);
      return `${file}:${line}:${column}`;
    };
    // The reader follows levels by calls, and how many of them there may be is not always the same.
    if (document.errors.some(({ code }) => code === "RESOURCE_EXHAUSTION")) throw tooDeep();
    // A warning of the reader, for a tag that it does not know for example, is no fault of the document.
    const errors = document.errors.map((error) => ({ offset: error.pos[0], detail: error.message }));
    const found = (errors.length > 0 ? errors : repeatedKeys(document.contents)).slice(0, maxFaults);
    if (found.length > 0) {
      throw unreadable(
        file,
        found.map(({ offset, detail }) => ({ pointer: place(offset), detail })),
      );
    }
    keepNumbers(document.contents);
    const value = toJson(document.toJS({ maxAliasCount: maxAliases }), maxDepth);
    return { value, locate: (at) => place(offsetOf(document.contents, at)) };
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw unreadable(file, [{ pointer: file, detail: errorText(cause) }], cause);
  }
}

/** Wraps a value that came as JSON: its places are JSON pointers. */
export function jsonSource(value: Json, prefix = ""): Source {
  return { value, locate: (place) => `${prefix}/${place.join("/")}` };
}

/** Numbers as JSON writes them. */
const jsonForm = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Whole numbers as only YAML writes them. */
const otherBase = /^0(?:x[\da-fA-F]+|o[0-7]+)$/;

function yamlNumber(text: string): AnyNumber | undefined {
  if (jsonForm.test(text)) return numberOfText(text);
  return otherBase.test(text) ? numberOfText(BigInt(text).toString()) : readNumber(text);
}

/** Puts numbers with their text in the place of those that the reader has changed. Keys are names, and stay. */
function keepNumbers(root: Node | null): void {
  const left: unknown[] = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (isSeq(node)) for (const item of node.items) left.push(item);
    if (isMap(node)) for (const { value } of node.items) left.push(value);
    if (!isScalar(node) || typeof node.value !== "number") continue;
    node.value = yamlNumber(node.source ?? "") ?? node.value;
  }
}

function tooDeep(): RangeError {
  return new RangeError(`found more than ${maxDepth} levels, wanted at most that`);
}

/** Checks that a value holds only what JSON can say. Throws RangeError or TypeError. */
function toJson(value: unknown, depth = maxDepth): Json {
  if (depth === 0) throw tooDeep();
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (value instanceof ExactNumber) {
    const wanted = numberFault(value);
    if (wanted !== undefined) throw new TypeError(`found number ${value.text.slice(0, 60)}, wanted ${wanted}`);
    return value;
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`found number ${value}, wanted a finite one`);
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => toJson(item, depth - 1));
  if (typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJson(member, depth - 1)]));
  }
  throw new TypeError(`found a value of type ${typeof value}, wanted JSON`);
}

function unreadable(file: string, faults: readonly Fault[], cause?: unknown): Problem {
  const [first] = faults;
  return new Problem("invalid-parameter-value", `Cannot read "${file}": ${first?.pointer}: ${first?.detail}`, {
    faults,
    cause,
  });
}

/** Finds where a place stands in the text: the key of a map's member, else the value, else the nearest parent. */
function offsetOf(root: Node | null, place: Place): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of place) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) return offset;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      if (!isMap(node) && !isSeq(node) && !isScalar(node)) return offset;
      offset = node.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}
