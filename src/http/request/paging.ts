import { defined } from "../../domain/defined.ts";
import { jsonLink, type Link } from "../../domain/links.ts";
import { Problem } from "../../domain/problem.ts";
import { newsNames } from "../../pages/shared/list-address.ts";
import type { RouteContext } from "../route.ts";

/** The most items of one page. */
const maxLimit = 1000;

/** Where a page begins: behind one item, or before one, looking back. */
export type PageRequest = { readonly limit: number; readonly after?: string; readonly before?: string };

/** Reads `limit`, `after` and `before` of a list. Throws `invalid-query-parameter-value`. */
export function pageOf(context: Pick<RouteContext, "query">, defaultLimit: number): PageRequest {
  const given = context.query("limit");
  const after = context.query("after");
  const before = context.query("before");
  if (given !== undefined && !/^[1-9]\d{0,8}$/.test(given)) {
    const detail = `Cannot list: found limit "${given}", wanted a whole number from 1 to ${maxLimit}`;
    throw new Problem("invalid-query-parameter-value", detail);
  }
  if (after !== undefined && before !== undefined) {
    throw new Problem("invalid-query-parameter-value", "Cannot list: found after and before, wanted only one of them");
  }
  // A larger limit is met as far as the maximum goes (OGC 18-062r2 /req/core/pl-limit-response).
  const limit = given === undefined ? defaultLimit : Math.min(maxLimit, Number(given));
  return { limit, ...defined({ after, before }) };
}

/** So many items may lie before a page that is asked for by its number: cursors lead on from there. */
const maxSkipped = 20_000;

/** Reads `page`, which counts from 0 as in Weaver. Throws `invalid-query-parameter-value`. */
export function pageNumberOf(context: Pick<RouteContext, "query">): number {
  const given = context.query("page");
  if (given === undefined) return 0;
  if (/^\d{1,9}$/.test(given)) {
    if (Number(given) === 0 || (context.query("after") ?? context.query("before")) === undefined) return Number(given);
    throw new Problem(
      "invalid-query-parameter-value",
      "Cannot list: found page together with after or before, wanted only one of them",
    );
  }
  const detail = `Cannot list: found page "${given}", wanted a whole number from 0`;
  throw new Problem("invalid-query-parameter-value", detail);
}

type Turned<Item> = { readonly items: readonly Item[]; readonly next?: string; readonly prev?: string };

/** Lists the page of a number: what lies before it is passed over. Throws `invalid-query-parameter-value` when that is too much. */
export async function listPage<Item, Filter extends PageRequest>(
  page: number,
  filter: Filter,
  list: (filter: Filter) => Promise<Turned<Item>>,
): Promise<Turned<Item>> {
  let left = page * filter.limit;
  if (left > maxSkipped) {
    const detail = `Cannot list: found page ${page} of ${filter.limit}, wanted at most ${maxSkipped} items before it, or the cursor of a link`;
    throw new Problem("invalid-query-parameter-value", detail);
  }
  let from = filter;
  while (left > 0) {
    const { items, next } = await list({ ...from, limit: Math.min(maxLimit, left) });
    if (next === undefined) return { items: [] };
    left -= items.length;
    from = { ...from, after: next };
    if (items.length === 0) return { items: [] };
  }
  return list(from);
}

/** Builds the links of one page of a list: itself, and those beside it that there are. */
export function pageLinks(
  context: Pick<RouteContext, "request">,
  url: string,
  { next, prev }: { readonly next?: string | undefined; readonly prev?: string | undefined },
): readonly Link[] {
  const { search, searchParams } = new URL(context.request.url);
  const turned = (name: "after" | "before", cursor: string) => {
    const turnedParams = new URLSearchParams(searchParams);
    turnedParams.delete("after");
    turnedParams.delete("before");
    turnedParams.delete("page");
    // What was done before is told once, on the page that it led to.
    for (const name of newsNames) turnedParams.delete(name);
    turnedParams.set(name, cursor);
    return `${url}?${turnedParams}`;
  };
  return [
    jsonLink(`${url}${search}`, "self"),
    ...(next === undefined ? [] : [jsonLink(turned("after", next), "next", "Next page")]),
    ...(prev === undefined ? [] : [jsonLink(turned("before", prev), "prev", "Previous page")]),
  ];
}
