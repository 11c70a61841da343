import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { wayNames, ways } from "../support/hands.ts";
import { deployAs, documentOf } from "../support/jobs.ts";
import { waterBodies } from "../support/processes.ts";
import { type ConsoleSite, missing, named, openConsole } from "../support/site.ts";

const root = join(import.meta.dir, "..", "..", "..");
const observations = join(root, "node_modules", "vega-datasets", "data", "seattle-weather.csv");

describe.skipIf(missing !== undefined)(named("a stranger finds a process and runs it"), () => {
  const held = new AsyncDisposableStack();
  let opened: ConsoleSite | undefined;
  const site = (): ConsoleSite => {
    if (opened === undefined) throw new Error("The site is not open");
    return opened;
  };
  beforeAll(async () => {
    opened = held.use(await openConsole());
    await site().heddle("deploy", join(root, "examples", "climate", "climate.cwl"));
    await deployAs(site(), "water-bodies", waterBodies);
  }, 60_000);
  afterAll(() => held.disposeAsync());

  /** Finds a process from the first page on, by a word of its title. */
  async function find(way: keyof typeof ways, word: string, title: string) {
    const { browser, hands: handsOf } = ways[way];
    const person = await site().open(browser);
    const { page } = person;
    const hands = handsOf(page);
    await page.goto(site().url);
    await hands.press(page.getByRole("link", { name: "Run a process" }));
    await hands.write(page.getByRole("searchbox", { name: "Words" }), word);
    await hands.press(page.getByRole("button", { name: "Search" }));
    await hands.press(page.getByRole("link", { name: title }));
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    return { person, page, hands };
  }

  test.each(wayNames)(
    "the climate example with an uploaded file, %s",
    async (way) => {
      const { person, page, hands } = await find(way, "weather", "Climate of a weather station");
      await using _ = person;
      await hands.attach(page.locator('.file input[type="file"]').first(), observations);
      await hands.write(page.getByLabel("Name of the station"), `Station ${way}`);
      await hands.press(page.locator("button.button-main"));
      await page.waitForURL(/\/jobs\//);
      const job = new URL(page.url()).pathname;
      while (way === "without JavaScript" && (await page.locator('p > [data-status="successful"]').count()) === 0) {
        await page.reload();
      }
      await page.locator('p > [data-status="successful"]').first().waitFor({ timeout: 60_000 });
      await hands.press(page.locator("#results").getByRole("link", { name: "The results on a page of their own" }));
      await page.getByText("precipitation").first().waitFor();
      expect(await page.locator("img").count()).toBeGreaterThan(0);
      expect((await documentOf(site(), `${job}/inputs`)).inputs.station).toBe(`Station ${way}`);
      expect(person.wrong).toEqual([]);
    },
    120_000,
  );

  test.each(wayNames)(
    "a package of the field that the console was not built with, %s",
    async (way) => {
      const { person, page, hands } = await find(way, "water", "Water bodies detection");
      await using _ = person;
      await hands.write(page.getByLabel("Reference to a STAC item"), "https://stac.example/S2B_10TFK");
      await hands.press(page.locator("button.button-main"));
      await page.waitForURL(/\/jobs\//);
      while (way === "without JavaScript" && (await page.locator('p > [data-status="successful"]').count()) === 0) {
        await page.reload();
      }
      await page.locator('p > [data-status="successful"]').first().waitFor({ timeout: 60_000 });
      await page.getByText("https://stac.example/S2B_10TFK").first().waitFor();
      expect(person.wrong).toEqual([]);
    },
    120_000,
  );

  test("a field that is wanted and left empty is named, and nothing is run", async () => {
    const { person, page, hands } = await find("without JavaScript", "water", "Water bodies detection");
    await using _ = person;
    await hands.press(page.getByRole("button", { name: "Check" }));
    await page.getByRole("alert").getByRole("link", { name: "Reference to a STAC item" }).waitFor();
    expect(person.wrong).toEqual([]);
  }, 60_000);

  test.each(wayNames)(
    "by the line for curl that the page shows, copied to a shell, %s",
    async (way) => {
      const { person, page } = await find(way, "echo", "Echo");
      await using _ = person;
      const line = await page.locator("pre", { hasText: "curl -X POST" }).textContent();
      const before = (await documentOf(site(), "/jobs?limit=1000")).jobs.length;
      const shell = Bun.spawn(["sh", "-c", `${line} --silent --fail --output /dev/null`], { stdout: "ignore" });
      expect(await shell.exited).toBe(0);
      expect((await documentOf(site(), "/jobs?limit=1000")).jobs).toHaveLength(before + 1);
      expect(person.wrong).toEqual([]);
    },
    60_000,
  );
});
