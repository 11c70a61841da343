import { comparePairs } from "../../../domain/comparison/compare-jobs.ts";
import { compareJson } from "../../../domain/comparison/json-difference.ts";
import { compareTables } from "../../../domain/comparison/table-difference.ts";
import { compareTexts } from "../../../domain/comparison/text-difference.ts";
import { defined } from "../../../domain/defined.ts";
import type { ContentDifference, FileFacts, Inside } from "../../../domain/documents/content-difference.ts";
import { Problem } from "../../../domain/problem.ts";
import { referenceInside } from "../../../domain/values/directories.ts";
import { type Json, parseExact } from "../../../domain/values/json.ts";
import { excessOfText, jsonBounds } from "../../../domain/values/json-bounds.ts";
import { essenceOf, isJsonType, isTextType } from "../../../domain/values/media-type.ts";
import type { DirectoryFile, DirectoryResult, FileResult, Result } from "../../../domain/values/values.ts";
import { nextTurn } from "../../../domain/waiting/timers.ts";
import { openResult } from "../../../operations/results/read-results.ts";
import type { ViewDeps } from "../results/file-view.ts";
import { readTables } from "./compared-tables.ts";
import type { ResultMarks } from "./result-marks.ts";
import { takeLengths, takeLines, type WorkBudget, workBudget } from "./work-budget.ts";

/** The longest of two files or values that are compared inside, in bytes or characters of JSON. */
const longestCompared = 2 ** 20;
/** So many differences of each are listed, and so many lines of a text. */
const mostDifferences = 200;
const mostLines = 400;
/** So many pairs of files and values are compared inside for one answer, and so many differences and lines are listed in it. */
const mostCompared = 20;
const mostListed = 2000;

type Pair = readonly [Result, Result];
type Leaf = Exclude<Result, { readonly kind: "list" | "record" }>;

/**
 * Gives what differs inside of the results of two runs that are not known to be the same, by their ids; nothing where nothing does.
 * Other requests have their turn meanwhile: between two pairs, and between the parts of the work for one.
 */
export async function contentDifferences(
  deps: ViewDeps,
  outputs: ReadonlyMap<string, Pair>,
  marks: ResultMarks,
): Promise<ReadonlyMap<string, readonly ContentDifference[]>> {
  const found = new Map<string, readonly ContentDifference[]>();
  let [left, room] = [mostCompared, mostListed];
  const budget = workBudget();
  for (const [outputId, [one, other]] of outputs) {
    const sides = [leavesOf(one, outputId), leavesOf(other, outputId)] as const;
    for (const side of sides) await marks.add(Object.values(side));
    const pairs = comparePairs(sides, marks.of).filter(({ same }) => same !== true);
    const differences: ContentDifference[] = [];
    for (const { id, a, b } of pairs.slice(0, left)) {
      const inside = await insideOf(deps, { a, b, room, budget });
      room -= listedIn(inside);
      differences.push({ name: id, ...inside });
    }
    if (pairs.length > left) differences.push(leftOut(outputId, pairs.length - left));
    left -= Math.min(left, pairs.length);
    for (const { id, a, b } of pairs) {
      if (a?.kind !== "directory" || b?.kind !== "directory") continue;
      const files = comparableFiles({ name: id, a, b });
      for (const { name, ...sides } of files.slice(0, left)) {
        const inside = await insideOf(deps, { ...sides, room, budget });
        room -= listedIn(inside);
        differences.push({ name, ...inside });
      }
      if (files.length > left) differences.push(leftOut(id, files.length - left));
      left -= Math.min(left, files.length);
    }
    found.set(outputId, differences);
  }
  return found;
}

function leftOut(name: string, count: number): ContentDifference {
  const reason = `${count} more differ, or may differ. One comparison looks inside of ${mostCompared} at most.`;
  return { name, kind: "not-compared", reason };
}

/** The files, directories and values of a result, by names that two runs have in common. */
function leavesOf(result: Result, name: string): Readonly<Record<string, Leaf>> {
  return Object.fromEntries(leafEntries(result, name));
}

