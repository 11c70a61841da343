import type { Database } from "../database.ts";
import { type DurationRange, groupOf, groupSize } from "../job-index/columns.ts";
import {
  addAll,
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
import { columnOf, groupsWithAny } from "./read-columns.ts";
import { emptyIn, type Overview, type Range, type Stretch, setOfTerm } from "./term-sets.ts";

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
  const [first, ...others] = asked.sets.length === 0 ? [[[everyJob]]] : asked.sets;
  const found = await ofAlternatives(database, first ?? [], stretch, overview);
  for (const alternatives of others) {
    if (isEmpty(found)) return found;
    keepCommon(found, await ofAlternatives(database, alternatives, stretch, overview));
  }
  removeNumbers(found, overview.gone);
  if (asked.created !== undefined) await keepCreated(database, found, asked.created);
  if (asked.duration !== undefined) await keepLasting(database, found, asked.duration);
  return found;
}

async function ofAlternatives(
  database: Database,
  alternatives: Alternatives,
  stretch: Stretch,
  overview: Overview,
): Promise<NumberSet> {
  const found = emptyIn(stretch);
  for (const terms of alternatives) addAll(found, await ofAll(database, terms, stretch, overview));
  return found;
}

async function ofAll(
  database: Database,
  terms: readonly string[],
  stretch: Stretch,
  overview: Overview,
): Promise<NumberSet> {
  const [first, ...others] = terms;
  if (first === undefined) return emptyIn(stretch);
  const found = await setOfTerm(database, first, stretch, overview);
  for (const term of others) {
    if (isEmpty(found)) return found;
    keepCommon(found, await setOfTerm(database, term, stretch, overview));
  }
  return found;
}

async function keepCreated(database: Database, found: NumberSet, created: Range): Promise<void> {
  const [first, last] = [groupOf(found.first), groupOf(lastOf(found))];
  const rows = await database.read(selectGroupsCreated({ first, last, ...created }));
  let next = first;
  for (const row of rows) {
    const group = Number(row.number);
    removeGroups(found, next, group - 1);
    next = group + 1;
    const isWithin = Number(row.least_created) >= created.least && Number(row.most_created) <= created.most;
    if (isWithin || !hasAny(found, group * groupSize, next * groupSize)) continue;
    const range = { first: group * groupSize, last: next * groupSize - 1 };
    const [inRange] = await database.read(selectCreated({ ...range, ...created }));
    const kept = new Set(numbersIn(inRange, "numbers"));
    keepWhere(found, (number) => kept.has(number), range.first, range.last + 1);
  }
  removeGroups(found, next, last);
}

async function keepLasting(
  database: Database,
  found: NumberSet,
  { least, most, classes }: DurationRange,
): Promise<void> {
  const groups = groupsWithAny(found);
  const [row] = await database.read(
    selectGroupsLasting({ groups: JSON.stringify(groups), leastDuration: least, mostDuration: most, classes }),
  );
  const lasting = new Set(numbersIn(row, "numbers"));
  for (const group of groups) if (!lasting.has(group)) removeGroups(found, group, group);
  for await (const { group, cells } of columnOf(database, "duration", [...lasting])) {
    const first = group * groupSize;
    const isWithin = (number: number) => {
      const cell = cells[number - first] ?? 0;
      return cell >= least && cell <= most;
    };
    keepWhere(found, isWithin, first, first + groupSize);
  }
}

function removeGroups(found: NumberSet, first: number, last: number): void {
  removeRange(found, first * groupSize, (last + 1) * groupSize - 1);
}
