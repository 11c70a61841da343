import { preparePrinting } from "./shared/print-foot.ts";

/**
 * Draws what the server marked: results with `data-view`, fields of forms with `data-map-field`. What draws is loaded when
 * the first of its kind comes near the screen; parts that come later are found too.
 */
const drawers: Readonly<Record<string, (host: HTMLElement) => Promise<void>>> = {
  features: async (host) => (await import("./map/features-view.ts")).showFeatures(host),
  raster: async (host) => (await import("./raster/raster-view.ts")).showRaster(host),
  table: async (host) => (await import("./table/table-view.ts")).showTable(host),
  address: async (host) => (await import("./map/address-view.ts")).watchAddress(host),
  field: async (host) => (await import("./map/field-map.ts")).showFieldMap(host),
};

const seen = new WeakSet<Element>();
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || !(target instanceof HTMLElement)) continue;
      near.unobserve(target);
      void draw(target);
    }
  },
  { rootMargin: "300px" },
);

async function draw(host: HTMLElement): Promise<void> {
  const { view } = host.dataset;
  const drawer = drawers[view ?? ""];
  if (drawer === undefined) return;
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

findViews();
new MutationObserver(findViews).observe(document.body, { childList: true, subtree: true });
preparePrinting();
