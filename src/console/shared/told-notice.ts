/** Takes what the page tells of what was done before out of its address: whoever loads it anew is not told again. */
export function forgetTold(): void {
  const url = new URL(location.href);
  for (const notice of document.querySelectorAll<HTMLElement>("[data-told]")) {
    url.searchParams.delete(notice.dataset.told ?? "");
  }
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}
