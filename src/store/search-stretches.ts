import type { Job } from "../domain/job.ts";
import type { SortKey } from "../domain/job-sort.ts";
import type { Database } from "./database.ts";
import { type FacetKind, facetOf } from "./job-index.ts";
import { numbersOfAll, numbersOfRange, numbersOnPage, valuesInOrder } from "./queries/search-bounds.ts";
import { queryWithFacet, type Source } from "./queries/search-conditions.ts";
import type { NumberRange, SearchPath, TextPath } from "./queries/search-jobs.ts";
import { comparePositions, type JobPosition, type SearchPage } from "./queries/search-order.ts";
import type { SearchLimits } from "./search-plan.ts";
import type { Row, Statement } from "./statements.ts";

/** A job of a list, and where it stands there. */
export type ListedJob = { readonly job: Job; readonly position: JobPosition };

/** A page that is read piece by piece, until what was read tells that nothing else belongs on it. */
export type PiecewiseSearch = {
  readonly database: Database;
  readonly page: SearchPage;
  readonly limits: SearchLimits;
  /** Gives the first jobs of a page by a path, and those that are not indexed: what is indexed meanwhile is not missed. */
  readonly read: (page: SearchPage, path: SearchPath) => Promise<readonly ListedJob[]>;
};

/** Above the number of any job. */
const lastNumber = 2 ** 48;
const reachGrowth = 16;

/**
 * Reads a page from one stretch of numbers after the other, first those that lie near its beginning. Bounds are asked for
 * when one was read: what is indexed between them is found in one or the other.
 */
export async function readInStretches(
  search: PiecewiseSearch,
  path: TextPath,
  created: Source | undefined,
): Promise<readonly ListedJob[]> {
  const { database, page, limits } = search;
  const ends = rangeOf(await only(database, numbersOfAll())) ?? { least: 0, most: 0 };
  const near = nearRange(page, ends, limits);
  let reached = near;
  let found = await search.read(page, { ...path, numbers: near });
  if (await isWhole(search, found, reached)) return found;
  if (page.order.key !== "created" && found.length < page.limit) {
    found = merged(page, found, await search.read(page, { ...path, sample: limits.mostSampled }));
  }
  const bounds = await boundsOf(search, ends, found, created);
  for (const numbers of stretchesBeyond(near, bounds, search)) {
    const until = found.at(page.limit - 1)?.position;
    const more = await search.read({ ...page, ...(until === undefined ? {} : { until }) }, { ...path, numbers });
    found = merged(page, found, more);
    reached = { least: Math.min(reached.least, numbers.least), most: Math.max(reached.most, numbers.most) };
    if (await isWhole(search, found, reached)) return found;
  }
  return found;
}

/** The stretch around the page's beginning, open where the order begins: more jobs may have been indexed there. */
function nearRange({ order, from }: SearchPage, ends: NumberRange, { firstReach }: SearchLimits): NumberRange {
  const start = from?.number ?? (order.isDescending ? ends.most : ends.least);
  const back = from === undefined ? lastNumber : order.key === "created" ? 0 : firstReach;
  const [below, above] = order.isDescending ? [firstReach, back] : [back, firstReach];
  return { least: Math.max(0, start - below), most: start + above };
}

/** Numbers outside of which there is nothing that a page lacks. */
async function boundsOf(
  { database, page, limits }: PiecewiseSearch,
  ends: NumberRange,
  found: readonly ListedJob[],
  created: Source | undefined,
): Promise<NumberRange> {
  let bounds = ends;
  const statements = created === undefined ? [] : [numbersOfRange(created, page.owner, limits.mostPassed)];
  const until = found.at(page.limit - 1)?.position;
  if (until !== undefined && page.order.key === "finished") {
    statements.push(numbersOnPage({ ...page, until }, "finished", limits.mostPassed));
  }
  for (const statement of statements) {
    const row = await only(database, statement);
    // To know the numbers of nearly all jobs would take longer than it saves.
    if (Number(row?.count) === limits.mostPassed) continue;
    const range = rangeOf(row) ?? { least: 1, most: 0 };
    bounds = { least: Math.max(bounds.least, range.least), most: Math.min(bounds.most, range.most) };
  }
  return bounds;
}

