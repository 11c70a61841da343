/**
 * Opens the folds that the address leads into, now and whenever it changes, and puts the focus on what is behind the summary: the next Tab
 * goes on from there, and on the summary the next Enter would close it again. What is in no fold stays to the browser.
 */
export function openTargets(): void {
  addEventListener("hashchange", openTarget);
  // The same link once more changes no address.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link !== null && link.hash !== "" && link.href === location.href) requestAnimationFrame(openTarget);
  });
  openTarget();
}

function openTarget(): void {
  const target = document.getElementById(nameOf(location.hash));
  if (target === null) return;
  // A heading of a part that is folded up below it stands outside of the fold.
  const below = foldBelow(target);
  const fold = target.closest("details") ?? below;
  // One that folds on small screens alone has nothing to press on a larger one.
  if (fold === undefined || fold.querySelector(":scope > summary")?.checkVisibility() !== true) return;
  for (let at: HTMLDetailsElement | null = fold; at !== null; at = at.parentElement?.closest("details") ?? null)
    at.open = true;
  target.scrollIntoView();
  const summary = fold.querySelector(":scope > summary");
  // Above the fold of a part may stand what it is searched by.
  const search = below === fold ? target.parentElement?.querySelector<HTMLElement>('input[type="search"]') : null;
  if (search?.checkVisibility() === true) {
    search.focus({ preventScroll: true });
    return;
  }
  const isBehind = fold.contains(target) && target !== fold && summary?.contains(target) !== true;
  focusOn(isBehind ? target : summary?.nextElementSibling);
}

/** The first fold between a heading and the next one, or that of a part which is folded up on small screens. */
function foldBelow(target: Element): HTMLDetailsElement | undefined {
  if (target.tagName === "SECTION") return target.querySelector<HTMLDetailsElement>("details.small-fold") ?? undefined;
  if (target.tagName !== "H2") return undefined;
  for (let at = target.nextElementSibling; at !== null && at.tagName !== "H2"; at = at.nextElementSibling) {
    const fold = at instanceof HTMLDetailsElement ? at : at.querySelector("details");
    if (fold !== null) return fold;
  }
  return target.parentElement?.querySelector("details") ?? undefined;
}

/** An address that somebody typed may not be encoded rightly: it leads nowhere. */
function nameOf(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return "";
  }
}

function focusOn(part: Element | null | undefined): void {
  if (!(part instanceof HTMLElement)) return;
  if (part.tabIndex < 0) part.tabIndex = -1;
  part.focus({ preventScroll: true });
}
