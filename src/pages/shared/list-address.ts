/** What the address of a list says of what was done before it came. */
export const newsNames = ["chosen", "done", "outcome"] as const;

/** Returns the path and query of a list without what was done before it came, and what was ticked then. */
export function withoutNews(address: string): string {
  const { pathname, searchParams } = new URL(address, "http://list");
  for (const name of newsNames) searchParams.delete(name);
  return `${pathname}${searchParams.size === 0 ? "" : `?${searchParams}`}`;
}
