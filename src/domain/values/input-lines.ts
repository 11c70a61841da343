import { looksSecret } from "../people/secret-names.ts";
import { cutList, shortened, withoutMiddle } from "../words/shortened.ts";
import { type AnyNumber, isNumber } from "./exact-number.ts";
import { isJsonObject, isList, type Json } from "./json.ts";
import { addressName, referenceName } from "./reference-name.ts";
import { type InputItem, type Inputs, isItemList } from "./values.ts";

/**
 * A run of a list: runs with the same `group` are those of one process. `defaults` are told to nobody. `order` names the inputs as the
 * package has them; as they were given when absent.
 */
export type ListedRun = {
  readonly id: string;
  readonly group: string;
  readonly inputs: Inputs;
  readonly defaults: Inputs;
  readonly order?: readonly string[];
};

/** So long is a line, in characters: it stands in a cell of a table. */
const longestLine = 80;
const longestName = 24;
/** Several values share a line: each has so much of it, the most that leaves room for all, or the least. */
const lengths = [longestLine - longestName - 2, 45, 35];
const shortestValue = 30;
/** So much of a value is compared with those of other runs. */
const longestCompared = 200;

/**
 * Words for each run, by its id, the inputs in which it differs from the defaults of its process, as many as one line holds: the
 * files, then the values that the fewest other runs of that process have; what all runs have alike comes last. They stand files first,
 * else in the order of the package. Long numbers are rounded. What looks like a secret is left out. A run without any has no line.
 */
export function inputLines(runs: readonly ListedRun[]): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  for (const group of Map.groupBy(runs, (run) => run.group).values()) {
    const worded = group.map((run) => ({ run, words: wordsOfInputs(run, roundedWords) }));
    const seen = seenValues(worded.map(({ words }) => words));
    for (const { run, words } of worded) {
      const names = [...words.keys()];
      const order = [...(run.order ?? []), ...names];
      const inputs = [...words].map(([name, value]) => {
        const { count, alike } = seen.get(name)?.get(value) ?? { count: 0, alike: 0 };
        const isFile = namesFile(run.inputs[name]);
        const isCommon = group.length > 1 && count === group.length;
        return { name, value, count, alike, isFile, isCommon, place: order.indexOf(name) };
      });
      const line = lineOf(inputs.toSorted(byWorth));
      if (line !== "") lines.set(run.id, line);
    }
  }
  return lines;
}

type Rated = { readonly isCommon: boolean; readonly count: number } & Placed;

function byWorth(one: Rated, other: Rated): number {
  return (
    Number(one.isCommon) - Number(other.isCommon) ||
    Number(other.isFile) - Number(one.isFile) ||
    one.count - other.count ||
    one.place - other.place
  );
}

type Placed = { readonly isFile: boolean; readonly place: number };

function inLine(one: Placed, other: Placed): number {
  return Number(other.isFile) - Number(one.isFile) || one.place - other.place;
}

/** Tells whether what was given is a file, or a list that begins with one. */
function namesFile(given: Inputs[string] | undefined): boolean {
  const item = given !== undefined && isItemList(given) ? given[0] : given;
  return item !== undefined && "kind" in item && (item.kind === "reference" || item.kind === "file");
}

/** A file that a run was given: what is known of its bytes, where the run kept it. */
export type ToldFile = { readonly name: string; readonly length?: number; readonly sha256?: string };

/**
 * An input of a run as others read it; without words where it looks like a secret, and where it is not set (`isUnset`). `isDefault`
 * for what was not given.
 */
export type ToldInput = {
  readonly name: string;
  readonly words?: string;
  readonly isDefault: boolean;
  readonly isUnset?: true;
  readonly files?: readonly ToldFile[];
};

/** What is known of the inputs of a run besides their values: its files by input, and the inputs that have no value. */
export type InputFacts = {
  readonly files: ReadonlyMap<string, readonly ToldFile[]>;
  readonly unset: readonly string[];
};

/** So many characters of a value are told at most. */
const longestTold = 500;

/**
 * Words all inputs of a run, given ones first, then the defaults that were used, then those that are not set: files and addresses by
 * their names alone, with size and digest where these are known, and nothing of what looks like a secret.
 */
export function toldInputs(
  { inputs, defaults }: Pick<ListedRun, "inputs" | "defaults">,
  { files, unset }: InputFacts = { files: new Map(), unset: [] },
): readonly ToldInput[] {
  const told = (values: Inputs, isDefault: boolean) => {
    const words = wordsOfInputs({ inputs: values, defaults: {} }, String);
    return Object.keys(values).map((name) => {
      if (looksSecret(name)) return { name, isDefault };
      const own = files.get(name);
      const whole = words.get(name) ?? "";
      const value =
        (namesFile(values[name]) ? undefined : cutList(whole, longestTold)) ?? withoutMiddle(whole, longestTold);
      return { name, words: value, isDefault, ...(own === undefined ? {} : { files: own }) };
    });
  };
  const notSet = unset.map((name) => ({ name, isDefault: false, isUnset: true }) as const);
  return [...told(inputs, false), ...told(defaults, true), ...notSet];
}

/** The values that were given, each in words, by the names of their inputs. */
function wordsOfInputs({ inputs, defaults }: Pick<ListedRun, "inputs" | "defaults">, told: NumberWords): Words {
  const wordsOf = (item: InputItem) => itemWords(item, told);
  const words = new Map<string, string>();
  for (const [name, given] of Object.entries(inputs)) {
    if (looksSecret(name) || isSame(given, defaults[name])) continue;
    const value = isItemList(given) ? listWords(given, wordsOf) : wordsOf(given);
    if (value !== "") words.set(name, value);
  }
  return words;
}

