/** How much JSON may hold that somebody else wrote. */
export type JsonBounds = {
  /** Values of every kind: numbers, texts, lists, objects. */
  readonly maxValues: number;
  /** Levels of lists and objects. */
  readonly maxDepth: number;
};

/** Room for every request that means something; the depth is one that whatever reads it can go down to. */
export const jsonBounds: JsonBounds = { maxValues: 200_000, maxDepth: 128 };

/** What there is too much of. */
export type JsonExcess = { readonly kind: "values" | "depth"; readonly found: string };

/**
 * Looks over JSON before it is parsed and says what there is too much of; undefined when it may be parsed. Nothing is
 * built meanwhile, so that a text costs as much as its bytes. What is no JSON is left to the parser.
 */
export function excessOfJson(bytes: Uint8Array, { maxValues, maxDepth }: JsonBounds): JsonExcess | undefined {
  let values = 1;
  let depth = 0;
  let last = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte <= space) continue;
    const isClosing = byte === closeList || byte === closeObject;
    // The first of a list or an object has no comma before it.
    if ((last === openList || last === openObject) && !isClosing) values += 1;
    switch (byte) {
      case quote:
        at = endOfString(bytes, at);
        break;
      case comma:
        values += 1;
        break;
      case openList:
      case openObject:
        depth += 1;
        if (depth > maxDepth) return { kind: "depth", found: `more than ${maxDepth} levels` };
        break;
      default:
        if (isClosing) depth -= 1;
    }
    if (values > maxValues) return { kind: "values", found: `more than ${maxValues} values` };
    last = byte;
  }
  return undefined;
}

/** Looks over a text as `excessOfJson` does. */
export function excessOfText(text: string, bounds: JsonBounds): JsonExcess | undefined {
  return excessOfJson(new TextEncoder().encode(text), bounds);
}

const space = 0x20;
const quote = 0x22;
const comma = 0x2c;
const openList = 0x5b;
const backslash = 0x5c;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/** So many bytes are looked at one by one before the rest of a long string is left to a faster search. */
const shortBytes = 256;

function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  for (;;) {
    for (const stop = Math.min(at + shortBytes, bytes.length); at < stop; at += 1) {
      const byte = bytes[at];
      if (byte === quote) return at;
      if (byte === backslash) at += 1;
    }
    const next = bytes.indexOf(quote, at);
    if (next === -1) return bytes.length;
    if (!isEscaped(bytes, at, next)) return next;
    at = next + 1;
  }
}

/** Counts the backslashes before a place, back to one that is known to begin something. */
function isEscaped(bytes: Uint8Array, from: number, place: number): boolean {
  let count = 0;
  while (place - count > from && bytes[place - count - 1] === backslash) count += 1;
  return count % 2 === 1;
}
