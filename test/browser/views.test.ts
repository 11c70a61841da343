import { describe, expect, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { ramps } from "../../src/console/raster/stretch.ts";
import { missing } from "./site.ts";
import { holdViewsSite, madeTiff, openViewsSite } from "./views-site.ts";

const title = missing === undefined ? "pages that draw" : `pages that draw (skipped: no ${missing})`;

/** Measures how much of the height of the first map is painted, from 0 to 1: all but what is clear. */
const paintedHeight = `(() => {
  const canvas = document.querySelector(".map canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const rows = new Set();
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) rows.add(Math.floor(at / 4 / canvas.width));
  return rows.size / canvas.height;
})()`;

/** The colour of the largest values. */
function lastOf(name: keyof typeof ramps): readonly number[] {
  return ramps[name].at(-1) ?? [];
}

describe.skipIf(missing !== undefined)(title, () => {
  const site = holdViewsSite();

  /** Finds what is drawn of a result, when it is drawn. */
  async function viewOf(page: Page, name: string): Promise<Locator> {
    const view = page.locator(`[data-view][data-name="${name}"]`);
    await view.scrollIntoViewIfNeeded();
    await page.locator(`[data-view][data-name="${name}"][data-state="drawn"]`).waitFor();
    return view;
  }

  /** Counts the colours that a map shows, when it shows more than some. */
  async function coloursOf(view: Locator): Promise<number> {
    for (let looks = 0; looks < 100; looks += 1) {
      const colours = await view.evaluate((host) => {
        const seen = new Set<string>();
        for (const canvas of host.querySelectorAll("canvas")) {
          const { width, height } = canvas;
          if (width * height === 0) continue;
          const pixels = canvas.getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
          for (let at = 0; at < pixels.length; at += 4 * 97) seen.add(pixels.slice(at, at + 4).join());
        }
        return seen.size;
      });
      if (colours > 50) return colours;
      await view.page().waitForTimeout(100);
    }
    return 0;
  }

  async function pointAt(page: Page, map: Locator, [x, y]: readonly [number, number]): Promise<void> {
    const box = await map.boundingBox();
    if (box === null) throw new Error("The map is not on the page");
    await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
  }

  async function drag(page: Page, map: Locator, from: readonly [number, number], to: readonly [number, number]) {
    await map.scrollIntoViewIfNeeded();
    await pointAt(page, map, from);
    await page.mouse.down();
    await pointAt(page, map, [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]);
    await pointAt(page, map, to);
    await page.mouse.up();
  }

  test("a GeoTIFF is seen in colours, with the value under the pointer, and asks nobody else for anything", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    await page.goto(await site().results({ "grown.tif": madeTiff() }));
    const view = await viewOf(page, "grown.tif");
    expect(await coloursOf(view.locator(".map"))).toBeGreaterThan(50);
    expect(await view.textContent()).toContain("60 × 40 pixels, 1 band, reference system EPSG:4326");
    const map = view.locator(".map");
    await map.scrollIntoViewIfNeeded();
    await pointAt(page, map, [0.5, 0.5]);
    await view
      .getByText(
        /Longitude 1[23]\.\d+°, latitude 4[78]\.\d+°,( easting \d+\.?\d*, northing \d+\.?\d*,)? column \d+, row \d+: band 1: \d+/,
      )
      .waitFor();
    expect(wrong).toEqual([]);
  }, 60_000);

  /** Tells whether a colour comes onto a map within some seconds. */
  async function comes(map: Locator, colour: readonly number[]): Promise<boolean> {
    for (let looks = 0; looks < 50; looks += 1) {
      const isThere = await map.evaluate((host, wanted) => {
        for (const canvas of host.querySelectorAll("canvas")) {
          const { width, height } = canvas;
          if (width * height === 0) continue;
          const pixels = canvas.getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
          for (let at = 0; at < pixels.length; at += 4 * 7) {
            if (wanted.every((part, index) => Math.abs((pixels[at + index] ?? -9) - part) <= 2)) return true;
          }
        }
        return false;
      }, colour);
      if (isThere) return true;
      await map.page().waitForTimeout(100);
    }
    return false;
  }

  test("colours and their ends change the picture at once, in the same view", async () => {
    const page = await site().open([]);
    await page.goto(await site().results({ "grown.tif": madeTiff() }));
    const view = await viewOf(page, "grown.tif");
    const map = view.locator(".map");
    await map.scrollIntoViewIfNeeded();
    expect(await comes(map, lastOf("viridis"))).toBe(true);
    expect(await comes(map, lastOf("magma"))).toBe(false);
    await view.getByLabel("Colours").selectOption("magma");
    expect(await comes(map, lastOf("magma"))).toBe(true);
    await view.getByLabel("Colours").selectOption("grey");
    expect(await comes(map, [255, 255, 255])).toBe(true);
    // All values are far below the last colour: none is bright.
    await view.getByLabel("Last colour at").fill("1000000");
    await view.getByLabel("Last colour at").press("Tab");
    expect(await comes(map, [0, 0, 0])).toBe(true);
    await view.getByRole("button", { name: "Fit to all values" }).click();
    expect(await comes(map, [255, 255, 255])).toBe(true);
  }, 60_000);

  test.each([1, 1.5, 2])(
    "a raster without a place is shown by its rows and columns, with %p pixels of the screen for one of the page",
    async (deviceScaleFactor) => {
      const wrong: string[] = [];
      const page = await site().open(wrong, { deviceScaleFactor });
      const bare = new Uint8Array(
        await Bun.file(`${import.meta.dir}/../../examples/ndvi/scene/S2-sample/B04.tif`).arrayBuffer(),
      );
      await page.goto(await site().results({ "bare.tif": bare }));
      const view = await viewOf(page, "bare.tif");
      expect(await view.textContent()).toContain("it has no place on the map: shown by its rows and columns");
      expect(await coloursOf(view.locator(".map"))).toBeGreaterThan(50);
      // It fills the height of its box, but for a margin: a raster has fewer pixels than the screen.
      expect(await page.evaluate(paintedHeight)).toBeGreaterThan(0.8);
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  test("features are chosen by their rows and by the map, and markup in them is text", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    const evil = "<img src=x onerror=alert(1)>";
    const feature = (name: string, [west, south]: readonly [number, number]) => ({
      type: "Feature",
      properties: { name, [evil]: 1 },
      geometry: {
        type: "Polygon",
        coordinates: [
          [
            [west, south],
            [west + 2, south],
            [west + 2, south + 2],
            [west, south + 2],
            [west, south],
          ],
        ],
      },
    });
    const features = [
      feature(evil, [10, 45]),
      feature("other", [20, 45]),
      { type: "Feature", geometry: { type: "Point", coordinates: ["1", null] } },
    ];
    await page.goto(await site().results({ "a.geojson": JSON.stringify({ type: "FeatureCollection", features }) }));
    const view = await viewOf(page, "a.geojson");
    const row = view.locator("tr[data-row]", { hasText: evil });
    await row.focus();
    await page.keyboard.press("Enter");
    expect(await row.getAttribute("aria-selected")).toBe("true");
    // The map has come to the feature of the row.
    await page.waitForTimeout(600);
    await row.focus();
    await page.keyboard.press("Enter");
    expect(await row.getAttribute("aria-selected")).toBe("false");
    await view.locator(".map").scrollIntoViewIfNeeded();
    await pointAt(page, view.locator(".map"), [0.5, 0.5]);
    await page.mouse.down();
    await page.mouse.up();
    await view.locator('tr[data-row="0"][aria-selected="true"]').waitFor();
    expect(await view.textContent()).toContain(
      "1 of 3 geometries is not on the map: found coordinates that are no numbers.",
    );
    expect(wrong).toEqual([]);
  }, 60_000);

  test("KML is drawn without its icons, and its text is still there", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    const kml = `<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Style id="s"><IconStyle><Icon><href>http://elsewhere.example/x.png</href></Icon></IconStyle></Style>
      <Placemark><name>&lt;b&gt;Vienna</name><styleUrl>#s</styleUrl><Point><coordinates>16.4,48.2</coordinates></Point></Placemark></Document></kml>`;
    await page.goto(await site().results({ "a.kml": kml }));
    const view = await viewOf(page, "a.kml");
    await view.getByRole("cell", { name: "<b>Vienna" }).waitFor();
    await view.getByText("As text").click();
    await view.getByText("elsewhere.example").waitFor();
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a table is sorted by a press, and drawn as bars or a curve of the chosen columns", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    await page.goto(await site().results({ "a.csv": 'name,n\n"x, y",10\nz,9\n<b>,\n' }));
    const view = await viewOf(page, "a.csv");
    await view.locator(".u-over").waitFor();
    // Nothing is pointed at yet.
    const values = view.locator(".u-legend .u-value");
    expect((await values.allInnerTexts()).join("").trim()).toBe("");
    await view.locator(".u-over").hover();
    expect((await values.allInnerTexts()).join("")).toMatch(/\d/);
    await page.mouse.move(0, 0);
    await page.waitForTimeout(200);
    expect((await values.allInnerTexts()).join("").trim()).toBe("");
    const firsts = () => view.locator("tbody tr td:first-child").allTextContents();
    const table = view.locator("table.sortable");
    await table.getByRole("button", { name: "n", exact: true }).click();
    expect(await table.locator("tbody tr td:first-child").allTextContents()).toEqual(["z", "x, y", "<b>"]);
    await table.getByRole("button", { name: "n", exact: true }).click();
    expect((await firsts()).filter((text) => text !== "")).toContain("<b>");
    expect(await table.locator("tbody tr td:first-child").allTextContents()).toEqual(["x, y", "z", "<b>"]);
    await view.getByRole("combobox", { name: "as", exact: true }).selectOption("curve");
    await view.getByText("1 of 3 rows have no number here.").waitFor();
    expect(wrong).toEqual([]);
  }, 60_000);

  test("rows of several stations are a line for each, which a person may join or change", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    const rows = ["Tulcea", "Sulina"].flatMap((station, at) =>
      [1, 2, 3].map((day) => `${station},2024-05-0${day},${day + at}\n`),
    );
    await page.goto(await site().results({ "levels.csv": `station,date,level\n${rows.join("")}` }));
    const view = await viewOf(page, "levels.csv");
    await view.locator(".u-over").waitFor();
    expect(await view.locator(".u-legend .u-series:visible .u-label").allInnerTexts()).toEqual([
      "date",
      "Tulcea",
      "Sulina",
    ]);
    await view.getByRole("combobox", { name: "one for each" }).selectOption("");
    await view.getByText('Several rows stand at one place of "date"').waitFor();
    await view.getByRole("combobox", { name: "as", exact: true }).selectOption("points");
    await view.getByText("Several rows stand at one place").waitFor({ state: "hidden" });
    await view.getByRole("combobox", { name: "over" }).selectOption("-1");
    await view.getByRole("combobox", { name: "one for each" }).waitFor({ state: "hidden" });
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a table by days has days below its axis, and a gap where a day is missing", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    const rows = [1, 2, 3, 4, 6, 7].map((day) => `2024-05-0${day},${day * 10}\n`);
    await page.goto(await site().results({ "days.csv": `date,n\n${rows.join("")}` }));
    const view = await viewOf(page, "days.csv");
    const over = view.locator(".u-over");
    await over.waitFor();
    await over.hover({ position: { x: 5, y: 50 } });
    const values = async () => (await view.locator(".u-legend .u-value").allInnerTexts()).map((text) => text.trim());
    expect(await values()).toEqual(["2024-05-01", "10"]);
    const { width = 0 } = (await over.boundingBox()) ?? {};
    await over.hover({ position: { x: (width * 4) / 6, y: 50 } });
    expect((await values())[0]).toBe("2024-05-05");
    expect((await values())[1]).not.toMatch(/\d/);
    // The name of the last day has its room.
    const plot = (await view.locator(".u-wrap").boundingBox()) ?? { x: 0, width: 0 };
    const area = (await over.boundingBox()) ?? { x: 0, width: 0 };
    expect(plot.x + plot.width - area.x - area.width).toBeGreaterThanOrEqual(35);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("the cell of a raster that was pressed is marked, and its value is in view with the map", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong, { viewport: { width: 1280, height: 800 } });
    await page.goto(await site().results({ "grown.tif": new Uint8Array(madeTiff()) }));
    const view = await viewOf(page, "grown.tif");
    const map = view.locator(".map");
    await coloursOf(map);
    await map.scrollIntoViewIfNeeded();
    const box = (await map.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await view.locator("[data-marked]").waitFor();
    const value = view.locator(".map-value");
    await value.getByText(/band 1: \d+/).waitFor();
    const pressed = await value.textContent();
    await page.mouse.move(box.x + box.width / 2 - 40, box.y + box.height / 2);
    expect(await value.textContent()).not.toBe(pressed);
    // Beside the map it tells again what was pressed, and stays when the page goes on.
    await page.mouse.move(2, 2);
    await value.getByText(pressed ?? "", { exact: true }).waitFor();
    await page.evaluate('document.querySelector(".map").scrollIntoView({ block: "start" })');
    const told = (await value.boundingBox()) ?? { y: -1, height: 0 };
    expect(told.y).toBeGreaterThanOrEqual(0);
    expect(told.y + told.height).toBeLessThan(800);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("on a small screen, a press on a raster tells its value, and the map keeps its place", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong, { viewport: { width: 360, height: 740 } });
    await page.goto(await site().results({ "small.tif": new Uint8Array(madeTiff()) }));
    const view = await viewOf(page, "small.tif");
    const map = view.locator(".map");
    await coloursOf(map);
    await map.scrollIntoViewIfNeeded();
    const before = (await map.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.click(before.x + before.width / 2, before.y + before.height / 2);
    const value = view.locator(".map-value");
    await value.getByText(/band 1: \d+/).waitFor();
    expect(await map.boundingBox()).toEqual(before);
    const told = (await value.boundingBox()) ?? { y: 1000, height: 0 };
    expect(told.y + told.height).toBeLessThanOrEqual(before.y);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("what is too large, or lies about itself, is told with numbers, and the page stays usable", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    const lying = new Uint8Array(madeTiff());
    // The width of the picture, in the first entry of its directory, is made four thousand million.
    const view = new DataView(lying.buffer);
    const isLittle = view.getUint8(0) === 0x49;
    const directory = view.getUint32(4, isLittle);
    for (let entry = 0; entry < view.getUint16(directory, isLittle); entry += 1) {
      const at = directory + 2 + entry * 12;
      const tag = view.getUint16(at, isLittle);
      if (tag !== 256 && tag !== 257 && tag !== 278) continue;
      view.setUint16(at + 2, 4, isLittle);
      view.setUint32(at + 8, 0xffffff00, isLittle);
    }
    const large = `{"type":"FeatureCollection","features":[${"[".repeat(1_000_000)}${" ".repeat(20_000_000)}`;
    const deep = `{"type":"Polygon","coordinates":${"[".repeat(500_000)}0${"]".repeat(500_000)}}`;
    await page.goto(
      await site().results({ "a.tif": lying, "b.tif": "no picture", "c.geojson": large, "d.geojson": deep }),
    );
    for (const [name, words] of [
      ["a.tif", /found .* wanted/],
      ["b.tif", /./],
      ["c.geojson", /found 21 MB, wanted at most 12 MB/],
    ] as const) {
      const host = page.locator(`[data-view][data-name="${name}"]`);
      await host.scrollIntoViewIfNeeded();
      await host.locator("[role=status], p.muted", { hasText: words }).first().waitFor();
    }
    // The server shows what is nested without end as text.
    await page.getByText('{"type":"Polygon","coordinates":[[[[').waitFor();
    expect(await page.evaluate("1 + 1")).toBe(2);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a box that is drawn fills the field, and the job gets it", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    await site().deploy({
      ...{ cwlVersion: "v1.2", class: "CommandLineTool", id: "area", baseCommand: "echo" },
      inputs: { aoi: { type: "string", default: "10, 46, 12, 47", inputBinding: { position: 1 } } },
      outputs: { said: { type: "stdout" } },
      stdout: "said.txt",
    });
    await page.goto(`${site().url}/processes/area?f=html`);
    const view = page.locator('[data-view="field"]');
    await view.scrollIntoViewIfNeeded();
    await page.locator('[data-view="field"][data-state="drawn"]').waitFor();
    await view.getByText("Box: west 10, south 46, east 12, north 47").waitFor();
    const draw = view.getByRole("button", { name: "Draw a box" });
    for (const isDrawing of ["true", "false", "true"]) {
      await draw.click();
      expect(await draw.getAttribute("aria-pressed")).toBe(isDrawing);
      expect(await view.locator(".map .map-hint").count()).toBe(isDrawing === "true" ? 1 : 0);
    }
    await drag(page, view.locator(".map"), [0.4, 0.4], [0.6, 0.6]);
    await view.locator('button[aria-pressed="false"]', { hasText: "Draw a box" }).waitFor();
    const field = page.locator('input[name="/inputs/aoi"]');
    const text = await field.inputValue();
    expect(text).not.toBe("10, 46, 12, 47");
    const [west = 0, south = 0, east = 0, north = 0] = text.split(", ").map(Number);
    expect(west > 9 && west < east && east < 13).toBe(true);
    expect(south > 45 && south < north && north < 48).toBe(true);
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const { pathname } = new URL(page.url());
    const { inputs } = JSON.parse(await (await fetch(`${site().url}${pathname}/inputs`)).text());
    expect(inputs).toEqual({ aoi: text });
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a box is typed over the antimeridian, pasted, and taken away, each seen by the other", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    await site().deploy({
      ...{ cwlVersion: "v1.2", class: "CommandLineTool", id: "bounds", baseCommand: "echo" },
      inputs: { bbox: { type: "string", inputBinding: { position: 1 } } },
      outputs: { said: { type: "stdout" } },
      stdout: "said.txt",
    });
    await page.goto(`${site().url}/processes/bounds?f=html`);
    const view = page.locator('[data-view="field"]');
    await view.scrollIntoViewIfNeeded();
    await page.locator('[data-view="field"][data-state="drawn"]').waitFor();
    const field = page.locator('input[name="/inputs/bbox"]');
    await field.fill("170,-20,-170,10");
    await view.getByText("west 170, south -20, east -170, north 10, over the antimeridian").waitFor();
    await field.fill("170,-20,-170");
    await view.getByText("Nothing is drawn yet: found no four numbers.").waitFor();
    await view.getByText("Paste GeoJSON").click();
    const halves = [
      [
        [
          [175, 0],
          [180, 0],
          [180, 5],
          [175, 5],
          [175, 0],
        ],
      ],
      [
        [
          [-180, 0],
          [-176, 0],
          [-176, 5],
          [-180, 5],
          [-180, 0],
        ],
      ],
    ];
    await view
      .getByRole("textbox", { name: "GeoJSON to take the box of" })
      .fill(JSON.stringify({ type: "MultiPolygon", coordinates: halves }));
    await view.getByRole("button", { name: "Take its box" }).click();
    expect(await field.inputValue()).toBe("175,0,-176,5");
    await view.getByRole("button", { name: "Remove" }).click();
    expect(await field.inputValue()).toBe("");
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a catalogue shows where its items are, and an address of a form does too, without asking others", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    const item = (id: string, west: number) => ({
      ...{
        stac_version: "1.0.0",
        type: "Feature",
        id,
        properties: { datetime: "2024-01-02T03:04:05Z" },
        links: [],
        assets: {},
      },
      geometry: {
        type: "Polygon",
        coordinates: [
          [
            [west, 1],
            [west + 1, 1],
            [west + 1, 2],
            [west, 2],
            [west, 1],
          ],
        ],
      },
    });
    const links = ["./one.json", "two.json", "https://elsewhere.example/item.json"].map((href) => ({
      rel: "item",
      href,
    }));
    const catalogue = { stac_version: "1.0.0", type: "Catalog", id: "c", description: "c", links };
    const files = { "catalog.json": catalogue, "one.json": item("one", 10), "two.json": item("two", 12) };
    const written = Object.fromEntries(
      Object.entries(files).map(([name, document]) => [name, JSON.stringify(document)]),
    );
    await page.goto(await site().results(written, "directory"));
    const view = await viewOf(page, "catalogue");
    expect(await view.locator("tr[data-row]").count()).toBe(2);
    const address = (await view.getAttribute("data-src")) ?? "";
    await site().deploy({
      ...{ cwlVersion: "v1.2", class: "CommandLineTool", id: "scenes", baseCommand: "ls" },
      inputs: { scene: { type: "Directory", inputBinding: { position: 1 } } },
      outputs: { said: { type: "stdout" } },
      stdout: "said.txt",
    });
    await page.goto(`${site().url}/processes/scenes?f=html`);
    const host = page.locator('[data-view="address"]');
    await host.scrollIntoViewIfNeeded();
    const field = page.locator('input[name="/inputs/scene/~href"]');
    await field.fill("https://elsewhere.example/item.json");
    await field.blur();
    await field.fill(address.replace("catalog.json", "one.json"));
    await field.blur();
    await host.getByRole("cell", { name: "one", exact: true }).waitFor();
    expect(await host.locator(".map canvas").count()).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("files of a directory are drawn, and no map is where none of the features has a geometry", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    const unplaced = { type: "Feature", geometry: null, properties: { name: "unplaced" } };
    const item = { ...unplaced, stac_version: "1.0.0", id: "one", links: [], assets: {} };
    const links = [{ rel: "item", href: "./one.json" }];
    const catalogue = { stac_version: "1.0.0", type: "Catalog", id: "c", description: "c", links };
    await page.goto(
      await site().results(
        {
          ...{ "catalog.json": JSON.stringify(catalogue), "one.json": JSON.stringify(item), "grown.tif": madeTiff() },
          "empty.geojson": '{"type":"FeatureCollection","features":[]}',
        },
        "directory",
      ),
    );
    expect(await coloursOf((await viewOf(page, "grown.tif")).locator(".map"))).toBeGreaterThan(50);
    const empty = await viewOf(page, "empty.geojson");
    expect(await empty.textContent()).toBe("It has no features.");
    const one = await viewOf(page, "one.json");
    await one.getByRole("cell", { name: "unplaced" }).waitFor();
    // Why there is no map stands below the table.
    expect(await one.textContent()).toEndWith("No map is drawn: none of its features has a geometry.");
    // The catalog has nothing to add to what stands there.
    const whole = page.locator('[data-view][data-name="catalogue"][data-state="drawn"]');
    await whole.waitFor({ state: "attached" });
    expect(await whole.textContent()).toBe("");
    expect(await page.getByRole("cell", { name: "unplaced" }).count()).toBe(1);
    expect(await page.locator(".map").count()).toBe(1);
    await page.getByRole("link", { name: "What is in it" }).first().click();
    await page.getByRole("link", { name: "grown.tif", exact: true }).click();
    expect(await coloursOf((await viewOf(page, "grown.tif")).locator(".map"))).toBeGreaterThan(50);
    expect(await page.locator("[data-view]").count()).toBe(1);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("results that come while somebody watches the job are drawn without a reload", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    const made = JSON.stringify({ type: "Point", coordinates: [10, 50] });
    await site().deploy({
      ...{ cwlVersion: "v1.2", class: "CommandLineTool", id: "later", baseCommand: ["sh", "-c", 'sleep 2; echo "$0"'] },
      inputs: { text: { type: "string", default: made, inputBinding: { position: 1 } } },
      outputs: { place: { type: "File", outputBinding: { glob: "place.geojson" } } },
      stdout: "place.geojson",
    });
    await page.goto(`${site().url}/processes/later?f=html`);
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const view = await viewOf(page, "place.geojson");
    expect(await view.locator(".map canvas").count()).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a background that the operator chose is loaded from its host, which is named", async () => {
    const asked: string[] = [];
    using tiles = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch(request) {
        asked.push(new URL(request.url).pathname);
        return new Response(Bun.file(`${import.meta.dir}/../../node_modules/vega-datasets/data/gimp.png`));
      },
    });
    const template = `http://127.0.0.1:${tiles.port}/{z}/{x}/{y}.png`;
    await using other = await openViewsSite(["--map-tiles", template, "--map-attribution", "<b>Makers of maps</b>"]);
    const wrong: string[] = [];
    const page = await other.open(wrong);
    await page.goto(await other.results({ "a.geojson": '{"type":"Point","coordinates":[10,50]}' }));
    const view = await viewOf(page, "a.geojson");
    await view.getByText("<b>Makers of maps</b>").waitFor();
    while (asked.length === 0) await page.waitForTimeout(50);
    expect(asked.every((path) => /^\/\d+\/\d+\/\d+\.png$/.test(path))).toBe(true);
    expect(wrong.filter((url) => !url.startsWith(`http://127.0.0.1:${tiles.port}/`))).toEqual([]);
  }, 60_000);

  test("without scripts all is there but the drawings", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong, { javaScriptEnabled: false });
    await page.goto(
      await site().results({
        "a.csv": "name,n\nx,1\n",
        "a.tif": madeTiff(),
        "a.html": "<h1>Inside</h1><script>alert(1)</script>",
      }),
    );
    expect(await page.locator("td", { hasText: "x" }).count()).toBe(1);
    await page.getByText("A script of this page draws it on a map.").waitFor();
    await page.frameLocator("iframe").getByRole("heading", { name: "Inside" }).waitFor();
    expect(wrong).toEqual([]);
  }, 60_000);
});