type NumberWords = (value: AnyNumber) => string;

/** Digits of a number that has a fraction, and how long one is that is rounded. */
const shownDigits = 6;
const longNumber = 9;

/** A fraction of many digits says no more than its first ones; whole numbers stay whole. */
function roundedWords(value: AnyNumber): string {
  const text = String(value);
  const [, whole] = /^-?(\d+)\.\d+$/.exec(text) ?? [];
  if (whole === undefined || text.length <= longNumber) return text;
  return String(Number(Number(text).toPrecision(Math.min(21, Math.max(shownDigits, whole.length)))));
}

type Words = ReadonlyMap<string, string>;

function isSame(given: Inputs[string], value: Inputs[string] | undefined): boolean {
  return value !== undefined && JSON.stringify(given) === JSON.stringify(value);
}

/** How many runs have a value of an input, and with how many characters of it the value begins that is most like it. */
type Seen = { count: number; alike: number };

function seenValues(runs: readonly Words[]): ReadonlyMap<string, ReadonlyMap<string, Seen>> {
  const seen = new Map<string, Map<string, Seen>>();
  for (const [name, value] of runs.flatMap((words) => [...words])) {
    const values = seen.get(name) ?? new Map<string, Seen>();
    seen.set(name, values);
    values.set(value, { count: (values.get(value)?.count ?? 0) + 1, alike: 0 });
  }
  for (const values of seen.values()) noteAlike(values);
  return seen;
}

/** In their order, what is most like a text stands beside it. */
function noteAlike(values: ReadonlyMap<string, Seen>): void {
  let before: { readonly text: string; readonly seen: Seen } | undefined;
  for (const [text, seen] of [...values].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    if (before !== undefined) {
      const alike = commonStart(before.text, text);
      seen.alike = alike;
      before.seen.alike = Math.max(before.seen.alike, alike);
    }
    before = { text, seen };
  }
}

function commonStart(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

type ShownInput = Placed & { readonly name: string; readonly value: string; readonly alike: number };

/** What fits as it is, is told as it is; else each value in as many characters as leave room for others. */
function lineOf(inputs: readonly ShownInput[]): string {
  const whole = joined(inputs, longestCompared);
  if (whole.left === 0 && whole.text.length <= longestLine) return whole.text;
  const fitting = lengths.find((longest) => joined(inputs, longest).left === 0);
  const { text, left } = joined(inputs, fitting ?? shortestValue);
  return left === 0 ? text : `${text}${between}${left} more`;
}

function joined(inputs: readonly ShownInput[], longest: number): { readonly text: string; readonly left: number } {
  const parts: (Placed & { readonly part: string })[] = [];
  let length = 0;
  for (const { name, value, alike, isFile, place } of inputs) {
    const told = (isFile ? undefined : cutList(value, longest)) ?? shortened(value, longest, alike);
    const part = `${withoutMiddle(name, longestName)}: ${told}`;
    if (parts.length > 0 && length + part.length > longestLine) break;
    parts.push({ isFile, place, part });
    length += part.length + between.length;
  }
  const inOrder = parts.toSorted(inLine).map(({ part }) => part);
  return { text: inOrder.join(between), left: inputs.length - parts.length };
}

const between = " · ";

function itemWords(item: InputItem, told: NumberWords): string {
  const wordsOf = (one: InputItem) => itemWords(one, told);
  switch (item.kind) {
    case "reference":
      return referenceName(item) ?? (item.href.startsWith("data:") ? "data" : "a file");
    case "file":
      return wordsOf(item.item);
    case "bbox":
      return listWords(item.bbox, told);
    case "list":
      return listWords(item.items, wordsOf);
    case "record":
      return membersWords(item.members, wordsOf);
    case "value":
      // Bytes say nothing to who reads them as letters.
      return item.encoding === undefined ? jsonWords(item.value, told) : (item.mediaType ?? "data");
    default:
      return item satisfies never;
  }
}

function jsonWords(value: Json, told: NumberWords): string {
  const wordsOf = (one: Json) => jsonWords(one, told);
  if (typeof value === "string") return textWords(value);
  if (isNumber(value)) return told(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (isList(value)) return listWords(value, wordsOf);
  return isJsonObject(value) ? membersWords(value, wordsOf) : "";
}

/** An address is told by its name: what stands behind it may let others in. */
function textWords(text: string): string {
  const far = text.length <= 2 * longestCompared;
  const ends = far ? text : `${text.slice(0, longestCompared)} ${text.slice(-longestCompared)}`;
  const isAddress = /^\s*[a-z][a-z0-9+.-]*:\/\//i.test(ends);
  return isAddress ? (addressName(text.trim()) ?? "an address") : ends.replaceAll(/\s+/g, " ").trim();
}

/** Words as many of a list as are compared. */
function listWords<Item>(items: readonly Item[], wordsOf: (item: Item) => string): string {
  const words: string[] = [];
  let length = 0;
  for (const item of items) {
    if (length > longestCompared) break;
    const part = wordsOf(item);
    words.push(part);
    length += part.length + 2;
  }
  return words.join(", ");
}

function membersWords<Member>(members: Readonly<Record<string, Member>>, wordsOf: (member: Member) => string): string {
  const shown = Object.entries(members).filter(([name]) => !looksSecret(name));
  return listWords(shown, ([name, member]) => `${withoutMiddle(name, longestName)} ${wordsOf(member)}`);
}
