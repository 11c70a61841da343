import { describe, expect, test } from "bun:test";
import type { Page, Response } from "playwright-core";
import { waterBodies } from "../../console/support/processes.ts";
import { missing } from "../site.ts";
import { holdViewsSite } from "../views-site.ts";

const title = missing === undefined ? "the search beside a map" : `the search beside a map (skipped: no ${missing})`;

/** Keeps each text that is written on a canvas, with its colour. */
const keepTexts = `
  window.written = [];
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    window.written.push([text, this.fillStyle]);
    return write.call(this, text, ...place);
  };
`;

describe.skipIf(missing !== undefined)(title, () => {
  const site = holdViewsSite(async () => {
    await site().deploy({ ...waterBodies, id: "water" });
  });

  const writtenOn = (page: Page) => page.evaluate(`window.written.map(([text]) => text).join("\\n")`).then(String);

  /** Waits until a name was written on the map: the page lets nobody evaluate a condition of its own. */
  async function untilWritten(page: Page, name: string): Promise<void> {
    for (let looks = 0; looks < 100; looks += 1) {
      if ((await writtenOn(page)).split("\n").some((text) => text.includes(name))) return;
      await page.waitForTimeout(50);
    }
    throw new Error(`Waited in vain for "${name}": found ${await writtenOn(page)}`);
  }

  test.each([1280, 360])(
    "goes to a place by its name or its numbers by the keyboard, and changes no value by itself, %i pixels",
    async (width) => {
      const wrong: string[] = [];
      const page = await site().open(wrong, {
        ...{ locale: "de-CH", reducedMotion: "reduce", viewport: { width, height: 800 } },
      });
      await page.addInitScript(keepTexts);
      await page.goto(`${site().url}/processes/water?f=html`);
      await page.locator(".map").scrollIntoViewIfNeeded();
      await page.locator('[data-view="field"][data-state="drawn"]').waitFor();
      const area = page.getByRole("textbox", { name: "area of interest" });
      const before = await area.inputValue();
      const search = page.getByLabel("Place, or latitude and longitude");
      const found = page.locator(".map-search [aria-live=polite]");
      await search.focus();
      await page.locator("datalist#names-of-places option").nth(700).waitFor({ state: "attached" });
      await page.keyboard.type("korea");
      await page.keyboard.press("Enter");
      await found.getByText("3 places may be meant: choose one, or type more.").waitFor();
      await page.getByRole("button", { name: "South Korea" }).press("Enter");
      await found.getByText("The map shows South Korea: about west 125.9").waitFor();
      await untilWritten(page, "South Korea");
      // Names of the reader's language are known, too.
      await search.fill("Schweiz");
      await search.press("Enter");
      await found.getByText("The map shows Switzerland").waitFor();
      await search.fill("46,9 N 7,4 E");
      await search.press("Enter");
      await found.getByText("In the middle of the map is latitude 46.9°, longitude 7.4°.").waitFor();
      const box = await page.locator(".map").boundingBox();
      await page.locator(".map").hover({ position: { x: (box?.width ?? 0) / 2, y: (box?.height ?? 0) / 2 } });
      await page.getByText(/^longitude 7\.(?:39|4)\d*°, latitude 46\.(?:89|9)\d*°$/).waitFor();
      for (const [text, words] of [
        ["Qwertyuiop", 'No place is called "Qwertyuiop" here. Known are countries, large regions such as the Alps'],
        ["Qwertyuiop", "or move the map and draw."],
        ["107, 46.9", "The map stays: found latitude 107"],
        ["", "Type a country, a region, a town, or a latitude and a longitude."],
      ] as const) {
        await search.fill(text);
        await search.press("Enter");
        await found.getByText(words).waitFor();
      }
      expect([await area.inputValue(), page.url()]).toEqual([before, `${site().url}/processes/water?f=html`]);
      await search.fill("switz");
      await search.press("Enter");
      await page.getByRole("button", { name: "Use the box of Switzerland" }).press("Enter");
      expect(await area.inputValue()).toBe("5.9,45.7,10.6,47.9");
      // Its small islands, such as Rotuma in the north, are within.
      await search.fill("fiji");
      await search.press("Enter");
      await page.getByRole("button", { name: "Use the box of Fiji" }).press("Enter");
      expect(await area.inputValue()).toBe("174.5,-21.8,-178.2,-12.4");
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  test.each([1280, 360])(
    "finds regions and towns, tells what they are, and gives their boxes to the field, %i pixels",
    async (width) => {
      const wrong: string[] = [];
      const page = await site().open(wrong, {
        ...{ locale: "de-CH", reducedMotion: "reduce", viewport: { width, height: 800 } },
      });
      await page.addInitScript(keepTexts);
      const loaded: Response[] = [];
      page.on("response", (answer) => {
        if (answer.url().includes("/_/console/")) loaded.push(answer);
      });
      await page.goto(`${site().url}/processes/water?f=html`);
      await page.locator(".map").scrollIntoViewIfNeeded();
      await page.locator('[data-view="field"][data-state="drawn"]').waitFor();
      const area = page.getByRole("textbox", { name: "area of interest" });
      const search = page.getByLabel("Place, or latitude and longitude");
      const found = page.locator(".map-search [aria-live=polite]");
      const offers = page.locator(".map-search .map-offers button");
      const ask = async (text: string, words: string) => {
        await search.fill(text);
        await search.press("Enter");
        await found.getByText(words).waitFor();
      };
      await search.focus();
      await page.locator("datalist#names-of-places option[value=Alps]").waitFor({ state: "attached" });
      // There are too many towns for a list: they are loaded when somebody asks.
      expect(await page.locator('datalist#names-of-places option[value^="Bern,"]').count()).toBe(0);
      // Finer lands may come, too, when the map goes to a place.
      const withTowns = async () => {
        const texts = await Promise.all(loaded.map((answer) => answer.text()));
        return loaded.filter((_, index) => texts[index]?.includes("Suzhou"));
      };
      expect(await withTowns()).toEqual([]);
      await ask("Alpen", "The map shows the Alps: about west 5, south 43.5, east 17, north 48.5.");
      const [towns, ...others] = await withTowns();
      expect(others).toEqual([]);
      expect((await towns?.request().sizes())?.responseBodySize).toBeWithin(100_000, 350_000);
      await page.getByRole("button", { name: "Use the box of the Alps" }).press("Enter");
      expect(await area.inputValue()).toBe("5,43.5,17,48.5");
      await ask("Bering Sea", "over the antimeridian.");
      await page.getByRole("button", { name: "Use the box of the Bering Sea" }).press("Enter");
      expect(await area.inputValue()).toBe("162,51,-157,66.5");
      await ask("bern", "The map shows Bern, Switzerland, with its middle at latitude 46.948°, longitude 7.447°.");
      expect(await found.innerText()).toContain("reaches 10 km north, south, east and west of there.");
      await page.getByRole("button", { name: "Use a box of 10 km around Bern" }).press("Enter");
      expect(await area.inputValue()).toBe("7.315,46.858,7.579,47.038");
      expect(await offers.count()).toBe(0);
      expect(await search.evaluate((input) => input.matches(":focus"))).toBe(true);
      await untilWritten(page, "Bern");
      await ask("georgia", "2 places may be meant: choose one, or type more.");
      expect(await offers.allInnerTexts()).toEqual(["Georgia (country)", "Georgia, United States (state)"]);
      await offers.nth(1).press("Enter");
      await found.getByText("The map shows Georgia, United States: about west -86").waitFor();
      const use = page.getByRole("button", { name: "Use the box of Georgia, United States" });
      expect(await use.evaluate((one) => one.matches(":focus"))).toBe(true);
      await ask("Suzhou", "2 places may be meant");
      expect(await offers.allInnerTexts()).toEqual([
        "Suzhou, China (town near latitude 31.3°, longitude 120.6°)",
        "Suzhou, China (town near latitude 33.6°, longitude 117.0°)",
      ]);
      await ask("Himalya", 'No place is called "Himalya" here. Did you mean one of these?');
      expect(await offers.allInnerTexts()).toEqual(["Himalayas (mountains)"]);
      await offers.first().press("Enter");
      await found.getByText("The map shows the Himalayas: about west 72.5").waitFor();
      expect(await withTowns()).toHaveLength(1);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  test("says so where the names of places cannot be loaded, and still goes to a place by its numbers", async () => {
    // The browser tells of the file that it did not get.
    const page = await site().open([], { reducedMotion: "reduce" });
    await page.goto(`${site().url}/processes/water?f=html`);
    await page.locator(".map").scrollIntoViewIfNeeded();
    await page.locator('[data-view="field"][data-state="drawn"]').waitFor();
    await page.route("**/_/console/part-*", (route) => route.abort());
    const search = page.getByLabel("Place, or latitude and longitude");
    const found = page.locator(".map-search [aria-live=polite]");
    await search.fill("Bern");
    await search.press("Enter");
    await found.getByText('Cannot look for "Bern": the names of places could not be loaded.').waitFor();
    await search.fill("46.9, 7.4");
    await search.press("Enter");
    await found.getByText("In the middle of the map is latitude 46.9°, longitude 7.4°.").waitFor();
  }, 60_000);
});
