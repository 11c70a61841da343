import type { Database } from "../database.ts";
import {
  markSettled,
  putSet,
  selectSaid,
  selectSets,
  selectStoredTerms,
  selectUnsettled,
} from "../queries/index-jobs.ts";
import type { Statement } from "../statements.ts";
import { groupSize } from "./columns.ts";
import { addNumbers, blockOf, lastOf, setOfBlock, storedForm } from "./number-sets.ts";
import { wordsOfRows } from "./said.ts";
import { sayersIn } from "./sayers.ts";
import { wordOfTerm, wordTerm } from "./terms.ts";

// The full-text index finds every word, but at a price for each job that says it; so a word that many jobs of a block say
// has a set of the block, too, beside those of facets. Whether many say it is told when a group of jobs is full: it is
// settled then. A word without a set is said by few jobs of the block's settled groups, and a word with one by no others of
// them than the set holds: which jobs of groups that are not settled yet say it, the full-text index tells.

/** A word that so many jobs of a group say gets a set. At most seven times as many of a block say one that has none. */
const fewestJobs = 4;
/** Jobs that are read at a time, and words that are looked up or written: a few milliseconds. */
const jobsAtOnce = 128;
const wordsAtOnce = 300;
/** Words of jobs that are kept in memory, some 50 bytes each. */
const mostKept = 100_000;

/**
 * Settles the next group of jobs that is due: one with later jobs than its own in the index. Returns whether there was
 * one. `rest` is waited for between two pieces of the work. Only one call may run at a time, and none beside indexJobs().
 */
export async function settleWords(database: Database, rest: () => Promise<void>): Promise<boolean> {
  const [due] = await database.read(selectUnsettled({}));
  if (due === undefined) return false;
  const group = Number(due.number);
  const block = blockOf(group * groupSize);
  // A set that is written before the group is settled is right all the same: it only tells what is found without it, too.
  for (const words of chunks([...(await sayersOf(database, group, rest))], wordsAtOnce)) {
    await database.write(await setsOf(database, block, new Map(words)));
    await rest();
  }
  await database.write([markSettled({ number: group })]);
  return true;
}

/** Gives the words of a group that have or may get a set, with the jobs that say them. */
async function sayersOf(
  database: Database,
  group: number,
  rest: () => Promise<void>,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const counts = new Uint8Array(2 ** 20);
  // Where a lot is said it is read twice: of what is said only once or twice nothing is kept in memory.
  let kept: (readonly JobWords[])[] | undefined = [];
  let size = 0;
  for await (const jobs of jobsOf(database, group, rest)) {
    count(jobs, counts);
    size += jobs.reduce((sum, { words }) => sum + words.size, 0);
    if (size > mostKept) kept = undefined;
    kept?.push(jobs);
  }
  const sayers = new Map<string, number[]>();
  for await (const jobs of kept ?? jobsOf(database, group, rest)) {
    const stored = await storedWords(database, blockOf(group * groupSize), jobs, counts);
    for (const { number, words } of jobs) {
      for (const word of words) {
        if (timesOf(word, counts) < fewestJobs && !stored.has(word)) continue;
        const numbers = sayers.get(word);
        if (numbers === undefined) sayers.set(word, [number]);
        else numbers.push(number);
      }
    }
  }
  return sayers;
}

type JobWords = { readonly number: number; readonly words: ReadonlySet<string> };

async function* jobsOf(
  database: Database,
  group: number,
  rest: () => Promise<void>,
): AsyncGenerator<readonly JobWords[]> {
  for (let least = group * groupSize; least < (group + 1) * groupSize; least += jobsAtOnce) {
    const rows = await database.read(selectSaid({ least, most: least + jobsAtOnce - 1 }));
    const words = await wordsOfRows(database, rows);
    yield rows.map((row, at) => ({ number: Number(row.number), words: words[at] ?? new Set() }));
    await rest();
  }
}

/** Counts words by their hashes: some may count as more frequent than they are, none as less. */
function count(jobs: readonly JobWords[], counts: Uint8Array): void {
  for (const { words } of jobs) {
    for (const word of words) counts[placeOf(word, counts)] = Math.min(timesOf(word, counts) + 1, fewestJobs);
  }
}

function timesOf(word: string, counts: Uint8Array): number {
  return counts[placeOf(word, counts)] ?? 0;
}

function placeOf(word: string, counts: Uint8Array): number {
  return Bun.hash.xxHash32(word) % counts.length;
}

/** Those of the rare words of jobs that have sets nevertheless: more jobs of other groups say them. */
async function storedWords(
  database: Database,
  block: number,
  jobs: readonly JobWords[],
  counts: Uint8Array,
): Promise<ReadonlySet<string>> {
  const all = new Set(jobs.flatMap(({ words }) => [...words]));
  const rare = [...all].filter((word) => timesOf(word, counts) < fewestJobs);
  const stored = new Set<string>();
  for (const words of chunks(rare, wordsAtOnce)) {
    const sets = JSON.stringify(words.map((word) => [wordTerm(word), block]));
    for (const row of await database.read(selectStoredTerms({ sets }))) {
      const word = wordOfTerm(String(row.term));
      if (word !== undefined) stored.add(word);
    }
  }
  return stored;
}

async function setsOf(
  database: Database,
  block: number,
  sayers: ReadonlyMap<string, readonly number[]>,
): Promise<readonly Statement[]> {
  const asked = [...sayers.keys()].map((word) => [wordTerm(word), block]);
  const rows = await database.read(selectSets({ sets: JSON.stringify(asked) }));
  const stored = new Map(rows.map((row) => [String(row.term), row.numbers]));
  const statements: Statement[] = [];
  for (const [word, sayersOfGroup] of sayers) {
    const term = wordTerm(word);
    const before = stored.get(term);
    if (before === undefined && sayersOfGroup.length < fewestJobs) continue;
    const set = setOfBlock(block, before);
    // Few: those of the groups of the block that were settled before.
    if (before === undefined) addNumbers(set, await sayersIn(database, word, { least: set.first, most: lastOf(set) }));
    addNumbers(set, sayersOfGroup);
    const numbers = storedForm(set);
    if (numbers !== undefined)
      statements.push(putSet({ term, block, numbers, leastDuration: null, mostDuration: null }));
  }
  return statements;
}

function* chunks<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}
