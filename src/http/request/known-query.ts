import { Problem } from "../../domain/problem.ts";
import { nearNames } from "../../domain/words/near-names.ts";
import type { RouteContext } from "../route.ts";

/** Filters of other servers that are not known here by that name, and what says the same. */
const filtersElsewhere: Readonly<Record<string, string>> = {
  access: "a key",
  bbox: "none",
  created: "datetime",
  end: "datetime",
  filter: "q",
  finished: "datetime",
  from: "datetime",
  id: "q",
  ids: "q",
  jobID: "q",
  notification_email: "none",
  offset: "after",
  owner: "a key",
  search: "q",
  since: "datetime",
  start: "datetime",
  started: "datetime",
  state: "status",
  to: "datetime",
  until: "datetime",
  updated: "datetime",
  user: "a key",
  visibility: "a key",
};

/**
 * Refuses parameters of a list that were meant to say which items come and say nothing here: misspelt names, and filters of
 * other servers. Left out silently they would show other items than were asked for. What else is not known only changes the
 * form, or is for somebody on the way, and passes.
 * Throws `invalid-query-parameter-value` with the near names.
 */
export function requireKnownQuery(
  { request }: Pick<RouteContext, "request">,
  what: string,
  names: {
    readonly filters: readonly string[];
    readonly others: readonly string[];
    /** Filters of this list at other servers, besides those of all lists. */
    readonly elsewhere?: readonly string[];
  },
): void {
  const known = [...names.filters, ...names.others];
  // What is switched off changes nothing.
  const isElsewhere = (name: string, value: string) => names.elsewhere?.includes(name) === true && value !== "false";
  for (const [name, value] of new URL(request.url).searchParams) {
    if (known.includes(name) || formNames.includes(name)) continue;
    const [near] = nearNames(name, names.filters);
    const other = Object.hasOwn(filtersElsewhere, name) ? filtersElsewhere[name] : undefined;
    if (near === undefined && other === undefined && !isElsewhere(name, value)) continue;
    const meant = near ?? (other !== undefined && known.includes(other) ? other : undefined);
    const wanted = meant !== undefined ? `"${meant}"` : known.length === 0 ? "no filter" : `one of ${known.join(", ")}`;
    const detail = `Cannot list ${what}: found parameter "${name.slice(0, 80)}", wanted ${wanted}`;
    throw new Problem("invalid-query-parameter-value", detail);
  }
}

/** Filters of lists of processes at other servers. */
export const processFilters: readonly string[] = [
  "keywords",
  "mutable",
  "process",
  "processID",
  "revisions",
  "status",
  "tags",
  "title",
  "type",
  "version",
];

/** What only changes the form of a list, here or at other servers, and is near to other names. */
const formNames: readonly string[] = ["detail", "f", "groups", "lang", "links", "profile", "providers", "schema"];
