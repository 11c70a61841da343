import type { Database } from "../database.ts";
import { groupSize } from "../job-index/columns.ts";
import type { DurationRange } from "../job-index/durations.ts";
import {
  addNumbers,
  addStored,
  blockOf,
  blockSize,
  emptySet,
  lastOf,
  type NumberSet,
} from "../job-index/number-sets.ts";
import { sayersIn } from "../job-index/sayers.ts";
import { wordOfTerm } from "../job-index/terms.ts";
import { selectSetsInBlocks, selectTermsWithoutSets } from "../queries/search-jobs.ts";

/** Blocks of the index, both ends included. */
export type Stretch = { readonly first: number; readonly last: number };

/** Where jobs are looked for, and how long they lasted: others may be left out, and may be not. */
export type Scope = Stretch & { readonly duration?: DurationRange | undefined };

/** Numbers of jobs or times, both ends included. */
export type Range = { readonly least: number; readonly most: number };

/** What a search has to know of the index. */
export type Overview = {
  /** Jobs that are in it no more, though not erased yet. */
  readonly gone: readonly number[];
  /** Groups in which words have no sets yet. */
  readonly unsettled: readonly number[];
  /** Terms that have no set anywhere, with all jobs that have them: few that say a word, none of a facet. */
  readonly rare: ReadonlyMap<string, readonly number[]>;
};

/** Makes a set of the blocks of a stretch. */
export function emptyIn({ first, last }: Stretch): NumberSet {
  return emptySet(first, last - first + 1);
}

/** Gives the jobs of a scope that have a term. */
export async function setOfTerm(
  database: Database,
  term: string,
  scope: Scope,
  { rare, unsettled }: Overview,
): Promise<NumberSet> {
  const sayers = rare.get(term);
  if (sayers !== undefined) {
    const found = emptyIn(scope);
    addNumbers(
      found,
      sayers.filter((number) => number >= found.first && number <= lastOf(found)),
    );
    return found;
  }
  const { found, stored } = await readSets(database, term, scope);
  const word = wordOfTerm(term);
  if (word === undefined) return found;
  for (const range of withoutSets(scope, stored, unsettled)) {
    addNumbers(found, await sayersIn(database, word, range));
  }
  return found;
}

/** Reads the sets of a term, and tells which blocks have one. */
export async function readSets(database: Database, term: string, { first, last, duration }: Scope) {
  const found = emptyIn({ first, last });
  const stored = new Set<number>();
  const lasting = { leastDuration: duration?.least ?? null, mostDuration: duration?.most ?? null };
  for (const { block, numbers } of await database.read(selectSetsInBlocks({ term, first, last, ...lasting }))) {
    if (numbers instanceof ArrayBuffer) addStored(found, Number(block), numbers);
    stored.add(Number(block));
  }
  return { found, stored };
}

/** Where the full-text index is to be asked for a word: blocks in which it has no set, and groups that are not settled. */
function withoutSets(
  { first, last }: Stretch,
  stored: ReadonlySet<number>,
  unsettled: readonly number[],
): readonly Range[] {
  const ranges: Range[] = [];
  const addRange = (least: number, most: number) => {
    const before = ranges.at(-1);
    if (before?.most === least - 1) ranges[ranges.length - 1] = { least: before.least, most };
    else ranges.push({ least, most });
  };
  const ofBlock = Map.groupBy(unsettled, (group) => blockOf(group * groupSize));
  for (let block = first; block <= last; block += 1) {
    if (!stored.has(block)) addRange(block * blockSize, (block + 1) * blockSize - 1);
    else for (const group of ofBlock.get(block) ?? []) addRange(group * groupSize, (group + 1) * groupSize - 1);
  }
  return ranges;
}

/** Looks up which of some terms have no set: each is asked for once, however many stretches are gone through. */
export async function rareTerms(
  database: Database,
  terms: readonly string[],
  { first, last }: Stretch,
): Promise<ReadonlyMap<string, readonly number[]>> {
  if (terms.length === 0) return new Map();
  const rows = await database.read(selectTermsWithoutSets({ terms: JSON.stringify(terms) }));
  const range = { least: first * blockSize, most: (last + 1) * blockSize - 1 };
  const rare = new Map<string, readonly number[]>();
  for (const term of rows.map((row) => String(row.term))) {
    const word = wordOfTerm(term);
    rare.set(term, word === undefined ? [] : await sayersIn(database, word, range));
  }
  return rare;
}
