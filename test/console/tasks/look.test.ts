import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { madeTiff } from "../../browser/views-site.ts";
import { drag, type Hands, type WayName, wayNames, ways } from "../support/hands.ts";
import { deployAs, documentOf } from "../support/jobs.ts";
import { waterBodies } from "../support/processes.ts";
import { type ConsoleSite, missing, named, openConsole } from "../support/site.ts";

const usualBox = waterBodies.inputs.aoi.default;

describe.skipIf(missing !== undefined)(named("a stranger draws on a map and looks at one"), () => {
  const held = new AsyncDisposableStack();
  let opened: ConsoleSite | undefined;
  const site = (): ConsoleSite => {
    if (opened === undefined) throw new Error("The site is not open");
    return opened;
  };
  beforeAll(async () => {
    opened = held.use(await openConsole());
    await deployAs(site(), "water-bodies", waterBodies);
    const scene = join(site().folder, "scene.tif");
    await Bun.write(scene, madeTiff());
    await deployAs(site(), "scene", {
      ...{
        cwlVersion: "v1.2",
        class: "CommandLineTool",
        label: "Gives a scene",
        baseCommand: ["cp", scene, "scene.tif"],
      },
      inputs: {},
      outputs: { scene: { type: "File", format: "iana:image/tiff", outputBinding: { glob: "scene.tif" } } },
      $namespaces: { iana: "https://www.iana.org/assignments/media-types/" },
    });
  }, 60_000);
  afterAll(() => held.disposeAsync());

  /** Finds a process from the first page on. */
  async function find(way: WayName, title: string) {
    const { browser, hands: handsOf } = ways[way];
    const person = await site().open(browser);
    const { page } = person;
    const hands = handsOf(page);
    await page.goto(site().url);
    await hands.press(page.getByRole("link", { name: "Run a process" }));
    await hands.press(page.getByRole("link", { name: title }));
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    return { person, page, hands };
  }

  /** Runs what is filled in, and waits for its end. */
  async function run(way: WayName, page: Page, hands: Hands): Promise<string> {
    await hands.press(page.locator("button.button-main"));
    await page.waitForURL(/\/jobs\//);
    const done = page.locator('p > [data-status="successful"]');
    while (way === "without JavaScript" && (await done.count()) === 0) await page.reload();
    await done.first().waitFor({ timeout: 60_000 });
    return new URL(page.url()).pathname;
  }

  async function drawBox(way: WayName, page: Page, hands: Hands): Promise<void> {
    if (way === "without JavaScript") {
      await hands.write(page.getByRole("textbox", { name: "area of interest" }), "-121.3,39.9,-121,40.2");
      return;
    }
    const view = page.locator('[data-view="field"][data-state="drawn"]');
    await page.getByRole("textbox", { name: "area of interest" }).scrollIntoViewIfNeeded();
    await view.waitFor();
    const status = view.getByRole("status");
    if (way === "by keyboard alone") {
      await hands.press(view.getByRole("button", { name: "Move a box by keys" }));
      await status.getByText("Arrow keys move the box").waitFor();
      const before = await status.textContent();
      for (const key of ["ArrowRight", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowUp"]) await page.keyboard.press(key);
      expect(await status.textContent()).not.toBe(before);
      await status.getByText("Box: west").waitFor();
      await page.keyboard.press("Enter");
      expect(
        await view.getByRole("button", { name: "Move a box by keys" }).evaluate((one) => one.matches(":focus")),
      ).toBe(true);
      return;
    }
    await hands.press(view.getByRole("button", { name: "Draw a box" }));
    await drag(page, view.locator(".map"), { from: [0.3, 0.3], to: [0.6, 0.6], isTouch: way === "at 360 pixels" });
  }

  test.each(wayNames)(
    "a box is drawn on the map, and what runs gets it, %s",
    async (way) => {
      const { person, page, hands } = await find(way, "Water bodies detection");
      await using _ = person;
      await hands.write(page.getByLabel("Reference to a STAC item"), "https://stac.example/one");
      await drawBox(way, page, hands);
      const aoi = await page.getByRole("textbox", { name: "area of interest" }).inputValue();
      expect(aoi).not.toBe(usualBox);
      const job = await run(way, page, hands);
      expect((await documentOf(site(), `${job}/inputs`)).inputs.aoi).toBe(aoi);
      const [west = 0, south = 0, east = 0, north = 0] = aoi.split(",").map(Number);
      expect([-122 < west, west < east, east < -120, 39 < south, south < north, north < 41]).toEqual([
        ...[true, true, true, true, true, true],
      ]);
      expect(person.wrong).toEqual([]);
    },
    120_000,
  );

  /** Reads the value of a raster at two places; returns what is said of each. */
  async function readValues(way: WayName, page: Page, hands: Hands, view: Locator): Promise<readonly string[]> {
    const status = view.locator('.map-value[role="status"]');
    const said = async () => (await status.getByText(/band 1: \d+/).textContent()) ?? "";
    if (way === "by keyboard alone") {
      await hands.press(view.getByRole("button", { name: "Read values by keys" }));
      await view.locator(".map-cross:not([data-marked])").waitFor();
      await page.keyboard.press("ArrowLeft");
      const first = await said();
      for (const key of ["Shift+ArrowRight", "Shift+ArrowDown"]) await page.keyboard.press(key);
      const second = await said();
      await page.keyboard.press("Escape");
      expect(await view.locator(".map-cross:not([data-marked])").isVisible()).toBe(false);
      return [first, second];
    }
    const map = view.locator(".map");
    await map.scrollIntoViewIfNeeded();
    const box = await map.boundingBox();
    if (box === null) throw new Error("The map is not on the page");
    const values: string[] = [];
    for (const share of [0.4, 0.6]) {
      const [x, y] = [box.x + box.width * share, box.y + box.height * share];
      if (way === "at 360 pixels") await page.touchscreen.tap(x, y);
      else await page.mouse.move(x, y);
      values.push(await said());
    }
    return values;
  }

  test.each(wayNames)(
    "a GeoTIFF is seen, with its values, %s",
    async (way) => {
      const { person, page, hands } = await find(way, "Gives a scene");
      await using _ = person;
      await run(way, page, hands);
      if (way === "without JavaScript") {
        await page.getByText("A script of this page draws it on a map.").waitFor();
        await page.getByRole("link", { name: "Download" }).first().waitFor();
        expect(person.wrong).toEqual([]);
        return;
      }
      const view = page.locator('[data-view="raster"]');
      await view.waitFor();
      await view.scrollIntoViewIfNeeded();
      await page.locator('[data-view="raster"][data-state="drawn"]').waitFor();
      await view.locator(".map canvas").first().waitFor();
      // Its values are there when it is painted.
      await page.waitForTimeout(500);
      const [first, second] = await readValues(way, page, hands, view);
      expect(first).toMatch(/Longitude 1\d\.\d+°, latitude 4\d\.\d+°, column \d+, row \d+: band 1: \d+/);
      expect(second).not.toBe(first);
      expect(person.wrong).toEqual([]);
    },
    120_000,
  );
});
