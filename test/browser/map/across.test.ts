import { describe, expect, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { missing } from "../site.ts";
import { holdViewsSite } from "../views-site.ts";

const title =
  missing === undefined
    ? "shapes across the 180th meridian"
    : `shapes across the 180th meridian (skipped: no ${missing})`;

const over = {
  type: "Polygon",
  coordinates: [
    [
      [170, -10],
      [-170, -10],
      [-170, 10],
      [170, 10],
      [170, -10],
    ],
  ],
};
const featureOf = (more: object = {}) => ({ type: "Feature", properties: { name: "Fiji" }, geometry: over, ...more });
const asWritten = "This shape spans more than half the world as it is written.";

describe.skipIf(missing !== undefined)(title, () => {
  const site = holdViewsSite(async () => {
    await site().deploy({
      ...{ cwlVersion: "v1.2", class: "CommandLineTool", id: "areas", baseCommand: "true" },
      inputs: { bbox: "string", area: { type: "File", format: "iana:application/geo+json" } },
      outputs: {},
      $namespaces: { iana: "https://www.iana.org/assignments/media-types/" },
    });
  });

  /** Tells the longitude in the middle of a map, by what it says of the pointer. */
  async function middleOf(page: Page, map: Locator): Promise<number> {
    await map.scrollIntoViewIfNeeded();
    const box = await map.boundingBox();
    if (box === null) throw new Error("The map is not shown");
    await page.mouse.move(box.x + box.width / 2 - 2, box.y + box.height / 2);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const words = await map.locator(".map-pointer").innerText();
    return Number(/longitude (-?[\d.]+)/.exec(words)?.[1]);
  }

  test("in a result are drawn as they are written, and across it when somebody presses the button, and back", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong, { viewport: { width: 360, height: 700 } });
    await page.goto(await site().results({ "over.geojson": JSON.stringify(featureOf()) }));
    const view = page.locator('[data-view="features"]');
    await view.scrollIntoViewIfNeeded();
    await view.getByText(asWritten).waitFor();
    const map = view.locator(".map");
    expect(Math.abs(await middleOf(page, map))).toBeLessThan(30);
    const press = view.getByRole("button", { name: "Draw it over the 180th meridian" });
    await press.click();
    expect(Math.abs(await middleOf(page, map))).toBeGreaterThan(170);
    expect(await press.getAttribute("aria-pressed")).toBe("true");
    await press.click();
    expect(Math.abs(await middleOf(page, map))).toBeLessThan(30);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    expect(wrong).toEqual([]);
  }, 60_000);

  test.each([
    ["a feature", featureOf({ bbox: [170, -10, -170, 10] })],
    ["a collection", { type: "FeatureCollection", bbox: [170, -10, -170, 10], features: [featureOf()] }],
    [
      "an item of STAC",
      featureOf({ stac_version: "1.0.0", id: "item", assets: {}, links: [], bbox: [170, -10, -170, 10] }),
    ],
  ])(
    "are drawn there where the box of %s says so, which is told",
    async (_, document) => {
      const wrong: string[] = [];
      const page = await site().open(wrong);
      await page.goto(await site().results({ "over.geojson": JSON.stringify(document) }));
      const view = page.locator('[data-view="features"]');
      await view.getByText("A shape is drawn over the 180th meridian, as the box (bbox) beside it says.").waitFor();
      expect(Math.abs(await middleOf(page, view.locator(".map")))).toBeGreaterThan(170);
      expect(await view.getByText(asWritten).count()).toBe(0);
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  test("in a field are drawn so without a change of the value; a box is taken of them only as somebody says", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    await page.goto(`${site().url}/processes/areas?f=html`);
    const box = page.locator('[data-view="field"]').first();
    await box.scrollIntoViewIfNeeded();
    await page.locator('[data-view="field"][data-state="drawn"]').first().waitFor();
    const text = page.locator('input[name="/inputs/bbox"]');
    await box.getByText("Paste GeoJSON").click();
    const paste = async (value: object) => {
      await box.getByLabel("GeoJSON to take the box of").fill(JSON.stringify(value));
      await box.getByRole("button", { name: "Take its box" }).click();
    };
    await paste(featureOf());
    await box.getByText(asWritten).waitFor();
    expect(await text.inputValue()).toBe("-170,-10,170,10");
    await box.getByRole("button", { name: "Take the box over the 180th meridian" }).click();
    expect(await text.inputValue()).toBe("170,-10,-170,10");
    await paste(featureOf({ bbox: [170, -10, -170, 10] }));
    expect(await text.inputValue()).toBe("170,-10,-170,10");
    expect(await box.getByText(asWritten).count()).toBe(0);
    expect(wrong).toEqual([]);
  }, 60_000);
});
