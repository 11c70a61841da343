import { jsonLink, type Link } from "../domain/links.ts";
import { Problem } from "../domain/problem.ts";
import type { RouteContext } from "./route.ts";

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
    throw new Problem("invalid-query-parameter-value", "Cannot list: found after and before, wanted one of them");
  }
  // A larger limit is met as far as the maximum goes (OGC 18-062r2 /req/core/pl-limit-response).
  const limit = given === undefined ? defaultLimit : Math.min(maxLimit, Number(given));
  return { limit, ...(after === undefined ? {} : { after }), ...(before === undefined ? {} : { before }) };
}

/** Makes the links of one page of a list: itself, and those beside it that there are. */
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
    turnedParams.set(name, cursor);
    return `${url}?${turnedParams}`;
  };
  return [
    jsonLink(`${url}${search}`, "self"),
    ...(next === undefined ? [] : [jsonLink(turned("after", next), "next", "Next page")]),
    ...(prev === undefined ? [] : [jsonLink(turned("before", prev), "prev", "Previous page")]),
  ];
}
