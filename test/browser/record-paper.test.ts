import { expect, test } from "bun:test";
import { missing } from "./site.ts";
import { openViewsSite } from "./views-site.ts";

const title =
  "a job of some results and a long log is printed on two sheets at most, with what was printed when in their margins";

test.skipIf(missing !== undefined)(
  missing === undefined ? title : `${title} (skipped: no ${missing})`,
  async () => {
    await using site = await openViewsSite();
    const rows = Array.from({ length: 300 }, (_, day) => `Tulcea,${day},${day}.5`);
    const csv = `station,day,level\n${rows.join("\n")}\n`;
    const point = { type: "Feature", properties: { n: 1 }, geometry: { type: "Point", coordinates: [28.8, 45.2] } };
    const features = JSON.stringify({ type: "FeatureCollection", features: [point] });
    const address = await site.results({ "a.csv": csv, "b.csv": csv, "c.geojson": features });
    const wrong: string[] = [];
    const page = await site.open(wrong, { timezoneId: "UTC" });
    await page.goto(address.replace("/results", ""));
    await page.locator('[data-view][data-state="drawn"]').first().waitFor();
    const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
    const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g) ?? [];
    expect(sheets.length).toBeGreaterThan(0);
    expect(sheets.length).toBeLessThanOrEqual(2);
    await page.emulateMedia({ media: "print" });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await page.locator("#results .view").first().isVisible()).toBe(false);
    expect(await page.locator("#results .on-paper tbody tr").count()).toBeGreaterThanOrEqual(1);
    expect(await page.locator("#timeline table").isVisible()).toBe(false);
    expect(await page.locator("#timeline .on-paper").textContent()).toMatch(/: .+ → Preparing → .+ → Done, /);
    const margins = `document.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join("")`;
    if (await page.evaluate<boolean>(`"CSSMarginRule" in globalThis`)) {
      expect(await page.evaluate<string>(margins)).toMatch(/@bottom-left \{.*Printed \d{4}-\d\d-\d\d/s);
    }
    // The screen has none of it.
    await page.emulateMedia({ media: "screen" });
    expect(await page.locator("#results .view").first().isVisible()).toBe(true);
    expect(await page.locator(".on-paper >> visible=true").count()).toBe(0);
    expect(wrong).toEqual([]);
  },
  120_000,
);
