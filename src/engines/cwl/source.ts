import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { Json } from "../../domain/json.ts";
import { errorText, type Fault, Problem } from "../../domain/problem.ts";

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

/** Reads YAML or JSON text of at most so many values. Throws `invalid-parameter-value` with the line and column of what cannot be read. */
export function readSource(text: string, file: string, maxValues = maxLocalValues): Source {
  if (Buffer.byteLength(text) > maxDocumentBytes) {
    throw unreadable(file, [
      { pointer: file, detail: `found more than ${maxDocumentBytes} bytes, expected at most that` },
    ]);
  }
  if (countSigns(text) > maxValues) {
    throw unreadable(file, [{ pointer: file, detail: `found more than ${maxValues} values, expected at most that` }]);
  }
  const lines = new LineCounter();
  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      version: "1.2",
      uniqueKeys: false,
    });
    const found = [...document.errors, ...document.warnings].map((error) => ({
      offset: error.pos[0],
      detail: error.message,
    }));
    const all = found.length > 0 ? found : repeatedKeys(document.contents);
    if (all.length > 0) {
      const told = all.slice(0, maxFaults).map(({ offset, detail }) => ({ pointer: position(offset), detail }));
      throw unreadable(file, told);
    }
    const value = toJson(document.toJS({ maxAliasCount: maxAliases }), maxDepth);
    return { value, locate: (place) => position(offsetOf(document.contents, place)) };
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw unreadable(file, [{ pointer: file, detail: errorText(cause) }], cause);
  }
}

/** Counts the signs that begin a node, at most a few more than there are. */
function countSigns(text: string): number {
  let count = 0;
  let lines = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charCodeAt(at);
    if (letter === lineEnd) lines += 1;
    else if (letter === comma || letter === openList || letter === openMap) count += 1;
    else if ((letter === colon || letter === dash || letter === question) && isBlank(text.charCodeAt(at + 1)))
      count += 1;
  }
  return count + Math.floor(lines / linesPerValue);
}

/** Lines of comments and of long texts are read in less time than values. */
const linesPerValue = 8;
const lineEnd = 0x0a;
const comma = 0x2c;
const dash = 0x2d;
const colon = 0x3a;
const question = 0x3f;
const openList = 0x5b;
const openMap = 0x7b;

/** A blank, the end of a line, or of the text. */
function isBlank(letter: number): boolean {
  return letter <= 0x20 || Number.isNaN(letter);
}

type Found = { readonly offset: number; readonly detail: string };

/** Finds keys that stand twice in a map. The parser would compare each with all others. */
function repeatedKeys(root: Node | null): readonly Found[] {
  const found: Found[] = [];
  const left: unknown[] = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (isSeq(node)) for (const item of node.items) left.push(item);
    if (!isMap(node)) continue;
    const keys = new Set<string>();
    for (const { key, value } of node.items) {
      left.push(value);
      if (!isScalar(key)) continue;
      const name = String(key.value);
      if (keys.has(name)) found.push({ offset: key.range?.[0] ?? 0, detail: "Map keys must be unique" });
      keys.add(name);
    }
  }
  return found.toSorted((one, other) => one.offset - other.offset);
}

/** Wraps a value that came as JSON: its places are JSON pointers. */
export function jsonSource(value: Json, prefix = ""): Source {
  return { value, locate: (place) => `${prefix}/${place.join("/")}` };
}

/** Checks that a value holds only what JSON can say. Throws RangeError or TypeError. */
function toJson(value: unknown, depth = maxDepth): Json {
  if (depth === 0) throw new RangeError(`found more than ${maxDepth} levels, expected at most that`);
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`found number ${value}, expected a finite one`);
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => toJson(item, depth - 1));
  if (typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJson(member, depth - 1)]));
  }
  throw new TypeError(`found a value of type ${typeof value}, expected JSON`);
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
