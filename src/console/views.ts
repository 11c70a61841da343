import { preparePrinting } from "./shared/print-foot.ts";
import { settleScrollStops } from "./shared/scroll-stops.ts";

/**
 * Draws what the server marked: results with `data-view`, fields of forms with `data-map-field`. What draws is loaded when
 * the first of its kind comes near the screen; parts that come later are found too.
 */
const drawers: Readonly<Record<string, (host: HTMLElement) => Promise<void>>> = {
  features: async (host) => (await import("./map/features-view.ts")).showFeatures(host),
  raster: async (host) => (await import("./raster/raster-view.ts")).showRaster(host),
  table: async (host) => (await import("./table/table-view.ts")).showTable(host),
  address: async (host) => (await import("./map/address-view.ts")).watchAddress(host),
  field: async (host) => (await import("./map/field/field-map.ts")).showFieldMap(host),
};

/** So many of a page are drawn without being looked at, so that whoever prints it has them. */
const drawnUnseen = 12;

const seen = new WeakSet<Element>();
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || !(target instanceof HTMLElement)) continue;
      void draw(target);
    }
  },
  { rootMargin: "300px" },
);

async function draw(host: HTMLElement): Promise<void> {
  const { view } = host.dataset;
  const drawer = drawers[view ?? ""];
  if (drawer === undefined || host.dataset.state !== undefined) return;
  near.unobserve(host);
  host.dataset.state = "drawing";
  try {
    await drawer(host);
    host.dataset.state = "drawn";
  } catch (error) {
    const note = document.createElement("p");
    note.className = "muted";
    note.setAttribute("role", "status");
    note.textContent = error instanceof Error ? error.message : String(error);
    host.prepend(note);
    host.dataset.state = "failed";
  }
}

function findViews(): void {
  for (const host of document.querySelectorAll("[data-view]")) {
    if (seen.has(host)) continue;
    seen.add(host);
    near.observe(host);
  }
}

/** Draws one after the other what nobody has scrolled to yet, while the browser has nothing else to do. */
async function drawUnseen(): Promise<void> {
  const idle = () =>
    new Promise<void>((resolve) => {
      if ("requestIdleCallback" in window) requestIdleCallback(() => resolve());
      else requestAnimationFrame(() => resolve());
    });
  for (let drawn = 0; drawn < drawnUnseen; drawn += 1) {
    await idle();
    // A map that is folded up has no size yet.
    const next = [...document.querySelectorAll<HTMLElement>("[data-view]:not([data-state])")].find(
      (host) => results.includes(host.dataset.view ?? "") && host.checkVisibility(),
    );
    if (next === undefined) return;
    await draw(next);
  }
}

/** What is drawn of results, and not to fill a form by. */
const results = ["features", "raster", "table"];

findViews();
addEventListener("load", () => void drawUnseen());
new MutationObserver(findViews).observe(document.body, { childList: true, subtree: true });
settleScrollStops();
preparePrinting();
