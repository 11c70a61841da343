import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import { readNeedles, readProcessOrder, wrongProcessQuery } from "../../domain/processes/process-search.ts";
import type { ProcessFilter } from "../../operations/processes/describe-processes.ts";
import { paging } from "../openapi/about.ts";
import type { RouteContext } from "../route.ts";
import { processFilters, requireKnownQuery } from "./known-query.ts";
import { pageOf } from "./paging.ts";

/** Parameters that say which processes a list shows. */
const searchQuery = {
  visibility: "public or private: only these of the processes that may be seen",
  q: "words that all stand in the id, the title, the description, the keywords, or the names and descriptions of inputs and outputs of a process",
  keyword: "keywords that a process must all have, separated by commas",
  provider: "id of a provider: processes that its server runs",
  owner: "whose processes; your own name, or any name for admins",
} as const;

/** The parameter that asks for figures of runs. */
export const statisticsQuery = {
  statistics: "true: also the last runs, the part that succeeded and the median time of the last 50 runs",
} as const;

/** The parameters of the process list. */
export const processListQuery = {
  ...paging,
  page: "number of the page, from 0; after goes further",
  ...searchQuery,
  sortby: "id, title or updated; - before it for falling",
  ...statisticsQuery,
} as const;

/** Reads which processes a request wants, and in which order. Throws `invalid-query-parameter-value`. */
export function processFilterOf(context: RouteContext, defaultLimit: number): ProcessFilter {
  requireKnownQuery(context, "processes", {
    filters: Object.keys(searchQuery),
    others: ["limit", "after", "page", "sortby", "statistics"],
    elsewhere: processFilters,
  });
  const needles = readNeedles(context.queries("q"), listOf(context, "keyword"));
  const [provider, owner] = [oneOf(context, "provider"), oneOf(context, "owner")];
  const isSearch = needles.length > 0 || provider !== undefined || owner !== undefined;
  const search = isSearch ? { needles, ...defined({ provider, owner }) } : undefined;
  return {
    ...pageOf(context, defaultLimit),
    ...defined({ visibility: visibilityOf(context), search }),
    order: readProcessOrder(listOf(context, "sortby")),
  };
}

/** Checks whether a request wants figures of runs. Throws `invalid-query-parameter-value`. */
export function asksStatistics(context: Pick<RouteContext, "query">): boolean {
  const text = context.query("statistics");
  if (text === undefined || text === "true" || text === "false") return text === "true";
  const detail = `Cannot read processes: found statistics "${text.slice(0, 80)}", wanted true or false`;
  throw new Problem("invalid-query-parameter-value", detail);
}

/** All that the caller may see, or only public or private ones. */
function visibilityOf(context: RouteContext): "public" | "private" | undefined {
  const visibility = context.query("visibility");
  if (visibility === undefined || visibility === "public" || visibility === "private") return visibility;
  throw wrongProcessQuery("visibility", visibility, "public or private");
}

function listOf(context: RouteContext, name: string): readonly string[] {
  return context
    .queries(name)
    .flatMap((value) => value.split(","))
    .map((value) => value.trimEnd())
    .filter((value) => value !== "");
}

function oneOf(context: RouteContext, name: string): string | undefined {
  const [value, ...others] = context.queries(name);
  if (value === undefined) return undefined;
  if (value === "" || others.length > 0) throw wrongProcessQuery(name, [value, ...others].join(), "one name");
  return value;
}
