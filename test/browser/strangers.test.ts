import { describe, expect, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { drag } from "../console/support/hands.ts";
import { makeTiff } from "../support/packages/tiff.ts";
import { missing } from "./site.ts";
import { holdViewsSite } from "./views-site.ts";

const title = missing === undefined ? "files of strangers" : `files of strangers (skipped: no ${missing})`;

const schemas = "https://raw.githubusercontent.com/eoap/schemas/main/geojson.yaml";

/** A tool whose input is one geometry of a kind. */
const placed = (kind: "Polygon" | "Point") => ({
  ...{
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    id: `takes-${kind.toLowerCase()}`,
    baseCommand: ["sh", "-c", "echo done"],
  },
  requirements: { SchemaDefRequirement: { types: [{ $import: schemas }] } },
  inputs: { place: { type: `${schemas}#${kind}` } },
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
});

describe.skipIf(missing !== undefined)(title, () => {
  const site = holdViewsSite(async () => {
    await site().deploy(placed("Polygon"));
    await site().deploy(placed("Point"));
  });

  async function viewOf(page: Page, name: string): Promise<Locator> {
    const view = page.locator(`[data-view][data-name="${name}"]`);
    await view.scrollIntoViewIfNeeded();
    await page.locator(`[data-view][data-name="${name}"][data-state="drawn"]`).waitFor();
    return view;
  }

  /** Opens the form of a tool, with its map. */
  async function formOf(kind: "Polygon" | "Point", wrong: string[]) {
    const page = await site().open(wrong, { viewport: { width: 1280, height: 900 } });
    await page.goto(`${site().url}/processes/takes-${kind.toLowerCase()}?f=html`);
    await page.locator('[data-view="field"]').scrollIntoViewIfNeeded();
    const view = page.locator('[data-view="field"][data-state="drawn"]');
    await view.waitFor();
    return { page, view, text: page.locator('textarea[name="/inputs/place/~json"]') };
  }

  /** Sends the form, and gives what the job got. */
  async function placeOfJob(page: Page) {
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const { pathname } = new URL(page.url());
    const { place } = JSON.parse(await (await fetch(`${site().url}${pathname}/inputs`)).text()).inputs;
    return place.value ?? place;
  }

  test("an area drawn across the antimeridian is one polygon where no more is taken, which is said, and the job gets it", async () => {
    const wrong: string[] = [];
    const { page, view, text } = await formOf("Polygon", wrong);
    expect(await view.getByRole("button", { name: "Set a point" }).count()).toBe(0);
    // The map goes on beyond the end of the world, where its arrow keys lead.
    await view.locator(".map").focus();
    for (let presses = 0; presses < 3; presses += 1) {
      await page.keyboard.press("ArrowRight");
      await page.waitForTimeout(250);
    }
    await view.getByRole("button", { name: "Draw a box" }).click();
    await drag(page, view.locator(".map"), { from: [0.3, 0.4], to: [0.7, 0.6] });
    await view.getByText("over the antimeridian").waitFor();
    expect(await view.getByRole("status").textContent()).toContain("longitudes go on beyond 180 degrees");
    const drawn = JSON.parse(await text.inputValue());
    expect(drawn.type).toBe("Polygon");
    const longitudes = drawn.coordinates[0].map(([x]: readonly number[]) => x);
    expect([Math.min(...longitudes) < 180, Math.max(...longitudes) > 180]).toEqual([true, true]);
    await text.fill('{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}');
    await view.getByText("This input takes Polygon: found MultiPolygon.").waitFor();
    await text.fill(JSON.stringify(drawn));
    expect((await placeOfJob(page)).coordinates).toEqual(drawn.coordinates);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("an area that is written over half the world is drawn across the antimeridian by a press, and sent as it was written", async () => {
    const wrong: string[] = [];
    const { page, view, text } = await formOf("Polygon", wrong);
    const ring = [
      [170, -10],
      [-170, -10],
      [-170, 10],
      [170, 10],
      [170, -10],
    ];
    const written = JSON.stringify({ type: "Polygon", coordinates: [ring] });
    await text.fill(written);
    await view.getByText("This shape spans more than half the world as it is written.").waitFor();
    expect(await view.getByRole("status").first().textContent()).toContain("west -170, south -10, east 170");
    const press = view.getByRole("button", { name: "Draw it over the 180th meridian" });
    await press.press("Enter");
    await view.getByText("west 170, south -10, east -170, north 10, over the antimeridian").waitFor();
    expect([await press.getAttribute("aria-pressed"), await text.inputValue()]).toEqual(["true", written]);
    // Another value is asked about anew.
    await text.fill(written.replaceAll("10]", "11]"));
    expect(await press.getAttribute("aria-pressed")).toBe("false");
    await text.fill(written);
    await press.press("Enter");
    expect((await placeOfJob(page)).coordinates).toEqual([ring]);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a point is set and moved by keys, and where it is, is told", async () => {
    const wrong: string[] = [];
    const { page, view, text } = await formOf("Point", wrong);
    expect(await view.getByRole("button", { name: "Draw a box" }).count()).toBe(0);
    await view.getByRole("button", { name: "Move a point by keys" }).press("Enter");
    expect(JSON.parse(await text.inputValue())).toMatchObject({ type: "Point" });
    const before = await text.inputValue();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowUp");
    expect(await text.inputValue()).not.toBe(before);
    const [x = 0, y = 0] = JSON.parse(await text.inputValue()).coordinates;
    expect([x > 0, y > 0]).toEqual([true, true]);
    await view.getByText(`Point: west ${x}, south ${y}`).waitFor();
    await page.keyboard.press("Escape");
    expect(await view.getByRole("button", { name: "Move a point by keys" }).getAttribute("aria-pressed")).toBe("false");
    expect((await placeOfJob(page)).coordinates).toEqual([x, y]);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a town gives its point, where a region gives nothing", async () => {
    const wrong: string[] = [];
    const { page, view, text } = await formOf("Point", wrong);
    const search = view.getByLabel("Place, or latitude and longitude");
    await search.fill("Alps");
    await search.press("Enter");
    await view.getByText("The map shows the Alps").waitFor();
    expect(await view.locator(".map-offers button").count()).toBe(0);
    await search.fill("Suva, Fiji");
    await search.press("Enter");
    await view
      .getByText("The map shows Suva, Fiji, with its middle at latitude -18.142°, longitude 178.441°.")
      .waitFor();
    expect(await view.locator(".map-offers button").allInnerTexts()).toEqual(["Set the point there"]);
    expect(await view.locator(".map-found").innerText()).not.toContain("A box");
    await view.getByRole("button", { name: "Set the point there" }).press("Enter");
    expect(JSON.parse(await text.inputValue()).coordinates).toEqual([178.441, -18.142]);
    expect((await placeOfJob(page)).coordinates).toEqual([178.441, -18.142]);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("20,000 features leave the page usable: a hundred rows are shown, and the number of all", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    const features = Array.from({ length: 20_000 }, (_, index) => ({
      ...{ type: "Feature", properties: { index } },
      geometry: { type: "Point", coordinates: [(index % 200) / 10, 40 + index / 2000] },
    }));
    await page.goto(await site().results({ "many.geojson": JSON.stringify({ type: "FeatureCollection", features }) }));
    const view = await viewOf(page, "many.geojson");
    await view.getByText("100 of 20000 rows", { exact: true }).waitFor();
    expect(await view.locator("tr[data-row]").count()).toBe(100);
    await view.locator("tr[data-row]").nth(3).click();
    expect(await view.locator('tr[aria-selected="true"]').getAttribute("data-row")).toBe("3");
    expect(wrong).toEqual([]);
  }, 60_000);

  test("features that have no place on the map are told, with what was found", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    const at = (coordinates: readonly number[], crs?: string) =>
      JSON.stringify({
        ...{ type: "Feature", properties: { a: 1 }, geometry: { type: "Point", coordinates } },
        ...(crs === undefined ? {} : { crs: { type: "name", properties: { name: crs } } }),
      });
    const files = {
      "empty.geojson": '{"type":"FeatureCollection","features":[]}',
      "known.geojson": at([500000, 5500000], "urn:ogc:def:crs:EPSG::25832"),
      "metres.geojson": at([500000, 5500000]),
      "turned.geojson": at([-35, 149]),
      "unknown.geojson": at([1, 2], "EPSG:99999"),
    };
    await page.goto(await site().results(files));
    for (const [name, words] of [
      ["empty.geojson", "It has no features."],
      ["metres.geojson", "a reference system of other units is not named"],
      ["turned.geojson", "it seems that the latitude stands first"],
      ["unknown.geojson", 'it cannot draw the reference system "EPSG:99999"'],
    ] as const) {
      await (await viewOf(page, name)).getByText(words).waitFor();
    }
    expect(await (await viewOf(page, "known.geojson")).getByText("on the map").count()).toBe(0);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("rasters that are turned, of one pixel, of 16 bits or with holes are seen, or it is said why not on the map", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    const grown = { width: 40, height: 30, value: (x: number, y: number) => x + y } as const;
    const here = { keys: { 1024: 2, 1025: 1, 2048: 4326 }, scale: [0.1, 0.1], tie: [0, 0, 10, 50] } as const;
    const transformation = [1, 0.5, 0, 10, 0.5, -1, 0, 50, 0, 0, 0, 0, 0, 0, 0, 1];
    await page.goto(
      await site().results({
        "colours.tif": makeTiff([
          { ...grown, ...here, as: "uint16", bands: 3, photometric: 2, value: (x, y, band) => [x, y, 9][band] ?? 0 },
        ]),
        "holes.tif": makeTiff([
          { ...grown, ...here, as: "float32", noData: "-9999", value: (x) => (x < 20 ? Number.NaN : -9999) },
        ]),
        "one.tif": makeTiff([{ ...here, width: 1, height: 1, value: () => 7 }]),
        "turned.tif": makeTiff([{ ...grown, keys: here.keys, transformation }]),
      }),
    );
    const valueAt = async (name: string, words: RegExp) => {
      const view = await viewOf(page, name);
      const map = view.locator(".map");
      await map.scrollIntoViewIfNeeded();
      const said = view.getByText(words);
      for (let tried = 0; tried < 50 && (await said.count()) === 0; tried += 1) {
        const { width = 0, height = 0 } = (await map.boundingBox()) ?? {};
        await map.hover({ position: { x: width / 2 + (tried % 2), y: height / 2 } });
        await page.waitForTimeout(100);
      }
      expect([name, await said.count()]).toEqual([name, 1]);
    };
    await valueAt("colours.tif", /bands 1, 2, 3: \d+, \d+, 9/);
    await valueAt("holes.tif", /band 1: no data/);
    await valueAt("one.tif", /band 1: 7/);
    await valueAt("turned.tif", /Column \d+, row \d+: band 1: \d+/);
    await (await viewOf(page, "turned.tif")).getByText("it has no place on the map").waitFor();
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a table of 100,000 rows has only those in the page that are shown, and one without names loses none", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    const long = Array.from({ length: 100_000 }, (_, row) => `${row % 7},${row % 13}`).join("\n");
    const files = { "long.csv": `a,b\n${long}\n`, "numbers.csv": "1,5;2\n3;4,5\n", "words.csv": "a,b\nx,y\nz,w\n" };
    await page.goto(await site().results(files));
    const view = await viewOf(page, "long.csv");
    await view.getByText("100 of 100000 rows", { exact: true }).waitFor();
    expect(await view.locator("table.sortable tbody tr").count()).toBe(100);
    const numbers = await viewOf(page, "numbers.csv");
    expect(await numbers.locator("table.sortable thead th").allTextContents()).toEqual(["column 1", "column 2"]);
    expect(await numbers.locator("table.sortable tbody td").allTextContents()).toEqual(["1,5", "2", "3", "4,5"]);
    await numbers.locator(".u-over").waitFor();
    await (await viewOf(page, "words.csv")).getByText("No curve is drawn: no column holds numbers.").waitFor();
    expect(wrong).toEqual([]);
  }, 60_000);

  test("the first column of a wide table stays where the rest is scrolled away, on a small screen", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong, { viewport: { width: 360, height: 780 } });
    const row = (text: string) => Array.from({ length: 30 }, (_, column) => `${text} ${column}`).join(",");
    await page.goto(await site().results({ "wide.csv": `${row("name")}\n${row("x")}\n${row("y")}\n` }));
    const box = (await viewOf(page, "wide.csv")).locator(".table-box");
    const first = box.locator("tbody td").first();
    const left = async () => Math.round((await first.boundingBox())?.x ?? -1);
    const before = await left();
    await box.focus();
    await box.evaluate((one) => {
      one.scrollLeft = 600;
    });
    expect(await box.evaluate((one) => one.scrollLeft)).toBe(600);
    expect(await left()).toBe(before);
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(wrong).toEqual([]);
  }, 60_000);
});
