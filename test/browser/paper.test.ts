import { expect, test } from "bun:test";
import { missing } from "./site.ts";
import { madeTiff, openViewsSite } from "./views-site.ts";

const title =
  "all is drawn without being looked at, a press on a map moves no page, and paper shows maps and curves whole";

test.skipIf(missing !== undefined)(
  missing === undefined ? title : `${title} (skipped: no ${missing})`,
  async () => {
    await using site = await openViewsSite();
    const rain = `hour,rain\n${Array.from({ length: 24 }, (_, hour) => `${hour},${(hour * 7) % 11}`).join("\n")}\n`;
    const features = Array.from({ length: 60 }, (_, number) => ({
      type: "Feature",
      properties: { number },
      geometry: { type: "LineString", coordinates: [1, 2].map((north) => [7 + number / 20, 46 + north]) },
    }));
    const lines = JSON.stringify({ type: "FeatureCollection", features });
    const address = await site.results({
      "a.geojson": lines,
      "b.tif": madeTiff(),
      "c.tif": madeTiff(),
      "rain.csv": rain,
      "wide.csv": manyColumns(),
      "long.csv": `name,kind\n${Array.from({ length: 250 }, (_, at) => `place ${at}x,town`).join("\n")}\n`,
    });
    const wrong: string[] = [];
    const page = await site.open(wrong, { viewport: { width: 1280, height: 700 }, timezoneId: "UTC" });
    await page.goto(address);
    for (const name of ["a.geojson", "b.tif", "c.tif", "rain.csv", "wide.csv", "long.csv"]) {
      await page.locator(`[data-view][data-name="${name}"][data-state="drawn"]`).waitFor();
    }
    expect(await page.evaluate("scrollY")).toBe(0);
    const box = await page.locator(".map").first().boundingBox();
    if (box === null) throw new Error("The map is not on the page");
    // Not all lines are below the pointer: one is hit on the way.
    const chosen = page.locator('tr[aria-selected="true"]');
    for (let at = 0.6; at < 0.7 && (await chosen.count()) === 0; at += 0.005) {
      await page.mouse.click(box.x + box.width * at, box.y + box.height / 2);
      await page.waitForTimeout(350);
    }
    expect(await chosen.count()).toBe(1);
    expect(await page.evaluate("scrollY")).toBe(0);
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: 680, height: 960 });
    for (const drawn of await page.locator(".map, .chart, .chart canvas").all()) {
      const place = await drawn.boundingBox();
      expect((place?.x ?? 0) + (place?.width ?? 1000)).toBeLessThanOrEqual(680);
      expect(place?.width ?? 0).toBeGreaterThan(500);
    }
    // What is a box of its own inside of a head is not drawn again on the second page.
    const heads = `[...new Set([...document.querySelectorAll(".sortable th button")].map((one) => getComputedStyle(one).display))]`;
    expect(await page.evaluate<readonly string[]>(heads)).toEqual(["contents"]);
    const wide = page.locator('[data-name="wide.csv"]');
    const table = await wide.locator(".sortable").boundingBox();
    expect((table?.x ?? 0) + (table?.width ?? 1000)).toBeLessThanOrEqual(680);
    const spaces = `getComputedStyle(document.querySelector('[data-name="wide.csv"] .sortable tbody td')).whiteSpace`;
    expect(await page.evaluate<string>(spaces)).toBe("nowrap");
    // A drawing is on one sheet, with what stands above it.
    const breaks = `[...document.querySelectorAll(".chart")].map((one) => [getComputedStyle(one).breakInside, getComputedStyle(one.closest(".view")).breakBefore])`;
    expect(await page.evaluate<readonly string[][]>(breaks)).toEqual([
      ["avoid", "avoid"],
      ["avoid", "avoid"],
    ]);
    // What is not printed of a long table is said, with how to get it.
    const words = page.getByText("These are 100 of 250 rows. Press “Show more rows” before you print");
    expect(await words.isVisible()).toBe(true);
    expect(await page.getByText("before you print").count()).toBe(1);
    const folded = page.locator("details:not([open], [data-follows]) > summary");
    for (const summary of await folded.all()) expect(await summary.isVisible()).toBe(false);
    const foot = `getComputedStyle(document.querySelector("footer")).breakBefore`;
    expect(await page.evaluate<string>(foot)).toBe("avoid");
    expect(await page.locator(".ramp").first().isVisible()).toBe(true);
    expect(await page.locator("[data-printed]").textContent()).toMatch(/^Printed \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    expect(wrong).toEqual([]);
  },
  120_000,
);

/** Needs more than a sheet is wide. */
function manyColumns(): string {
  const columns = Array.from({ length: 13 }, (_, number) => `flow-rate-${number}`);
  const rows = Array.from({ length: 5 }, (_, row) => [
    `2012-0${row + 1}`,
    ...columns.map((_, at) => `${row * at}.2512`),
  ]);
  return `${[["month", ...columns], ...rows].map((row) => row.join(",")).join("\n")}\n`;
}
