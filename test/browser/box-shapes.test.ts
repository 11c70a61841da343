import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { drag } from "../console/support/hands.ts";
import { missing } from "./site.ts";
import { openViewsSite, type ViewsSite } from "./views-site.ts";

const title = missing === undefined ? "boxes of every shape" : `boxes of every shape (skipped: no ${missing})`;

const record = (names: readonly string[], more: object = {}) => ({
  type: { type: "record", fields: { ...Object.fromEntries(names.map((name) => [name, "double"])), ...more } },
});

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
  const held = new AsyncDisposableStack();
  let opened: ViewsSite | undefined;
  const site = (): ViewsSite => {
    if (opened === undefined) throw new Error("The site is not open");
    return opened;
  };
  beforeAll(async () => {
    opened = held.use(await openViewsSite());
    await site().deploy(tool);
  }, 60_000);
  afterAll(() => held.disposeAsync(), 30_000);

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
});
