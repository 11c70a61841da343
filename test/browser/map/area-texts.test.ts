import { describe, expect, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { drag } from "../../console/support/hands.ts";
import { missing } from "../site.ts";
import { holdViewsSite } from "../views-site.ts";

const title = missing === undefined ? "areas in texts" : `areas in texts (skipped: no ${missing})`;

const triangle = "POLYGON((28.6 44.4,29.8 44.4,29.2 45.5,28.6 44.4))";

const text = (doc?: string, fallback?: string) => ({
  type: "string",
  ...(doc === undefined ? {} : { doc }),
  ...(fallback === undefined ? {} : { default: fallback }),
});

const tool = {
  ...{ cwlVersion: "v1.2", class: "CommandLineTool", id: "areas", baseCommand: ["sh", "-c", "echo done"] },
  inputs: {
    aoi: text("The area as WKT or GeoJSON or a bounding box (degrees, WGS84)."),
    region: text(undefined, triangle),
    place: text("Where", "SRID=32633;POINT(500000 5100000)"),
    bbox: text("West, south, east, north"),
  },
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
};

describe.skipIf(missing !== undefined)(title, () => {
  const site = holdViewsSite(async () => {
    await site().deploy(tool);
  });

  async function viewOf(page: Page, name: string): Promise<Locator> {
    const view = page.locator(`[data-view="field"][data-name="/inputs/${name}"]`);
    await view.scrollIntoViewIfNeeded();
    await page.locator(`[data-name="/inputs/${name}"][data-state="drawn"]`).waitFor();
    return view;
  }

  const controlOf = (page: Page, name: string) => page.locator(`[name="/inputs/${name}"]`);

  test("well-known text, GeoJSON and four numbers are drawn as they are typed, and what is drawn is written alike", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    await page.goto(`${site().url}/processes/areas?f=html`);
    const view = await viewOf(page, "aoi");
    const control = controlOf(page, "aoi");
    const chosen = () => view.getByLabel("Written as").inputValue();
    expect(await chosen()).toBe("wkt");
    await control.fill(triangle);
    await view.getByText("Polygon: west 28.6, south 44.4, east 29.8, north 45.5").waitFor();
    await control.fill("28.6,44.4,29.8,45.5");
    await view.getByText("Box: west 28.6, south 44.4, east 29.8, north 45.5").waitFor();
    expect(await chosen()).toBe("numbers");
    await control.fill('{"type":"Point","coordinates":[29,45]}');
    await view.getByText("Point: west 29, south 45").waitFor();
    expect(await chosen()).toBe("geojson");
    await control.fill("POLYGON((28.6 44.4, oops");
    await view.getByText("Nothing is drawn yet: this is no area that the map can read").waitFor();
    await control.fill(triangle);
    await view.getByLabel("Written as").selectOption("geojson");
    expect(JSON.parse(await control.inputValue()).coordinates[0]).toHaveLength(4);
    await view.getByLabel("Written as").selectOption("wkt");
    expect(await control.inputValue()).toBe(triangle);
    await view.getByRole("button", { name: "Draw a box" }).click();
    await drag(page, view.locator(".map"), { from: [0.4, 0.4], to: [0.6, 0.6] });
    await view.getByText(/^Polygon: west 28\.\d{3,}/).waitFor();
    expect(await control.inputValue()).toMatch(/^POLYGON\(\((?:[\d.]+ [\d.]+,){4}[\d.]+ [\d.]+\)\)$/);
    await view.getByLabel("Written as").selectOption("numbers");
    expect(await control.inputValue()).toMatch(/^-?[\d.]+(?:,-?[\d.]+){3}$/);
    await view.getByText(/^Box: west 2\d/).waitFor();
    // The shape comes again that the numbers are the box of, and a box is one polygon.
    await control.fill(triangle);
    await view.getByLabel("Written as").selectOption("numbers");
    expect(await control.inputValue()).toBe("28.6,44.4,29.8,45.5");
    await view.getByLabel("Written as").selectOption("wkt");
    expect(await control.inputValue()).toBe(triangle);
    await control.fill("1,2,3,4");
    await view.getByLabel("Written as").selectOption("wkt");
    expect(await control.inputValue()).toBe("POLYGON((1 2,3 2,3 4,1 4,1 2))");
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a default in well-known text is seen on the map, and one of another reference system in its place", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    await page.goto(`${site().url}/processes/areas?f=html`);
    await (await viewOf(page, "region")).getByText("Polygon: west 28.6, south 44.4, east 29.8, north 45.5").waitFor();
    await (await viewOf(page, "place"))
      .getByText(/Point: 500000, 5100000.* in EPSG:32633\. In degrees: west 15,/)
      .waitFor();
    const box = await viewOf(page, "bbox");
    expect(await box.getByLabel("Written as").count()).toBe(0);
    await controlOf(page, "bbox").fill(triangle);
    await box.getByText("which the description of this input does not name").waitFor();
    await page.locator("button.button-main").scrollIntoViewIfNeeded();
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a run is filled in again with its area, where the map shows it", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    const inputs = { aoi: triangle, bbox: "1,2,3,4" };
    await page.goto(`${site().url}/processes/areas?f=html&inputs=${encodeURIComponent(JSON.stringify(inputs))}`);
    expect(await controlOf(page, "aoi").inputValue()).toBe(triangle);
    await (await viewOf(page, "aoi")).getByText("Polygon: west 28.6, south 44.4, east 29.8, north 45.5").waitFor();
    expect(wrong).toEqual([]);
  }, 60_000);
});
