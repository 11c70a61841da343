import type { JobOrder, SortKey } from "../../domain/job-sort.ts";
import type { Database } from "../database.ts";
import { type ColumnName, groupSize } from "../job-index/columns.ts";
import {
  blockOf,
  eachMember,
  keepCommon,
  lastOf,
  membersInOrder,
  type NumberSet,
  removeRange,
} from "../job-index/number-sets.ts";
import { facetTerm } from "../job-index/terms.ts";
import {
  selectFirstValues,
  selectGroupsFinished,
  selectPlaceOfValue,
  selectValuesInOrder,
} from "../queries/search-jobs.ts";
import { directionOf, type JobPosition, sortedBy } from "./positions.ts";
import { columnOf, groupsWithAny } from "./read-columns.ts";
import { readSets } from "./term-sets.ts";

type Sorting = {
  readonly order: JobOrder;
  readonly limit: number;
  /** The first jobs stand behind it. */
  readonly from?: JobPosition;
};

/** Lists the numbers of the first jobs of a set, by the ends of the jobs. */
export async function firstByEnd(database: Database, found: NumberSet, sorting: Sorting): Promise<readonly number[]> {
  const { order, from } = sorting;
  const groups = await groupsByEnd(database, found, order, from);
  const firsts = collectFirsts(sorting, from === undefined ? undefined : Number(from.value));
  // Few at first: mostly the jobs that ended last were created last.
  for (let at = 0, atOnce = 4; at < groups.length; at += atOnce, atOnce = Math.min(64, atOnce * 2)) {
    const some = groups.slice(at, at + atOnce);
    const [next] = some;
    if (next === undefined || firsts.isBehind(next.nearest)) break;
    for await (const { group, cells } of columnOf(
      database,
      "finished",
      some.map(({ group }) => group),
    )) {
      offerAll(firsts, found, group, (number) => cells[number % groupSize] ?? 0);
    }
  }
  return firsts.numbers();
}

/** The groups in which a set has members, those first that may hold the first jobs of the order. */
async function groupsByEnd(
  database: Database,
  found: NumberSet,
  { isDescending }: JobOrder,
  from: JobPosition | undefined,
): Promise<readonly { readonly group: number; readonly nearest: number }[]> {
  const [row] = await database.read(selectGroupsFinished({}));
  const all: unknown = JSON.parse(String(row?.groups));
  const wanted = new Set(groupsWithAny(found));
  const begin = from === undefined ? undefined : Number(from.value);
  const groups = (Array.isArray(all) ? all : []).flatMap((one: unknown) => {
    const [group, least, most] = Array.isArray(one) ? one.map(Number) : [];
    if (group === undefined || least === undefined || most === undefined || !wanted.has(group)) return [];
    if (begin !== undefined && (isDescending ? least > begin : most < begin)) return [];
    return [{ group, nearest: isDescending ? most : least }];
  });
  return groups.sort((one, other) => (isDescending ? other.nearest - one.nearest : one.nearest - other.nearest));
}

/** Values of a facet whose sets are gone through before the column of all jobs is read. */
const valuesAtFirst = 8;

/** Lists the numbers of the first jobs of a set, by a facet of the jobs. */
export async function firstByFacet(
  database: Database,
  found: NumberSet,
  sorting: Sorting,
  key: Exclude<SortKey, "created" | "finished">,
): Promise<readonly number[]> {
  const kind = sortedBy[key].column;
  const near = await ofFirstValues(database, found, sorting, kind);
  if (near.length === sorting.limit) return near;
  const [row] = await database.read(selectValuesInOrder({ kind }));
  const ids: unknown = JSON.parse(String(row?.ids));
  const places = new Map((Array.isArray(ids) ? ids : []).map((id: unknown, place) => [Number(id), place]));
  const firsts = collectFirsts(sorting, await placeOf(database, kind, sorting.from));
  for await (const { group, cells } of columnOf(database, kind, groupsWithAny(found))) {
    offerAll(firsts, found, group, (number) => places.get(cells[number % groupSize] ?? 0) ?? -1);
  }
  return firsts.numbers();
}

/** The first jobs of a set among those of the first values. */
async function ofFirstValues(
  database: Database,
  found: NumberSet,
  { order, limit, from }: Sorting,
  kind: Exclude<ColumnName, "finished">,
): Promise<readonly number[]> {
  const rows = await database.read(
    selectFirstValues[directionOf(order)]({
      kind,
      limit: valuesAtFirst,
      from: from === undefined ? null : String(from.value),
    }),
  );
  const { isDescending } = order;
  const numbers: number[] = [];
  const stretch = { first: blockOf(found.first), last: blockOf(lastOf(found)) };
  for (const value of rows.map((row) => String(row.value))) {
    const { found: ofValue } = await readSets(database, facetTerm(kind, value), stretch);
    keepCommon(ofValue, found);
    if (from !== undefined && value === from.value) {
      if (isDescending) removeRange(ofValue, from.number, lastOf(ofValue));
      else removeRange(ofValue, ofValue.first, from.number);
    }
    numbers.push(...membersInOrder(ofValue, isDescending, limit - numbers.length));
    if (numbers.length === limit) break;
  }
  return numbers;
}

/** Where a value stands among those of its kind; between two of them when it is none. */
async function placeOf(database: Database, kind: string, from: JobPosition | undefined): Promise<number | undefined> {
  if (from === undefined) return undefined;
  const [row] = await database.read(selectPlaceOfValue({ kind, value: String(from.value) }));
  const before = Number(row?.before);
  return Number(row?.up_to) > before ? before : before - 0.5;
}

type Firsts = {
  offer(value: number, number: number): void;
  /** Whether no job of such a value, or of one further on, is among the first any more. */
  isBehind(value: number): boolean;
  numbers(): readonly number[];
};

function offerAll(firsts: Firsts, found: NumberSet, group: number, sortValue: (number: number) => number): void {
  const first = group * groupSize;
  eachMember(found, (number) => firsts.offer(sortValue(number), number), first, first + groupSize);
}

/** Keeps the first of the jobs that are offered in any order; `begin` is the value behind which the first stands. */
function collectFirsts({ order, limit, from }: Sorting, begin: number | undefined): Firsts {
  const sign = order.isDescending ? -1 : 1;
  /** Rising, whatever the order; those at the end are still to be sorted in. */
  let kept: Place[] = [];
  let last: Place | undefined;
  const start =
    from === undefined || begin === undefined ? undefined : { value: sign * begin, number: sign * from.number };
  const sortIn = () => {
    kept = kept.sort((one, other) => compareTo(one.value, one.number, other)).slice(0, limit);
    last = kept[limit - 1];
  };
  return {
    offer(value, number) {
      if (start !== undefined && compareTo(sign * value, sign * number, start) <= 0) return;
      if (last !== undefined && compareTo(sign * value, sign * number, last) >= 0) return;
      kept.push({ value: sign * value, number: sign * number });
      if (kept.length >= 2 * limit) sortIn();
    },
    isBehind(value) {
      if (kept.length >= limit) sortIn();
      return last !== undefined && sign * value > last.value;
    },
    numbers() {
      sortIn();
      return kept.map((one) => sign * one.number);
    },
  };
}

type Place = { readonly value: number; readonly number: number };

/** Below 0: it stands before the other one. Most jobs are compared and not kept, so nothing is made of them. */
function compareTo(value: number, number: number, other: Place): number {
  return value - other.value || number - other.number;
}