function leafEntries(result: Result, name: string): readonly (readonly [string, Leaf])[] {
  switch (result.kind) {
    case "list":
      return result.items.flatMap((item, index) => leafEntries(item, `${name} ${index}`));
    case "record":
      return Object.entries(result.members).flatMap(([member, item]) => leafEntries(item, `${name} ${member}`));
    case "file": {
      const { secondaryFiles = [], ...file } = result;
      const second = secondaryFiles.map((one, index) => [`${name}, secondary file ${index + 1}`, one] as const);
      return [[name, file], ...second];
    }
    case "directory":
    case "value":
    case "link":
      return [[name, result]];
    default:
      return result satisfies never;
  }
}

type Noted = Inside & { readonly note?: string };

function listedIn(inside: Inside): number {
  switch (inside.kind) {
    case "json":
      return inside.differences.length;
    case "table":
      return inside.rows.reduce((sum, { cells }) => sum + cells.length, 0);
    case "text":
      return inside.lines.length;
    case "files":
      return inside.files.length;
    case "not-compared":
      return 1;
    default:
      return inside satisfies never;
  }
}

/** Two sides, how much of what differs may be listed at most, and what is left for the answer. */
type Compared<Side> = { readonly a: Side; readonly b: Side; readonly room: number; readonly budget: WorkBudget };

async function insideOf(deps: ViewDeps, { a, b, room: left, budget }: Compared<Leaf | undefined>): Promise<Noted> {
  await nextTurn();
  const room = Math.max(0, left);
  if (a === undefined || b === undefined) return notCompared(`Only ${a === undefined ? "B" : "A"} has it.`);
  if (a.kind === "directory" && b.kind === "directory") return filesOf({ a, b, room });
  if (a.kind === "value" && b.kind === "value") return valuesOf({ a: a.value, b: b.value, room, budget });
  if (a.kind === "file" && b.kind === "file") return filePair(deps, { a, b, room, budget });
  return notCompared(`A has ${wordsOf(a)}, B has ${wordsOf(b)}.`);
}

function notCompared(reason: string): Noted {
  return { kind: "not-compared", reason };
}

function wordsOf(leaf: Leaf): string {
  switch (leaf.kind) {
    case "file":
      return `${leaf.sizeBytes} ${leaf.sizeBytes === 1 ? "byte" : "bytes"} of ${leaf.mediaType}${leaf.sha256 === undefined ? "" : ` (SHA-256 ${leaf.sha256})`}`;
    case "directory":
      return "a directory";
    case "value":
      return "a value";
    case "link":
      return `a link to ${leaf.href}`;
    default:
      return leaf satisfies never;
  }
}

function filesOf({ a, b, room }: Omit<Compared<DirectoryResult>, "budget">): Noted {
  const byPath = ({ files }: DirectoryResult) => Object.fromEntries(files.map((file) => [file.path, file]));
  const pairs = comparePairs([byPath(a), byPath(b)], ({ sha256 }) => sha256).filter(({ same }) => same !== true);
  const files = pairs.slice(0, Math.min(mostDifferences, room)).map((pair) => ({
    path: pair.id,
    ...defined({ a: pair.a === undefined ? undefined : factsOf(pair.a), b: pair.b && factsOf(pair.b) }),
  }));
  return { kind: "files", files, more: pairs.length - files.length };
}

/** Lists the files that two directories have by the same path, that differ, and whose contents can be compared, as results of their own. */
function comparableFiles({
  name,
  a,
  b,
}: {
  readonly name: string;
  readonly a: DirectoryResult;
  readonly b: DirectoryResult;
}) {
  const filesOfB = new Map(b.files.map((file) => [file.path, file]));
  return a.files.flatMap((file) => {
    const other = filesOfB.get(file.path);
    if (other === undefined || (file.sha256 !== undefined && file.sha256 === other.sha256)) return [];
    const [one, two] = [fileIn(a, file), fileIn(b, other)];
    const isShort = Math.max(one.sizeBytes, two.sizeBytes) <= longestCompared;
    if (!isShort || kindOf(one.mediaType) === "other") return [];
    return [{ name: `${name}: ${file.path}`, a: one, b: two }];
  });
}

function fileIn(directory: DirectoryResult, { path, ...facts }: DirectoryFile): FileResult {
  const reference = referenceInside(directory, path);
  return { kind: "file", reference, basename: path, ...facts };
}

