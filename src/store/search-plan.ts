import type { JobSearch } from "../domain/job-search.ts";
import type { Database } from "./database.ts";
import { countJobs } from "./queries/search-bounds.ts";
import { type Condition, createdSource, type Source, textQuery } from "./queries/search-conditions.ts";
import type { SearchPath, TextPath } from "./queries/search-jobs.ts";
import type { SearchPage } from "./queries/search-order.ts";

/** How a search weighs its ways. Any values find the same jobs. */
export type SearchLimits = {
  /** So many jobs are looked at one by one: where an index leads to more, reading all rows in order takes less time. */
  readonly mostLookedAt: number;
  /** So many are passed in an index to know their numbers: a few hundredths of a second. */
  readonly mostPassed: number;
  /** The full-text index is asked of a single job so many times: each takes half a millisecond. */
  readonly mostAsked: number;
  /** So many are looked at along the index of an order before all are read: a few thousandths of a second. */
  readonly mostWalked: number;
  /** So many values of an order are taken one after the other. */
  readonly mostGroups: number;
  /** So many of what text finds are sorted first, to know what the rest has to come before. */
  readonly mostSampled: number;
  /** The first stretch of numbers that is read; each next one is sixteen times as long. */
  readonly firstReach: number;
};

/** What leads to the jobs of a page. */
export type SearchPlan =
  | { readonly kind: "once"; readonly path: SearchPath }
  /** Along the order, for a while; then otherwise. */
  | { readonly kind: "walk"; readonly most: number; readonly otherwise?: SearchPlan }
  /** One value of the order after the other, some of them; then otherwise. */
  | { readonly kind: "groups"; readonly query: string; readonly otherwise: SearchPlan }
  /** One stretch of numbers after the other; `created` bounds them. */
  | { readonly kind: "stretches"; readonly path: TextPath; readonly created?: Source };

type Weighed = {
  readonly search: JobSearch;
  readonly conditions: readonly Condition[];
  readonly limits: SearchLimits;
};

/** Chooses how the indexed jobs are found. */
export async function planOf(database: Database, page: SearchPage, weighed: Weighed): Promise<SearchPlan> {
  const { search, conditions, limits } = weighed;
  const { owner, order } = page;
  const isByNumber = order.key === "created";
  const ranges = conditions.filter((condition) => condition.kind === "range");
  const byText: TextPath = { kind: "text", query: textQuery(conditions, owner), others: ranges };
  const isText = byText.query !== "";
  if (isByNumber && ranges.length === 0) {
    return once(isText ? byText : { kind: "all" });
  }
  if (!isText && ranges.length === 0) return walk(page.limit);
  const byRange = ranges.map(({ source }, at) => {
    const others = conditions.filter((condition) => condition !== ranges[at]);
    return { kind: "range", source, others } as const;
  });
  const [only] = byRange;
  if (isByNumber && conditions.length === 1 && only !== undefined) {
    return once(only.source.isByCreation ? { ...only, source: createdBehind(search, page) } : only);
  }
  const isInRows = conditions.every((condition) => condition.isInRow);
  const fewInRange = await fewestOf(database, page, byRange, isInRows ? limits.mostLookedAt : limits.mostAsked);
  if (fewInRange !== undefined) return once(fewInRange);
  if (!isText) return isByNumber ? scan : walk(limits.mostWalked, scan);

  const created = ranges.find(({ source }) => source.isByCreation)?.source;
  // Of few jobs all are read at once: FTS5 looks for a first one that all lists hold, wherever it was told to begin.
  if ((await fewestOf(database, page, [byText], limits.mostLookedAt)) !== undefined) return once(byText);
  const inRows = isByNumber ? scan : walk(limits.mostWalked, scan);
  const stretches: SearchPlan = { kind: "stretches", path: byText, ...(created === undefined ? {} : { created }) };
  const otherwise = isInRows ? inRows : stretches;
  if (ranges.length > 0 || order.key === "finished") return otherwise;
  return { kind: "groups", query: byText.query, otherwise };
}

function once(path: SearchPath): SearchPlan {
  return { kind: "once", path };
}

const scan = once({ kind: "scan" });

function walk(most: number, otherwise?: SearchPlan): SearchPlan {
  return { kind: "walk", most, ...(otherwise === undefined ? {} : { otherwise }) };
}

/** Finds the path that leads to the fewest jobs; undefined when each leads to too many. */
async function fewestOf<Path extends SearchPath & { readonly kind: "text" | "range" }>(
  database: Database,
  page: SearchPage,
  paths: readonly Path[],
  most: number,
): Promise<Path | undefined> {
  let fewest = most;
  let best: Path | undefined;
  for (const path of paths) {
    const [row] = await database.read(countJobs(page, path, fewest));
    const count = Number(row?.count);
    if (count < fewest) [best, fewest] = [path, count];
  }
  return best;
}

/** Where the order is that of creation, a page begins within the range: the index is entered there. */
function createdBehind({ createdFrom = 0, createdTo = Number.MAX_SAFE_INTEGER }: JobSearch, page: SearchPage): Source {
  const { from, order, owner } = page;
  if (from === undefined) return createdSource(createdFrom, createdTo, owner);
  const at = Number(from.value);
  return order.isDescending
    ? createdSource(createdFrom, Math.min(createdTo, at), owner)
    : createdSource(Math.max(createdFrom, at), createdTo, owner);
}
