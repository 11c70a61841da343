import { jsonLink, type Link } from "../domain/links.ts";
import { Problem } from "../domain/problem.ts";
import type { RouteContext } from "./route.ts";

/** The most items of one page. */
const maxLimit = 1000;

/** Reads `limit` and `after` of a list. Throws `invalid-query-parameter-value`. */
export function pageOf(
  context: Pick<RouteContext, "query">,
  defaultLimit: number,
): { readonly limit: number; readonly after?: string } {
  const given = context.query("limit");
  const after = context.query("after");
  if (given !== undefined && !/^[1-9]\d{0,8}$/.test(given)) {
    const detail = `Cannot list: found limit "${given}", wanted a whole number from 1 to ${maxLimit}`;
    throw new Problem("invalid-query-parameter-value", detail);
  }
  // A larger limit is met as far as the maximum goes (OGC 18-062r2 /req/core/pl-limit-response).
  const limit = given === undefined ? defaultLimit : Math.min(maxLimit, Number(given));
  return after === undefined ? { limit } : { limit, after };
}

/** Makes the links of one page of a list: itself, and the next one when there is one. */
export function pageLinks(
  context: Pick<RouteContext, "request">,
  url: string,
  next: string | undefined,
): readonly Link[] {
  const { search, searchParams } = new URL(context.request.url);
  const self = jsonLink(`${url}${search}`, "self");
  if (next === undefined) return [self];
  searchParams.set("after", next);
  return [self, jsonLink(`${url}?${searchParams}`, "next", "Next page")];
}
