/** A set in brackets: what fits it, and where its closing bracket stands. */
export type Bracket = { readonly fits: (character: string) => boolean; readonly last: number };

type Test = (character: string) => boolean;

/** The classes of POSIX, over the characters of Unicode; each expression looks at one character. */
const classes: Readonly<Record<string, RegExp>> = {
  alnum: /^[\p{L}\p{N}]$/u,
  alpha: /^\p{L}$/u,
  blank: /^[ \t]$/,
  cntrl: /^\p{Cc}$/u,
  digit: /^[0-9]$/,
  graph: /^[^\s\p{C}]$/u,
  lower: /^\p{Ll}$/u,
  print: /^(?: |[^\s\p{C}])$/u,
  punct: /^[\p{P}\p{S}]$/u,
  space: /^\s$/,
  upper: /^\p{Lu}$/u,
  xdigit: /^[0-9A-Fa-f]$/,
};

/** Reads the set that begins with `[` at a place; undefined where it is not closed, and `[` stands for itself. */
export function readBracket(characters: readonly string[], start: number): Bracket | undefined {
  // Looked for once: a text of opening brackets is not searched from each of them.
  if (characters.lastIndexOf("]") <= start) return undefined;
  const isNegated = ["!", "^"].includes(characters[start + 1] ?? "");
  const first = isNegated ? start + 2 : start + 1;
  const singles = new Set<string>();
  const tests: Test[] = [];
  for (let at = first; at < characters.length; ) {
    // A closing bracket at the first place is a member.
    if (characters[at] === "]" && at > first) {
      const isMember = (character: string) => singles.has(character) || tests.some((test) => test(character));
      return { fits: (character) => isMember(character) !== isNegated, last: at };
    }
    const named = readClass(characters, at);
    if (named !== undefined) {
      tests.push(named.test);
      at = named.end;
      continue;
    }
    const from = readMember(characters, at);
    const isRange =
      characters[from.end] === "-" && from.end + 1 < characters.length && characters[from.end + 1] !== "]";
    if (!isRange) {
      singles.add(from.character);
      at = from.end;
      continue;
    }
    const to = readMember(characters, from.end + 1);
    tests.push(between(from.character, to.character));
    at = to.end;
  }
  return undefined;
}

/** `[:alpha:]`; a class that nobody knows has no members. */
function readClass(
  characters: readonly string[],
  at: number,
): { readonly test: Test; readonly end: number } | undefined {
  const content = delimited(characters, at, ":");
  if (content === undefined) return undefined;
  const known = Object.hasOwn(classes, content.text) ? classes[content.text] : undefined;
  return { test: (character) => known?.test(character) ?? false, end: content.end };
}

/** A member: itself, escaped, or named as `[.x.]` or `[=x=]`. */
function readMember(characters: readonly string[], at: number): { readonly character: string; readonly end: number } {
  const named = delimited(characters, at, ".") ?? delimited(characters, at, "=");
  if (named !== undefined) return { character: named.text, end: named.end };
  const escaped = characters[at] === "\\" && at + 1 < characters.length ? at + 1 : at;
  return { character: characters[escaped] ?? "", end: escaped + 1 };
}

/** The longest name that may stand between two signs, in characters. */
const maxNameLength = 32;

function delimited(
  characters: readonly string[],
  at: number,
  sign: string,
): { readonly text: string; readonly end: number } | undefined {
  if (characters[at] !== "[" || characters[at + 1] !== sign) return undefined;
  for (let end = at + 3; end < characters.length && end <= at + maxNameLength; end += 1) {
    if (characters[end] === sign && characters[end + 1] === "]") {
      return { text: characters.slice(at + 2, end).join(""), end: end + 2 };
    }
  }
  return undefined;
}

function between(from: string, to: string): Test {
  const [first, last] = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0];
  return (character) => {
    const code = character.codePointAt(0) ?? 0;
    return first <= code && code <= last;
  };
}
