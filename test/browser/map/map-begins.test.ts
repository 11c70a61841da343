import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { drag } from "../../console/support/hands.ts";
import { missing } from "../site.ts";
import { holdViewsSite } from "../views-site.ts";

const title = missing === undefined ? "where maps begin" : `where maps begin (skipped: no ${missing})`;

const tool = (id: string, inputs: object) => ({
  ...{ cwlVersion: "v1.2", class: "CommandLineTool", id, baseCommand: ["sh", "-c", "echo done"], inputs },
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
});
const sides = {
  type: "record",
  fields: { west: "double", south: "double", east: "double", north: "double" },
};

describe.skipIf(missing !== undefined)(title, () => {
  const site = holdViewsSite(async () => {
    await site().deploy(tool("two", { first: { type: sides }, second: { type: sides } }));
    await site().deploy(tool("one", { only: { type: sides } }));
  });

  const viewOf = (page: Page, name: string) => page.locator(`[data-view="field"][data-name="/inputs/${name}"]`);

  async function drawnView(page: Page, name: string) {
    await viewOf(page, name).scrollIntoViewIfNeeded();
    await page.locator(`[data-name="/inputs/${name}"][data-state="drawn"]`).waitFor();
    return viewOf(page, name);
  }

  /** Reads the longitude and the latitude in the middle of a map, in whole degrees. */
  async function middleOf(page: Page, name: string): Promise<readonly number[]> {
    const map = (await drawnView(page, name)).locator(".map");
    await map.scrollIntoViewIfNeeded();
    const box = await map.boundingBox();
    if (box === null) throw new Error("The map is not on the page");
    await page.mouse.move(box.x + box.width / 2 - 1, box.y + box.height / 2);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await map.locator(".map-pointer:not(:empty)").waitFor({ state: "attached" });
    const text = await map.locator(".map-pointer").innerText();
    return [...text.matchAll(/-?\d+(?:\.\d+)?/g)].map(([number]) => Math.round(Number(number)) + 0);
  }

  async function type(page: Page, name: string, corners: readonly number[]): Promise<void> {
    for (const [at, side] of ["west", "south", "east", "north"].entries()) {
      await page.locator(`input[name="/inputs/${name}/${side}"]`).fill(String(corners[at]));
    }
  }

  test("a second box begins where the first one is, and the form after it where the last one was", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong, { viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
    await page.goto(`${site().url}/processes/two?f=html`);
    expect(await middleOf(page, "first")).toEqual([0, 0]);
    expect(await middleOf(page, "second")).toEqual([0, 0]);
    await drawnView(page, "first");
    await type(page, "first", [6, 46, 10, 47]);
    const [longitude, latitude] = await middleOf(page, "second");
    expect(Math.abs((longitude ?? 0) - 8)).toBeLessThanOrEqual(1);
    expect(latitude).toBe(47);
    // What is drawn there is near the first box, and stays where it is.
    const second = await drawnView(page, "second");
    await second.getByRole("button", { name: "Draw a box" }).click();
    await drag(page, second.locator(".map"), { from: [0.4, 0.4], to: [0.6, 0.6] });
    const west = Number(await page.locator('input[name="/inputs/second/west"]').inputValue());
    expect(west > 5 && west < 11).toBe(true);
    // A box that is chosen is where it is, whatever another one becomes.
    await type(page, "first", [-60, -40, -58, -38]);
    const [stays = 0] = await middleOf(page, "second");
    expect(Math.abs(stays - 8)).toBeLessThanOrEqual(1);
    await page.goto(`${site().url}/processes/one?f=html`);
    expect(await middleOf(page, "only")).toEqual([-59, -39]);
    expect(wrong).toEqual([]);
  }, 90_000);

  test("finer lands are loaded once where one looks near, and never for a look at the world", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong, { viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
    const large: string[] = [];
    page.on("response", async (response) => {
      if (!/\/part-[^/]+\.js$/.test(response.url())) return;
      if ((await response.text()).includes('"Åland"')) large.push(response.url());
    });
    await page.goto(`${site().url}/processes/one?f=html`);
    await drawnView(page, "only");
    await type(page, "only", [-100, -50, 100, 50]);
    await page.waitForTimeout(500);
    expect(large).toEqual([]);
    for (const corners of [
      [6, 46, 10, 47],
      [-60, -40, -58, -38],
    ]) {
      await type(page, "only", corners);
      await page.waitForTimeout(1000);
      expect(large).toHaveLength(1);
    }
    expect(wrong).toEqual([]);
  }, 60_000);
});
