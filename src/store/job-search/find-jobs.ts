import type { Database } from "../database.ts";
import { groupOf, groupSize } from "../job-index/columns.ts";
import { type DurationRange, keepInRange } from "../job-index/durations.ts";
import {
  addAll,
  blockOf,
  hasAny,
  isEmpty,
  keepCommon,
  keepWhere,
  lastOf,
  type NumberSet,
  removeNumbers,
  removeRange,
} from "../job-index/number-sets.ts";
import { numbersIn } from "../job-index/sayers.ts";
import { everyJob } from "../job-index/terms.ts";
import { selectCreated, selectGroupsCreated, selectGroupsLasting } from "../queries/search-jobs.ts";
import type { Alternatives, Asked } from "./asked.ts";
import { durationsIn, groupsWithAny } from "./read-columns.ts";
import { emptyIn, type Overview, type Range, type Scope, type Stretch, setOfTerm } from "./term-sets.ts";

/** Orders what a search asks so that the rare stands first, and leaves out what no job can meet; undefined when nothing is left. */
export function rarestFirst(asked: Asked, { rare }: Pick<Overview, "rare">): Asked | undefined {
  const sayersOf = (term: string) => rare.get(term)?.length ?? Number.POSITIVE_INFINITY;
  const sets = asked.sets.map((alternatives) =>
    alternatives
      .filter((terms) => terms.every((term) => sayersOf(term) > 0))
      .map((terms) =>
        terms.toSorted(
          (one, other) => Number(sayersOf(one) > sayersOf(other)) - Number(sayersOf(one) < sayersOf(other)),
        ),
      ),
  );
  if (sets.some((alternatives) => alternatives.length === 0)) return undefined;
  const isRare = (alternatives: Alternatives) =>
    alternatives.every(([first]) => first !== undefined && rare.has(first));
  return { ...asked, sets: [...sets.filter(isRare), ...sets.filter((alternatives) => !isRare(alternatives))] };
}

/** Finds the indexed jobs of a stretch that meet a search. */
export async function findJobs(
  database: Database,
  asked: Asked,
  stretch: Stretch,
  overview: Overview,
): Promise<NumberSet> {
  const [first, ...others] = asked.sets;
  const scope = { ...stretch, duration: asked.duration };
  const found = await (first === undefined
    ? everyOne(database, scope, overview)
    : ofAlternatives(database, first, scope, overview));
  for (const alternatives of others) {
    if (isEmpty(found)) return found;
    keepCommon(found, await ofAlternatives(database, alternatives, scope, overview));
  }
  removeNumbers(found, overview.gone);
  if (asked.created !== undefined) await keepCreated(database, found, asked.created);
  if (asked.duration !== undefined) await keepLasting(database, found, asked.duration);
  return found;
}

async function everyOne(database: Database, scope: Scope, overview: Overview): Promise<NumberSet> {
  if (scope.duration === undefined) return setOfTerm(database, everyJob, scope, overview);
  // The durations tell which numbers are those of jobs.
  const found = emptyIn(scope);
  found.bits.fill(2 ** 32 - 1);
  return found;
}

async function ofAlternatives(
  database: Database,
  alternatives: Alternatives,
  scope: Scope,
  overview: Overview,
): Promise<NumberSet> {
  const [first, ...others] = alternatives;
  const found = await ofAll(database, first ?? [], scope, overview);
  for (const terms of others) addAll(found, await ofAll(database, terms, scope, overview));
  return found;
}

async function ofAll(
  database: Database,
  terms: readonly string[],
  scope: Scope,
  overview: Overview,
): Promise<NumberSet> {
  const [first, ...others] = terms;
  if (first === undefined) return emptyIn(scope);
  const found = await setOfTerm(database, first, scope, overview);
  for (const term of others) {
    if (isEmpty(found)) return found;
    keepCommon(found, await setOfTerm(database, term, scope, overview));
  }
  return found;
}

async function keepCreated(database: Database, found: NumberSet, created: Range): Promise<void> {
  const rows = await database.read(selectGroupsCreated({ ...groupsOf(found), ...created }));
  keepGroups(
    found,
    rows.map((row) => Number(row.number)),
  );
  for (const row of rows) {
    const [first, end] = [Number(row.number) * groupSize, (Number(row.number) + 1) * groupSize];
    const isWithin = Number(row.least_created) >= created.least && Number(row.most_created) <= created.most;
    if (isWithin || !hasAny(found, first, end)) continue;
    const [inRange] = await database.read(selectCreated({ first, last: end - 1, ...created }));
    const kept = new Set(numbersIn(inRange, "numbers"));
    keepWhere(found, (number) => kept.has(number), first, end);
  }
}

async function keepLasting(database: Database, found: NumberSet, duration: DurationRange): Promise<void> {
  const { least, most, classes } = duration;
  const [row] = await database.read(
    selectGroupsLasting({ ...groupsOf(found), leastDuration: least, mostDuration: most, classes }),
  );
  keepGroups(found, numbersIn(row, "numbers"));
  const blocks = new Set(groupsWithAny(found).map((group) => blockOf(group * groupSize)));
  for await (const { block, slices } of durationsIn(database, [...blocks])) keepInRange(found, block, slices, duration);
}

function groupsOf(found: NumberSet): { readonly first: number; readonly last: number } {
  return { first: groupOf(found.first), last: groupOf(lastOf(found)) };
}

/** Keeps the members in some groups, named in rising order. */
function keepGroups(found: NumberSet, groups: readonly number[]): void {
  let next = found.first;
  for (const group of groups) {
    removeRange(found, next, group * groupSize - 1);
    next = (group + 1) * groupSize;
  }
  removeRange(found, next, lastOf(found));
}
