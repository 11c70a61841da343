import { errorText } from "../../domain/problem.ts";
import { UnreadableSchema } from "./check.ts";

/** Longer patterns are written by nobody. */
const maxPatternLength = 10_000;

const lineEnds = "\\n\\r\\x{2028}\\x{2029}";
const space = "\\x{9}-\\x{d} \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";
const noSpace =
  "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}";
const anything = "\\x{0}-\\x{10ffff}";

const namedControls: Readonly<Record<string, number>> = { 0: 0, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** Long names of general categories that patterns are written with. */
const categories: Readonly<Record<string, string>> = {
  Letter: "L",
  Lowercase_Letter: "Ll",
  Uppercase_Letter: "Lu",
  Titlecase_Letter: "Lt",
  Mark: "M",
  Number: "N",
  Decimal_Number: "Nd",
  Punctuation: "P",
  Symbol: "S",
  Separator: "Z",
  Space_Separator: "Zs",
  Control: "Cc",
  Other: "C",
};

/**
 * Rewrites a pattern of ECMA-262 (JSON Schema 2020-12 validation, 6.3.3) in the syntax of RE2, which means the same by it.
 * Throws UnreadableSchema for what RE2 has not: look-around and back references.
 */
export function toLinearSyntax(pattern: string): string {
  const refuse = (reason: string) =>
    new UnreadableSchema(`found the pattern "${pattern.slice(0, 80)}", which ${reason}`);
  if (pattern.length > maxPatternLength) throw refuse(`has more than ${maxPatternLength} characters`);
  const fault = syntaxFault(pattern);
  if (fault !== undefined) throw refuse(`is no regular expression (${fault})`);
  const characters = [...pattern];
  let written = "";
  for (let at = 0; at < characters.length; ) {
    const rest = characters.slice(at, at + 64).join("");
    const character = characters[at] ?? "";
    if (character === "\\") {
      if (/^\\(?:[1-9]|k<)/.test(rest)) throw refuse("has a back reference");
      if (/^\\[bB]/.test(rest)) {
        written += rest.slice(0, 2);
        at += 2;
        continue;
      }
      const escaped = readEscape(characters, at);
      written += escaped.kind === "set" ? `[${escaped.written}]` : letter(escaped.code);
      at = escaped.end;
    } else if (character === "[") {
      const set = readSet(characters, at);
      written += set.written;
      at = set.end;
    } else if (character === "(") {
      if (/^\(\?<?[=!]/.test(rest)) throw refuse(/^\(\?<[=!]/.test(rest) ? "has a look-behind" : "has a look-ahead");
      const [opening = ""] = /^\(\?<[^>]*>|^\(\?:|^\((?!\?)/.exec(rest) ?? [];
      if (opening === "") throw refuse(`has a group that begins with "${rest.slice(0, 4)}"`);
      written += "(?:";
      at += [...opening].length;
    } else {
      const [quantifier] = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(rest) ?? [];
      written += quantifier ?? plain(character);
      at += quantifier?.length ?? 1;
    }
  }
  return written;
}

/** With the flag that JSON Schema asks for, or without it, as older patterns are meant. */
function syntaxFault(pattern: string): string | undefined {
  try {
    new RegExp(pattern, "u");
    return undefined;
  } catch (first) {
    try {
      new RegExp(pattern);
      return undefined;
    } catch {
      // The first of both reasons is about the syntax that is wanted.
      return errorText(first).replace(/^Invalid regular expression: /, "");
    }
  }
}

function letter(code: number): string {
  return `\\x{${code.toString(16)}}`;
}

function plain(character: string): string {
  if (character === ".") return `[^${lineEnds}]`;
  if (/^[A-Za-z0-9^$|)]$/.test(character)) return character;
  return letter(character.codePointAt(0) ?? 0);
}

type Escape =
  | { readonly kind: "letter"; readonly code: number; readonly end: number }
  | { readonly kind: "set"; readonly written: string; readonly end: number };

/** Reads what a backslash begins: one character, or a set as it is written inside brackets. */
function readEscape(characters: readonly string[], at: number): Escape {
  const rest = characters.slice(at, at + 64).join("");
  const name = characters[at + 1] ?? "";
  const set = name === "s" ? space : name === "S" ? noSpace : /^[dDwW]$/.test(name) ? `\\${name}` : undefined;
  if (set !== undefined) return { kind: "set", written: set, end: at + 2 };
  const [property, kind, asked] = /^\\([pP])\{([^}]*)\}/.exec(rest) ?? [];
  if (property !== undefined && asked !== undefined) {
    const word = asked.replace(/^(?:General_Category|gc|Script|sc|Script_Extensions|scx)=/, "");
    const short = Object.hasOwn(categories, word) ? categories[word] : word;
    return { kind: "set", written: `\\${kind}{${short}}`, end: at + property.length };
  }
  const [pair, high, low] = /^\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})/.exec(rest) ?? [];
  if (pair !== undefined && high !== undefined && low !== undefined) {
    const code = 0x10000 + (Number.parseInt(high, 16) - 0xd800) * 0x400 + (Number.parseInt(low, 16) - 0xdc00);
    return { kind: "letter", code, end: at + pair.length };
  }
  const [coded, braces, four, two] = /^\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/.exec(rest) ?? [];
  if (coded !== undefined) {
    const code = Number.parseInt(braces ?? four ?? two ?? "0", 16);
    return { kind: "letter", code, end: at + coded.length };
  }
  const control = /^\\c([A-Za-z])/.exec(rest)?.[1];
  if (control !== undefined) return { kind: "letter", code: (control.codePointAt(0) ?? 0) % 32, end: at + 3 };
  const code = Object.hasOwn(namedControls, name) ? namedControls[name] : name.codePointAt(0);
  return { kind: "letter", code: code ?? 0x5c, end: at + 2 };
}

/** Reads a set in brackets: each member is written by its code, so that no sign means anything else to RE2. */
function readSet(characters: readonly string[], start: number): { readonly written: string; readonly end: number } {
  const isNegated = characters[start + 1] === "^";
  let at = start + (isNegated ? 2 : 1);
  let members = "";
  while (at < characters.length && characters[at] !== "]") {
    const from = readMember(characters, at);
    at = from.end;
    const isRange = characters[at] === "-" && at + 1 < characters.length && characters[at + 1] !== "]";
    const to = isRange ? readMember(characters, at + 1) : undefined;
    if (from.kind === "letter" && to?.kind === "letter") {
      members += `${letter(from.code)}-${letter(to.code)}`;
      at = to.end;
    } else members += from.kind === "letter" ? letter(from.code) : from.written;
  }
  // An empty set, which RE2 cannot write, is the opposite of all.
  const isReversed = members === "";
  const written = `[${isNegated === isReversed ? "" : "^"}${isReversed ? anything : members}]`;
  return { written, end: at + 1 };
}

function readMember(characters: readonly string[], at: number): Escape {
  const character = characters[at] ?? "";
  if (character !== "\\") return { kind: "letter", code: character.codePointAt(0) ?? 0, end: at + 1 };
  // Inside a set it is the backspace.
  if (characters[at + 1] === "b") return { kind: "letter", code: 8, end: at + 2 };
  return readEscape(characters, at);
}
