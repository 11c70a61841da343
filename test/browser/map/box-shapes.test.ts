import { describe, expect, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { drag } from "../../console/support/hands.ts";
import { missing } from "../site.ts";
import { holdViewsSite } from "../views-site.ts";

const title = missing === undefined ? "boxes of every shape" : `boxes of every shape (skipped: no ${missing})`;

const record = (names: readonly string[], more: object = {}) => ({
  type: { type: "record", fields: { ...Object.fromEntries(names.map((name) => [name, "double"])), ...more } },
});

const ogc = "https://raw.githubusercontent.com/eoap/schemas/main/ogc.yaml";

const tool = {
  ...{ cwlVersion: "v1.2", class: "CommandLineTool", id: "boxes", baseCommand: ["sh", "-c", "echo done"] },
  inputs: {
    bbox: "double[]",
    place: { type: "double[]", default: [5, 44, 17, 50] },
    sides: record(["west", "south", "east", "north"], { crs: "string?" }),
    edges: record(["xmin", "ymin", "xmax", "ymax"]),
  },
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
};

describe.skipIf(missing !== undefined)(title, () => {
  const site = holdViewsSite(async () => {
    await site().deploy(tool);
  });

  async function openForm(wrong: string[]): Promise<Page> {
    const page = await site().open(wrong, { viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
    await page.goto(`${site().url}/processes/boxes?f=html`);
    return page;
  }

  async function viewOf(page: Page, name: string): Promise<Locator> {
    const view = page.locator(`[data-view="field"][data-name="/inputs/${name}"]`);
    await view.scrollIntoViewIfNeeded();
    await page.locator(`[data-name="/inputs/${name}"][data-state="drawn"]`).waitFor();
    return view;
  }

  const numbersIn = (page: Page, names: readonly string[]) =>
    Promise.all(names.map(async (name) => Number(await page.locator(`input[name="/inputs/${name}"]`).inputValue())));

  test("are drawn, typed and cleared beside their controls, and the job gets them in their shape", async () => {
    const wrong: string[] = [];
    const page = await openForm(wrong);
    const rows = (name: string) => [0, 1, 2, 3].map((row) => `${name}/${row}`);
    const controls = {
      bbox: rows("bbox"),
      place: rows("place"),
      sides: ["west", "south", "east", "north"].map((side) => `sides/${side}`),
      edges: ["xmin", "ymin", "xmax", "ymax"].map((edge) => `edges/${edge}`),
    };
    const drawn: Record<string, readonly number[]> = {};
    for (const [name, names] of Object.entries(controls)) {
      const view = await viewOf(page, name);
      await view.getByRole("button", { name: "Draw a box" }).click();
      await drag(page, view.locator(".map"), { from: [0.3, 0.3], to: [0.6, 0.7] });
      const values = await numbersIn(page, names);
      const [west = 0, south = 0, east = 0, north = 0] = values;
      expect([name, west < east, south < north]).toEqual([name, true, true]);
      expect(await view.innerText()).toContain("Box: ");
      drawn[name] = values;
    }
    // What is typed is drawn, and counts.
    await page.locator('input[name="/inputs/edges/xmax"]').fill("179");
    expect(await (await viewOf(page, "edges")).innerText()).toContain("179");
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const { pathname } = new URL(page.url());
    const { inputs } = JSON.parse(await (await fetch(`${site().url}${pathname}/inputs`)).text());
    expect([inputs.bbox, inputs.place]).toEqual([drawn.bbox, drawn.place]);
    const [west, south, east, north] = drawn.sides ?? [];
    expect(inputs.sides).toEqual({ value: { west, south, east, north } });
    const [xmin, ymin, , ymax] = drawn.edges ?? [];
    expect(inputs.edges).toEqual({ value: { xmin, ymin, xmax: 179, ymax } });
    expect(wrong).toEqual([]);
  }, 90_000);

  test("follow rows that come and go, and another reference system gives way to what is drawn", async () => {
    const wrong: string[] = [];
    const page = await openForm(wrong);
    const list = await viewOf(page, "place");
    expect(await list.innerText()).toContain("Box: ");
    await page.locator('[id="/inputs/place/1"] .row-remove').click();
    expect(await list.innerText()).toContain("found no four numbers");
    const sides = await viewOf(page, "sides");
    for (const [side, number] of Object.entries({ west: 500000, south: 5000000, east: 600000, north: 5100000 })) {
      await page.locator(`input[name="/inputs/sides/${side}"]`).fill(String(number));
    }
    await page.locator('input[name="/inputs/sides/crs"]').fill("EPSG:32632");
    expect(await sides.innerText()).toContain("EPSG:32632");
    await sides.getByRole("button", { name: "Remove" }).click();
    expect(await numbersIn(page, ["sides/west", "sides/north", "sides/crs"])).toEqual([0, 0, 0]);
    expect(wrong).toEqual([]);
  }, 60_000);

  const systems = {
    ...{ cwlVersion: "v1.2", class: "CommandLineTool", id: "systems", baseCommand: ["sh", "-c", "echo done"] },
    requirements: [{ class: "SchemaDefRequirement", types: [{ $import: ogc }] }],
    inputs: {
      area: `${ogc}#BBox`,
      typed: record(["west", "south", "east", "north"], { crs: "string?" }),
      chosen: record(["xmin", "ymin", "xmax", "ymax"], {
        crs: { type: { type: "enum", symbols: ["EPSG:3035", "EPSG:32632", "EPSG:99999"] } },
      }),
    },
    outputs: { said: { type: "stdout" } },
    stdout: "said.txt",
  };

  test("in another reference system get its numbers, in the order that its name means, and say so where it is not known", async () => {
    await site().deploy(systems);
    const wrong: string[] = [];
    const page = await site().open(wrong, { viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
    await page.goto(`${site().url}/processes/systems?f=html`);
    const take = async (view: Locator) => {
      await view.getByLabel("Place, or latitude and longitude").fill("austria");
      await view.getByLabel("Place, or latitude and longitude").press("Enter");
      await view.getByRole("button", { name: "Use the box of Austria" }).click();
    };
    const corners = [0, 1, 2, 3].map((index) => `area/${index}`);
    const area = await viewOf(page, "area");
    await take(area);
    expect(await numbersIn(page, corners)).toEqual([9.4, 46.3, 17.2, 49.1]);
    const crs = page.locator('input[name="/inputs/area/~crs"]');
    await crs.fill("http://www.opengis.net/def/crs/EPSG/0/4326");
    expect(await area.innerText()).toContain("The latitude stands first");
    await take(area);
    expect(await numbersIn(page, corners)).toEqual([46.3, 9.4, 49.1, 17.2]);
    expect(await area.getByRole("status").innerText()).toStartWith("Box: west 9.4, south 46.3, east 17.2, north 49.1");
    await crs.fill("EPSG:32632");
    expect(await area.innerText()).toContain('this input takes no boxes in "EPSG:32632"');
    await crs.fill("http://www.opengis.net/def/crs/EPSG/0/4326");
    const typed = await viewOf(page, "typed");
    const sides = ["west", "south", "east", "north"].map((side) => `typed/${side}`);
    await page.locator('input[name="/inputs/typed/crs"]').fill("EPSG:99999");
    await take(typed);
    expect(await typed.innerText()).toContain(
      'Nothing is written: this map does not know the reference system "EPSG:99999"',
    );
    expect(await numbersIn(page, sides)).toEqual([0, 0, 0, 0]);
    await page.locator('input[name="/inputs/typed/crs"]').fill("32633");
    await take(typed);
    const [west = 0, south = 0, east = 0] = await numbersIn(page, sides);
    expect([Math.round(west), Math.round(south)]).toEqual([68760, 5127408]);
    // A drawn box moves by keys from where it is.
    await typed.getByRole("button", { name: "Move a box by keys" }).click();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    const [asWest = 0, asSouth = 0, moved = 0] = await numbersIn(page, sides);
    // It is as large as before.
    expect(asWest).toBeGreaterThan(west);
    expect(moved).toBeGreaterThan(east);
    expect(Math.abs(asSouth - south)).toBeLessThan(10_000);
    const chosen = await viewOf(page, "chosen");
    expect(await chosen.innerText()).toContain("choose the reference system first: EPSG:3035, EPSG:32632");
    await page.getByRole("radio", { name: "EPSG:3035" }).check();
    await take(chosen);
    expect(await chosen.innerText()).toContain("in EPSG:3035. In degrees: west 9.");
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const { inputs } = JSON.parse(await (await fetch(`${site().url}${new URL(page.url()).pathname}/inputs`)).text());
    expect(inputs.area).toEqual({
      ...{ bbox: [46.3, 9.4, 49.1, 17.2], crs: "http://www.opengis.net/def/crs/EPSG/0/4326" },
    });
    expect(inputs.typed.value).toMatchObject({ crs: "32633", east: moved });
    expect(inputs.chosen.value).toMatchObject({ crs: "EPSG:3035" });
    expect(Math.round(inputs.chosen.value.xmin)).toBe(4274722);
    expect(wrong).toEqual([]);
  }, 90_000);
});
