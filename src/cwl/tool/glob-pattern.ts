import { CwlFailure } from "../values/failure.ts";
import { readBracket } from "./glob-set.ts";

/** One part of a pattern, between two slashes: a plain name, or what many names may fit. */
export type GlobPart =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "pattern"; readonly matches: (name: string) => boolean };

/** A pattern longer than a path can be names nothing. */
const maxPatternLength = 4096;

/** More parts than any package has directories below each other. */
const maxParts = 64;

/** What one character may be: itself, any (`?`), or one of a set. */
type Element = { readonly fits: (character: string) => boolean };

/**
 * Reads the parts of a pattern of POSIX glob(7): `*`, `?`, sets such as `[a-z]`, `[!a]` and `[[:digit:]]`, `\` before a
 * character that stands for itself. Throws CwlFailure for a pattern that is longer than a path can be.
 */
export function parseGlob(pattern: string): readonly GlobPart[] {
  if (pattern.length > maxPatternLength) {
    throw refuse(pattern, `${pattern.length} characters`, `at most ${maxPatternLength}`);
  }
  const parts = pattern.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length > maxParts) throw refuse(pattern, `${parts.length} parts`, `at most ${maxParts}`);
  return parts.map(parsePart);
}

function refuse(pattern: string, found: string, wanted: string): CwlFailure {
  return new CwlFailure(`Cannot collect "${pattern.slice(0, 80)}...": found a pattern of ${found}, wanted ${wanted}`);
}

/**
 * Reads one part of a pattern. What it gives takes at most as many steps as the name and the part have characters,
 * multiplied: no name and no part makes it try again what it has tried.
 */
export function parsePart(part: string): GlobPart {
  const characters = [...part];
  const pieces: Element[][] = [[]];
  let name = "";
  let isPlain = true;
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    const bracket = character === "[" ? readBracket(characters, at) : undefined;
    if (character === "*") {
      isPlain = false;
      pieces.push([]);
    } else if (character === "?" || bracket !== undefined) {
      isPlain = false;
      pieces.at(-1)?.push({ fits: bracket?.fits ?? (() => true) });
      at = bracket?.last ?? at;
    } else {
      if (character === "\\" && at + 1 < characters.length) at += 1;
      const own = characters[at] ?? "";
      name += own;
      pieces.at(-1)?.push({ fits: (other) => other === own });
    }
  }
  if (isPlain) return canBeName(name) ? { kind: "name", name } : { kind: "pattern", matches: () => false };
  // A dot at the beginning is met by a dot only, not by what means many characters.
  const beginsWithDot = part.startsWith(".") || part.startsWith("\\.");
  return {
    kind: "pattern",
    matches: (candidate) => (beginsWithDot || !candidate.startsWith(".")) && fitsPieces(pieces, [...candidate]),
  };
}

/** The longest name that a file can have, in bytes. */
const maxNameBytes = 255;

function canBeName(name: string): boolean {
  return Buffer.byteLength(name) <= maxNameBytes && !name.includes("\0");
}

/** The first piece stands at the begin, the last one at the end, those between them where they first fit. */
function fitsPieces(pieces: readonly (readonly Element[])[], name: readonly string[]): boolean {
  const [first = [], ...others] = pieces;
  const last = others.pop();
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length > name.length || (last === undefined && length !== name.length)) return false;
  if (!fitsAt(first, name, 0)) return false;
  if (last === undefined) return true;
  let at = first.length;
  const end = name.length - last.length;
  for (const piece of others) {
    while (at + piece.length <= end && !fitsAt(piece, name, at)) at += 1;
    if (at + piece.length > end) return false;
    at += piece.length;
  }
  return fitsAt(last, name, end);
}

function fitsAt(piece: readonly Element[], name: readonly string[], at: number): boolean {
  return piece.every((element, index) => element.fits(name[at + index] ?? ""));
}
