import type { Random } from "./random.ts";

/** What often goes wrong, as text. */
const words = [
  "",
  "\0",
  "\u{1f4a5}",
  "\ud800",
  "\u202e",
  "%",
  "%00",
  "%ff",
  "../../etc/passwd",
  "/proc/self/fd/0",
  "$(inputs.x)",
  `$${"{ return 1 }"}`,
  "$(",
  "{{",
  "-0",
  "1e999",
  "9007199254740993",
  "-9223372036854775809",
  "NaN",
  "null",
  "true",
  "[",
  "{",
  '"',
  "<!--",
  "<![CDATA[",
  "<!DOCTYPE a [<!ENTITY b 'c'>]>",
  "&amp;",
  "&#0;",
  "\r\n",
  "\r\n\r\n",
  ";",
  ",",
  "*",
  "__proto__",
  "constructor",
  "a".repeat(300),
  "(a+)+$",
  "*a*a*a*a*b",
  "[[:alpha:]]",
  "&a",
  "*a",
  "!!js/function",
  "\t",
];

const values: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  0.1,
  2 ** 53,
  "",
  "x".repeat(2000),
  [],
  {},
  [[[[[[[[[[]]]]]]]]]],
  { a: { b: { c: {} } } },
  ["a", "a"],
  { $ref: "#" },
  { __proto__x: 1 },
  { value: {} },
  { href: "vault://x" },
  { href: "data:text/plain;base64,%%%" },
  { href: "file:///etc/passwd" },
  { bbox: [1, 2], crs: "x" },
];

/** Changes a text at some places, or swaps parts of it. */
export function mutateText(random: Random, text: string): string {
  let changed = text;
  for (let left = 1 + random.below(4); left > 0; left -= 1) changed = changeOnce(random, changed);
  return changed;
}

function changeOnce(random: Random, text: string): string {
  const from = random.below(text.length + 1);
  const to = Math.min(text.length, from + random.below(random.oneIn(3) ? 200 : 8));
  const part = text.slice(from, to);
  const at = random.below(text.length + 1);
  switch (random.below(7)) {
    case 0:
      return text.slice(0, from) + text.slice(to);
    case 1:
      return text.slice(0, from) + random.pick(words) + text.slice(to);
    case 2:
      return text.slice(0, from) + random.pick(words) + text.slice(from);
    case 3:
      return text.slice(0, at) + part + text.slice(at);
    case 4:
      return text.slice(0, from) + part.repeat(1 + random.below(30)) + text.slice(to);
    case 5:
      return text.slice(0, from) + String.fromCharCode(random.below(random.oneIn(4) ? 0xffff : 0x80)) + text.slice(to);
    default:
      return text.slice(0, from);
  }
}

/** Changes a value of JSON at some places: members go, come twice under other names, or get other values. */
export function mutateJson(random: Random, value: unknown): unknown {
  if (random.oneIn(12)) return random.pick(values);
  if (Array.isArray(value)) return mutateList(random, value);
  if (typeof value === "object" && value !== null) return mutateObject(random, value);
  if (typeof value === "string") return random.oneIn(4) ? mutateText(random, value) : value;
  return value;
}

function mutateList(random: Random, list: readonly unknown[]): unknown {
  const changed = list.flatMap((one) => (random.oneIn(10) ? [] : [mutateJson(random, one)]));
  if (random.oneIn(8)) changed.push(random.pick(values));
  return random.oneIn(40) ? Array.from({ length: 50 }, () => changed) : changed;
}

function mutateObject(random: Random, value: object): unknown {
  const entries = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    if (random.oneIn(15)) return [];
    const own: [string, unknown] = [random.oneIn(20) ? mutateText(random, name) : name, mutateJson(random, member)];
    return random.oneIn(25) ? [own, [random.pick(words), member]] : [own];
  });
  return Object.fromEntries(entries);
}

/** Changes single bytes. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes);
  for (let left = 1 + random.below(12); left > 0; left -= 1) {
    changed[random.below(Math.max(1, changed.length))] = random.below(256);
  }
  return random.oneIn(5) ? changed.slice(0, random.below(changed.length + 1)) : changed;
}

/** Makes an input smaller for as long as it still fails: halves go first, single letters last. */
export async function shrink(text: string, stillFails: (text: string) => Promise<boolean>): Promise<string> {
  let smallest = text;
  let tries = 200;
  for (let size = Math.ceil(smallest.length / 2); size >= 1 && tries > 0; size = Math.floor(size / 2)) {
    for (let at = 0; at < smallest.length && tries > 0; tries -= 1) {
      const shorter = smallest.slice(0, at) + smallest.slice(at + size);
      if (await stillFails(shorter)) smallest = shorter;
      else at += size;
    }
  }
  return smallest;
}
