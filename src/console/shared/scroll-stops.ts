/** Boxes that the server lets the Tab key stop at, because they may be wider or higher than there is room. */
const scrolled = ".wide[tabindex], .tree[tabindex], pre[tabindex]";

/** A browser rounds sizes to whole pixels: nobody scrolls to one that is beyond. */
const roundedPixels = 1;

/**
 * Lets the Tab key stop only at boxes that scroll: a stop at others leads to nothing that one can do. Boxes that come later, and those
 * of which the size or the content changes, are looked at again. Without a script all of them are stops, as any may scroll.
 */
export function settleScrollStops(): void {
  const boxes = new Set<HTMLElement>();
  const seen = new WeakSet<Element>();
  // It tells of each element that it is given once, when there is a layout.
  const sizes = new ResizeObserver(() => {
    for (const box of boxes) settle(box);
  });
  const watch = (element: Element) => {
    if (seen.has(element)) return;
    seen.add(element);
    sizes.observe(element);
  };
  const find = () => {
    for (const box of document.querySelectorAll<HTMLElement>(scrolled)) boxes.add(box);
    for (const box of boxes) {
      if (!box.isConnected) boxes.delete(box);
      watch(box);
      // What is in a box may grow where the box does not.
      for (const inner of box.children) watch(inner);
    }
  };
  find();
  new MutationObserver(find).observe(document.body, { childList: true, subtree: true });
  // Whoever is at a box stays there: it is looked at again once it is left.
  document.addEventListener("focusout", ({ target }) => {
    if (target instanceof HTMLElement && boxes.has(target)) requestAnimationFrame(() => settle(target));
  });
}

function settle(box: HTMLElement): void {
  const beyond = Math.max(box.scrollWidth - box.clientWidth, box.scrollHeight - box.clientHeight);
  if (beyond > roundedPixels) box.tabIndex = 0;
  else if (box !== document.activeElement) box.removeAttribute("tabindex");
}