function* stretchesBeyond(
  near: NumberRange,
  bounds: NumberRange,
  { page: { order }, limits }: PiecewiseSearch,
): Generator<NumberRange> {
  const below = { least: bounds.least, most: Math.min(near.least - 1, bounds.most) };
  const above = { least: Math.max(near.most + 1, bounds.least), most: bounds.most };
  yield* order.isDescending ? pieces(below, -1, limits) : pieces(above, 1, limits);
  if (order.key !== "created") yield* order.isDescending ? pieces(above, 1, limits) : pieces(below, -1, limits);
}

function* pieces({ least, most }: NumberRange, direction: 1 | -1, limits: SearchLimits): Generator<NumberRange> {
  let reach = limits.firstReach;
  let left = most - least + 1;
  while (left > 0) {
    reach = Math.min(reach * reachGrowth, left);
    const first = direction === 1 ? most - left + 1 : least + left - reach;
    yield { least: first, most: first + reach - 1 };
    left -= reach;
  }
}

/** A full page is whole when no job outside of the numbers that were reached may stand before its last one. */
async function isWhole(
  { database, page, limits }: PiecewiseSearch,
  found: readonly ListedJob[],
  reached: NumberRange,
): Promise<boolean> {
  const { key, isDescending } = page.order;
  const until = found.at(page.limit - 1)?.position;
  if (until === undefined) return false;
  if (key === "created") return isDescending ? until.number >= reached.least : until.number <= reached.most;
  const row = await only(database, numbersOnPage({ ...page, until }, key, limits.mostWalked));
  const passed = rangeOf(row);
  if (passed === undefined) return true;
  return Number(row?.count) < limits.mostWalked && passed.least >= reached.least && passed.most <= reached.most;
}

const facetKinds: Readonly<Record<Exclude<SortKey, "created" | "finished" | "user">, FacetKind>> = {
  status: "s",
  processID: "p",
  provider: "r",
};
const firstGroups = 4;

/** Reads a page from the jobs of one value after the other; undefined when there are too many values. */
export async function readByGroups(search: PiecewiseSearch, query: string): Promise<readonly ListedJob[] | undefined> {
  const { page, limits, read } = search;
  // Before the values: a job that is indexed meanwhile may bring a new one.
  let found = await read(page, { kind: "groups", groups: [] });
  const values = await valuesOf(search);
  for (const some of [values.slice(0, firstGroups), values.slice(firstGroups)]) {
    const groups = some.map((value) => ({ value, query: queryWithFacet(query, groupFacet(page, value)) }));
    found = merged(page, found, await read(page, { kind: "groups", groups }));
    const last = found.at(page.limit - 1)?.position;
    const reached = some.at(-1);
    if (last === undefined || reached === undefined) continue;
    const end = { value: reached, number: page.order.isDescending ? 0 : lastNumber };
    if (comparePositions(last, end, page.order) <= 0) return found;
  }
  return values.length < limits.mostGroups ? found : undefined;
}

async function valuesOf({ database, page, limits }: PiecewiseSearch): Promise<readonly string[]> {
  const { order, owner } = page;
  if (order.key === "created") return [];
  if (order.key === "user" && owner !== undefined) return [owner ?? ""];
  const rows = await database.read(valuesInOrder(page, order.key, limits.mostGroups));
  return rows.map(({ value }) => String(value));
}

function groupFacet({ order: { key }, owner }: SearchPage, value: string): string {
  if (key === "created" || key === "finished" || key === "user") return facetOf(value);
  return facetOf(owner, facetKinds[key], value);
}

/** Merges jobs in the order of the page. Of a job that was read twice the later state counts. */
function merged(
  { order, limit }: SearchPage,
  one: readonly ListedJob[],
  other: readonly ListedJob[],
): readonly ListedJob[] {
  const byNumber = new Map([...one, ...other].map((listed) => [listed.position.number, listed]));
  return [...byNumber.values()]
    .sort((first, second) => comparePositions(first.position, second.position, order))
    .slice(0, limit);
}

async function only(database: Database, statement: Statement): Promise<Row | undefined> {
  const [row] = await database.read(statement);
  return row;
}

function rangeOf(row: Row | undefined): NumberRange | undefined {
  return row?.least == null || row.most == null ? undefined : { least: Number(row.least), most: Number(row.most) };
}
