import { isMap, isScalar, isSeq, type Node } from "yaml";

/** Lines of comments and of long texts are read in less time than values. */
const linesPerValue = 8;
/** A line that begins so is a directive of the reader: it takes as long as some values, and a document has two at most. */
const percent = 0x25;
const valuesPerDirective = 8;
const lineEnd = 0x0a;
const comma = 0x2c;
const dash = 0x2d;
const colon = 0x3a;
const question = 0x3f;
const openList = 0x5b;
const openMap = 0x7b;
/** Quotes, and what closes a list or map: a text in quotes begins behind none of them, unless a comma was left out. */
const ends = new Set([0x22, 0x27, 0x5d, 0x7d]);
const quotes = new Set([0x22, 0x27]);
/** Signs of tags, anchors and aliases: several may stand before one value. */
const properties = new Set([0x21, 0x26, 0x2a]);

/** Counts the signs that begin a value of YAML, at most a few more than there are: the parser takes its time for each. */
export function countYamlValues(text: string): number {
  let count = 0;
  let lines = 0;
  let last = lineEnd;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charCodeAt(at);
    if (letter === lineEnd) {
      lines += 1;
      if (text.charCodeAt(at + 1) === percent) count += valuesPerDirective;
    } else if (letter === comma || letter === openList || letter === openMap) count += 1;
    else if ((letter === colon || letter === dash || letter === question) && isBlank(text.charCodeAt(at + 1)))
      count += 1;
    else if (quotes.has(letter) && ends.has(last)) count += 1;
    else if (properties.has(letter) && beginsValue(text.charCodeAt(at - 1))) count += 1;
    if (!isBlank(letter)) last = letter;
  }
  return count + Math.floor(lines / linesPerValue);
}

/** What stands before a tag, an anchor or an alias: others are letters in a text. */
function beginsValue(before: number): boolean {
  return isBlank(before) || ends.has(before);
}

/** A blank, the end of a line, or of the text. */
function isBlank(letter: number): boolean {
  return letter <= 0x20 || Number.isNaN(letter);
}

/** Finds keys that stand twice in a map, by where they do. The parser would compare each with all others. */
export function repeatedKeys(root: Node | null): readonly { readonly offset: number; readonly detail: string }[] {
  const found: { readonly offset: number; readonly detail: string }[] = [];
  const left: unknown[] = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (isSeq(node)) for (const item of node.items) left.push(item);
    if (!isMap(node)) continue;
    const keys = new Set<string>();
    for (const { key, value } of node.items) {
      left.push(value);
      if (!isScalar(key)) continue;
      const name = String(key.value);
      const detail = `found the key "${name.slice(0, 200)}" twice, wanted each key once`;
      if (keys.has(name)) found.push({ offset: key.range?.[0] ?? 0, detail });
      keys.add(name);
    }
  }
  return found.toSorted((one, other) => one.offset - other.offset);
}