function factsOf({ sizeBytes, sha256 }: { readonly sizeBytes: number; readonly sha256?: string }): FileFacts {
  return { length: sizeBytes, ...defined({ sha256 }) };
}

async function valuesOf({ a, b, room, budget }: Compared<Json>): Promise<Noted> {
  const [ofA, ofB] = [JSON.stringify(a).length, JSON.stringify(b).length];
  const excess = Math.max(ofA, ofB) > longestCompared ? tooLong : takeLengths(budget, ofA, ofB);
  if (excess !== undefined) return notCompared(`A has ${ofA} characters of JSON, B has ${ofB}: ${excess}`);
  await nextTurn();
  const isText = (value: Json) => typeof value === "string" && value.includes("\n");
  if (typeof a === "string" && typeof b === "string" && (isText(a) || isText(b)))
    return textPair({ a, b, room, budget });
  return { kind: "json", ...compareJson(a, b, Math.min(mostDifferences, room)) };
}

const tooLong = "only what has up to 1 MiB is compared inside.";

/** A file that somebody removed beside the server leaves the rest of the comparison as it is. */
async function filePair(deps: ViewDeps, { a, b, room, budget }: Compared<FileResult>): Promise<Noted> {
  const words = `A has ${wordsOf(a)}, B has ${wordsOf(b)}`;
  const kind = kindOf(a.mediaType);
  if (kind === "other" || kind !== kindOf(b.mediaType)) return notCompared(`${words}.`);
  const isLong = Math.max(a.sizeBytes, b.sizeBytes) > longestCompared;
  const excess = isLong ? tooLong : takeLengths(budget, a.sizeBytes, b.sizeBytes);
  if (excess !== undefined) return notCompared(`${words}: ${excess}`);
  try {
    return await textsOf(kind, { a: await textOf(deps, a), b: await textOf(deps, b), room, budget });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return notCompared(error.message);
  }
}

type Kind = "json" | "table" | "text" | "other";

function kindOf(mediaType: string): Kind {
  const type = essenceOf(mediaType);
  if (type === "text/csv" || type === "text/tab-separated-values") return "table";
  if (isJsonType(mediaType)) return "json";
  return isTextType(mediaType) ? "text" : "other";
}

async function textOf(deps: ViewDeps, { reference }: FileResult): Promise<string> {
  const file = await openResult(deps, reference);
  const bytes = await file.slice(0, Math.min(file.sizeBytes, longestCompared)).bytes();
  return new TextDecoder().decode(bytes);
}

async function textsOf(kind: Exclude<Kind, "other">, sides: Compared<string>): Promise<Noted> {
  const { a, b, room } = sides;
  const most = Math.min(mostDifferences, room);
  switch (kind) {
    case "text":
      return textPair(sides);
    case "table":
      return tooManyLines(sides) ?? tablePair(a, b, most);
    case "json": {
      const [one, other] = [await parsedOf(a), await parsedOf(b)];
      if (one !== undefined && other !== undefined) {
        return { kind: "json", ...compareJson(one.value, other.value, most) };
      }
      const side = one === undefined ? (other === undefined ? "both are" : "A is") : "B is";
      return {
        ...textPair(sides),
        note: `Compared as text, because ${side} no JSON, or too deep or too large for it.`,
      };
    }
    default:
      return kind satisfies never;
  }
}

/** Says why two texts are not gone through line by line; undefined where they are. */
function tooManyLines({ a, b, budget }: Compared<string>): Noted | undefined {
  const words = takeLines(budget, a, b);
  return words === undefined ? undefined : notCompared(words);
}

function textPair(sides: Compared<string>): Noted {
  const { a, b, room } = sides;
  return tooManyLines(sides) ?? { kind: "text", ...compareTexts(a, b, Math.min(mostLines, room)) };
}

async function tablePair(a: string, b: string, most: number): Promise<Noted> {
  const read = await readTables(a, b);
  if ("tooLarge" in read) return notCompared(read.tooLarge);
  return { kind: "table", ...(await compareTables(...read.tables, most)) };
}

async function parsedOf(text: string): Promise<{ readonly value: Json } | undefined> {
  await nextTurn();
  if (excessOfText(text, jsonBounds) !== undefined) return undefined;
  try {
    return { value: parseExact(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
