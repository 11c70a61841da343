import { type QueryLists, wrongQuery } from "./job-search.ts";

/** What a job list can be sorted by; `created` is the order in which the jobs were accepted. */
export const sortKeys = ["created", "finished", "status", "processID", "provider", "user"] as const;
export type SortKey = (typeof sortKeys)[number];

/** The order of a job list. Jobs of equal keys stand by acceptance, in the same direction. */
export type JobOrder = { readonly key: SortKey; readonly isDescending: boolean };

export const newestFirst: JobOrder = { key: "created", isDescending: true };

const newestFirstKeys: readonly SortKey[] = ["created", "finished"];
/** Names that Weaver's clients use. */
const otherNames: Readonly<Record<string, SortKey>> = { process: "processID", service: "provider" };

/**
 * Reads the order of a job list: `sortby=-created`, where a key without a sign rises (OGC 20-004r1, sorting), or
 * `sort=created`, where times without a sign fall. Throws `invalid-query-parameter-value`.
 */
export function readJobOrder(query: QueryLists): JobOrder {
  const bySortby = query("sortby");
  const bySort = query("sort");
  const name = bySortby.length > 0 ? "sortby" : "sort";
  const [text, ...others] = [...bySortby, ...bySort];
  if (text === undefined) return newestFirst;
  if (others.length > 0) throw wrongQuery(name, [text, ...others].join(), "one key");
  // A plus sign that was not escaped arrives as a space.
  const [, sign = "", word = ""] = /^([-+ ]?)(.*)$/s.exec(text) ?? [];
  const key = sortKeys.find((one) => one === (otherNames[word] ?? word));
  if (key === undefined) throw wrongQuery(name, text, `one of ${sortKeys.join(", ")}, with + or - before it`);
  return { key, isDescending: sign === "" ? name === "sort" && newestFirstKeys.includes(key) : sign === "-" };
}
