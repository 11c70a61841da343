/** Returns an address of the service at the place that the page came from: a page may be reached by another name than its links have. */
export function pathOf(url: string): string {
  const { pathname, search } = new URL(url, location.href);
  return `${pathname}${search}`;
}

/** Returns what the addresses of the service begin with as this page was reached, which may be by another name than its links have. */
export function reachedBase(base: string): string {
  const [, before] = /^(.*?)(?:\/providers\/[^/]+)?\/processes\//.exec(location.pathname) ?? [];
  return before === undefined ? base : `${location.origin}${before}`;
}
