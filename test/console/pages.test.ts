import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page, Response } from "playwright-core";
import type { Role } from "../../src/domain/people/access.ts";
import { barriersOf, markupFaultsOf } from "./support/faults.ts";
import { openShownSite, type ShownSite, shownPages } from "./support/pages.ts";
import { missing, named, type Opened } from "./support/site.ts";

/** How people look at a page, with all unfolded. */
const looks = [
  { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { colorScheme: "dark", viewport: { width: 360, height: 780 } },
] as const;

/** Lists the cells with a time that is wider than they are. */
async function crowdedCells(page: Page): Promise<readonly string[]> {
  const times = await page.locator("td time, th time").all();
  const crowded = await Promise.all(
    times.map(async (time) => {
      const [box, cell] = await Promise.all([
        time.boundingBox(),
        time.locator("xpath=ancestor::*[self::td or self::th][1]").boundingBox(),
      ]);
      const isCrowded = box !== null && cell !== null && box.x + box.width > cell.x + cell.width + 1;
      return isCrowded ? [await time.innerText()] : [];
    }),
  );
  return crowded.flat();
}

/** Presses something on a page, and gives the answer to the form that it sends. */
async function answerTo(page: Page, press: (page: Page) => Promise<void> | undefined): Promise<Response> {
  const answer = page.waitForResponse((one) => one.request().method() === "POST");
  await press(page);
  const response = await answer;
  await page.waitForLoadState();
  return response;
}

/** Lists what one can press in tables of records that does not lie inside the screen, and how many there are in all. */
async function pressable(page: Page): Promise<{ readonly count: number; readonly outside: readonly string[] }> {
  return page.evaluate<{ readonly count: number; readonly outside: readonly string[] }>(`(() => {
    const shown = [...document.querySelectorAll(".record-table :is(a, button, input, summary)")].filter((one) =>
      one.checkVisibility());
    const outside = shown.filter((one) => [...one.getClientRects()].some(({ left, right, width }) =>
      left < 0 || right > innerWidth || width === 0));
    return { count: shown.length, outside: outside.map((one) => one.outerHTML) };
  })()`);
}

/** Pages with a table of records. */
const withRecords: readonly string[] = [
  ...["home", "jobs", "keys", "audit", "shares", "uploads", "revisions", "providers", "processes"],
  ...["processes of a provider", "a directory", "provenance", "jobs of a process of a provider"],
];

/** Names what moves although whoever looks asked for less of it: its colours are between two for a while, too. */
async function movingParts(page: Page): Promise<readonly string[]> {
  const moving = await page.evaluate<readonly string[]>(`[...document.querySelectorAll("body *")].flatMap((one) => {
    const { transitionDuration, animationName } = getComputedStyle(one);
    const isStill = transitionDuration.split(", ").every((time) => time === "0s") && animationName === "none";
    return isStill ? [] : [one.localName + "." + one.getAttribute("class") + " moves"];
  })`);
  return [...new Set(moving)];
}

describe.skipIf(missing !== undefined)(named("each page of the console"), () => {
  const held = new AsyncDisposableStack();
  const people = new Map<Role | undefined, Opened>();
  let shown: ShownSite | undefined;

  beforeAll(async () => {
    shown = held.use(await openShownSite());
  }, 120_000);
  afterAll(() => held.disposeAsync());

  /** Opens a page as who it is for: each person has one browser profile for all pages. */
  async function lookAt(name: string) {
    const wanted = shownPages[name];
    if (shown === undefined || wanted === undefined) throw new Error(`No such page: ${name}`);
    const { site, jobs } = shown;
    const opened = people.get(wanted.as) ?? held.use(await site.open(wanted.as === undefined ? {} : { as: wanted.as }));
    people.set(wanted.as, opened);
    const there = await opened.page.goto(`${site.url}${wanted.path(jobs)}`);
    const answer =
      wanted.press === undefined ? there : await answerTo(opened.page, (page) => wanted.press?.(page, jobs));
    expect([name, answer?.status()]).toEqual([name, wanted.status ?? 200]);
    return { ...opened, html: (await answer?.text()) ?? "" };
  }

  test.each(Object.keys(shownPages))(
    "%s: no barrier in either scheme, nothing wider than the screen, right HTML, nothing from elsewhere",
    async (name) => {
      const { page, wrong, html } = await lookAt(name);
      // What a script draws is drawn when somebody sees it.
      if (name === "the API") await page.locator(".opblock").first().waitFor();
      for (const view of name.startsWith("result") ? await page.locator("[data-view]").all() : []) {
        await view.scrollIntoViewIfNeeded();
        await page.waitForFunction((one) => one?.getAttribute("data-state") === "drawn", await view.elementHandle());
      }
      const found: string[] = (await markupFaultsOf(html)).map((fault) => `HTML ${fault}`);
      for (const { colorScheme, viewport } of looks) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize(viewport);
        await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })");
        // What a script does to a page of another size is done with its next frame.
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
        const look = `${colorScheme} ${viewport.width}`;
        found.push(...(await barriersOf(page)).map((barrier) => `${look} ${barrier}`));
        found.push(...(await movingParts(page)).map((part) => `${look} ${part}`));
        const width = await page.evaluate("document.documentElement.scrollWidth");
        if (Number(width) > viewport.width) found.push(`${look} is ${width} wide`);
        found.push(...(await crowdedCells(page)).map((cell) => `${look} ${cell} stands over its neighbour`));
      }
      expect([...found, ...wrong.splice(0)]).toEqual([]);
    },
    60_000,
  );

  test.each(withRecords)(
    "%s: on a small screen all that one can press in its tables lies inside it",
    async (name) => {
      const { page } = await lookAt(name);
      await page.setViewportSize({ width: 360, height: 780 });
      const { count, outside } = await pressable(page);
      expect(count).toBeGreaterThan(0);
      expect(outside).toEqual([]);
      const cells = await page
        .locator(".record-table > tbody > tr > :is(td, th):visible")
        .evaluateAll((all) => all.map((one) => one.getAttribute("role")));
      expect(new Set(cells).difference(new Set(["cell", "rowheader"]))).toEqual(new Set());
      const tables = await page.getByRole("table", { includeHidden: false }).count();
      expect(tables).toBeGreaterThan(0);
    },
    60_000,
  );

  test("the filters of jobs are there on a wide screen, and folded up on a small one", async () => {
    const { page } = await lookAt("jobs");
    const [summary, field] = [page.locator(".filters > summary"), page.getByLabel("Status")];
    const isSeen = async () => [await summary.isVisible(), await field.isVisible()];
    await page.setViewportSize({ width: 1280, height: 900 });
    expect(await isSeen()).toEqual([false, true]);
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await isSeen()).toEqual([true, false]);
    await summary.click();
    await field.selectOption("failed");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/status=failed/);
    // What was found is on the first screen.
    expect(await isSeen()).toEqual([true, false]);
    const { y = 9999 } = (await page.getByText(/jobs? fits?/).boundingBox()) ?? {};
    expect(y).toBeLessThan(780);
    expect(await field.inputValue()).toBe("failed");
  }, 60_000);
});
