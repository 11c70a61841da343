import type { JobSearch } from "../domain/job-search.ts";
import { type JobOrder, newestFirst, type SortKey } from "../domain/job-sort.ts";
import type { Database } from "./database.ts";
import { groupSize } from "./job-index/columns.ts";
import { blockOf, lastOf, membersInOrder, removeRange } from "./job-index/number-sets.ts";
import { numbersIn } from "./job-index/sayers.ts";
import { jobOf } from "./job-rows.ts";
import { type Asked, askedOf, isEverything } from "./job-search/asked.ts";
import { findJobs, rarestFirst } from "./job-search/find-jobs.ts";
import {
  comparePositions,
  directionOf,
  type JobPosition,
  type ListedJob,
  positionOf,
  sortedBy,
} from "./job-search/positions.ts";
import { firstByEnd, firstByFacet } from "./job-search/sort-jobs.ts";
import { type Overview, rareTerms, type Stretch } from "./job-search/term-sets.ts";
import {
  type AskedOfUnindexed,
  pageOfUnindexed,
  selectGroupBounds,
  selectIndexedJobs,
  selectOverview,
  selectPage,
} from "./queries/search-jobs.ts";
import type { Statement } from "./statements.ts";

export type { JobPosition, ListedJob } from "./job-search/positions.ts";

export type JobFilter = {
  /** Null: jobs of anonymous users only; undefined: everybody's. */
  readonly user?: string | null;
  readonly search?: JobSearch;
  /** The newest first when absent. */
  readonly order?: JobOrder;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly limit: number;
  /** The position of the last job of the page before. */
  readonly from?: JobPosition;
};

type Page = { readonly order: JobOrder; readonly limit: number; readonly from?: JobPosition };

/** How often a page is read again because jobs of it moved meanwhile. */
const mostTries = 3;

/** Lists the jobs that a search finds, in its order, from behind a position on. Words are found in indexed jobs only. */
export async function listJobs(database: Database, filter: JobFilter): Promise<readonly ListedJob[]> {
  const { search = {}, order = newestFirst, user, limit, from, now } = filter;
  const page: Page = { order, limit, ...(from === undefined ? {} : { from }) };
  const asked = askedOf(search, user, now);
  if (isEverything(asked) && order.key === "created") {
    return listedBy(database, selectPage[directionOf(order)]({ from: from?.number ?? null, limit }), order);
  }
  for (let tries = 1; ; tries += 1) {
    // First, so that a job that is taken up in the index meanwhile is found here or there.
    const unindexed = asked.unindexed === undefined ? [] : await listUnindexed(database, page, asked.unindexed);
    const numbers = await findNumbers(database, page, asked);
    const indexed = await listedBy(database, selectIndexedJobs({ numbers: JSON.stringify(numbers) }), order);
    if (indexed.length === numbers.length || tries === mostTries) return merged(page, unindexed, indexed);
  }
}

const unindexedPages = {
  created: pageOfUnindexed(sortedBy.created.sorted),
  finished: pageOfUnindexed(sortedBy.finished.sorted),
  status: pageOfUnindexed(sortedBy.status.sorted),
  processID: pageOfUnindexed(sortedBy.processID.sorted),
  provider: pageOfUnindexed(sortedBy.provider.sorted),
  user: pageOfUnindexed(sortedBy.user.sorted),
} as const satisfies Record<SortKey, unknown>;

async function listUnindexed(
  database: Database,
  { order, limit, from }: Page,
  asked: AskedOfUnindexed,
): Promise<readonly ListedJob[]> {
  const begins = { fromValue: from?.value ?? null, fromNumber: from?.number ?? null };
  const statement = unindexedPages[order.key][directionOf(order)]({ ...asked, ...begins, limit });
  return listedBy(database, statement, order);
}

async function listedBy(database: Database, statement: Statement, order: JobOrder): Promise<readonly ListedJob[]> {
  const rows = await database.read(statement);
  return rows.map((row) => {
    const job = jobOf(row);
    return { job, position: positionOf(job, Number(row.number), order) };
  });
}

/** Merges jobs in the order of the page. Of a job that was read twice the later state counts. */
function merged({ order, limit }: Page, one: readonly ListedJob[], later: readonly ListedJob[]): readonly ListedJob[] {
  const byNumber = new Map([...one, ...later].map((listed) => [listed.position.number, listed]));
  return [...byNumber.values()]
    .sort((first, second) => comparePositions(first.position, second.position, order))
    .slice(0, limit);
}

/** The numbers of the indexed jobs on a page. */
async function findNumbers(database: Database, page: Page, search: Asked): Promise<readonly number[]> {
  const blocks = await blocksOf(database, search);
  if (blocks === undefined) return [];
  const overview = { ...(await overviewOf(database)), rare: await rareTerms(database, search.sets.flat(2), blocks) };
  const asked = rarestFirst(search, overview);
  if (asked === undefined) return [];
  const { key } = page.order;
  if (key === "created") return firstByNumber(database, page, asked, { blocks, overview });
  const found = await findJobs(database, asked, blocks, overview);
  return key === "finished" ? firstByEnd(database, found, page) : firstByFacet(database, found, page, key);
}

/** The blocks in which there may be jobs of the times and durations that are asked for. */
async function blocksOf(database: Database, { created, duration }: Asked): Promise<Stretch | undefined> {
  const [bounds] = await database.read(
    selectGroupBounds({
      leastCreated: created?.least ?? 0,
      mostCreated: created?.most ?? Number.MAX_SAFE_INTEGER,
      leastDuration: duration?.least ?? 0,
      mostDuration: duration?.most ?? 0,
      classes: duration?.classes ?? null,
    }),
  );
  if (bounds?.least == null || bounds.most == null) return undefined;
  return { first: blockOf(Number(bounds.least) * groupSize), last: blockOf(Number(bounds.most) * groupSize) };
}

async function overviewOf(database: Database): Promise<Omit<Overview, "rare">> {
  const [row] = await database.read(selectOverview({}));
  return { gone: numbersIn(row, "gone"), unsettled: numbersIn(row, "unsettled") };
}

/** Goes from where the page begins, in stretches that grow, until enough was found. */
async function firstByNumber(
  database: Database,
  { order: { isDescending }, limit, from }: Page,
  asked: Asked,
  { blocks, overview }: { readonly blocks: Stretch; readonly overview: Overview },
): Promise<readonly number[]> {
  const numbers: number[] = [];
  for (const stretch of stretchesFrom(from?.number, blocks, isDescending)) {
    const found = await findJobs(database, asked, stretch, overview);
    if (from !== undefined && isDescending) removeRange(found, from.number, lastOf(found));
    if (from !== undefined && !isDescending) removeRange(found, found.first, from.number);
    numbers.push(...membersInOrder(found, isDescending, limit - numbers.length));
    if (numbers.length >= limit) break;
  }
  return numbers;
}

/** The newest block may have just begun. */
const blocksAtFirst = 2;
const growth = 8;

function* stretchesFrom(from: number | undefined, blocks: Stretch, isDescending: boolean): Generator<Stretch> {
  const start = from === undefined ? undefined : blockOf(from);
  const first = isDescending ? blocks.first : Math.max(blocks.first, start ?? 0);
  const last = isDescending ? Math.min(blocks.last, start ?? blocks.last) : blocks.last;
  let left = last - first + 1;
  for (let size = blocksAtFirst; left > 0; size *= growth) {
    const reach = Math.min(size, left);
    const next = isDescending ? first + left - reach : last - left + 1;
    yield { first: next, last: next + reach - 1 };
    left -= reach;
  }
}
