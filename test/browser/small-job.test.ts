import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { deployAs, jobOf, untilStatus } from "../console/support/jobs.ts";
import { type ConsoleSite, missing, named, openConsole } from "../console/support/site.ts";

/** Writes much to its log, and a deep document. */
const talker = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", "seq 300 >&2; printf '['; seq -s, 15; printf ']'"],
  inputs: {},
  outputs: { out: { type: "stdout", format: "https://www.iana.org/assignments/media-types/application/json" } },
  stdout: "out.json",
};

describe.skipIf(missing !== undefined)(named("the page of a job on a small screen"), () => {
  const held = new AsyncDisposableStack();
  let site: ConsoleSite;
  let [job, failed] = ["", ""];
  beforeAll(async () => {
    site = held.use(await openConsole());
    await deployAs(site, "talker", talker);
    job = await jobOf(site, "talker", { inputs: {} });
    await untilStatus(site, job, "successful");
    await deployAs(site, "fails", { ...talker, baseCommand: ["sh", "-c", "seq 40 >&2; exit 3"] });
    failed = await jobOf(site, "fails", { inputs: {} });
    await untilStatus(site, failed, "failed");
  }, 120_000);
  afterAll(() => held.disposeAsync());

  test.each([true, false])(
    "keeps the ways to its parts in sight, with scripts: %p",
    async (javaScriptEnabled) => {
      await using opened = await site.open({ viewport: { width: 360, height: 700 }, javaScriptEnabled });
      const { page } = opened;
      await page.goto(`${site.url}/jobs/${job}?f=html`);
      const bar = page.locator(".jumps-stay");
      const first = await bar.boundingBox();
      expect((first?.y ?? 999) + (first?.height ?? 0)).toBeLessThanOrEqual(700);
      for (const [words, heading] of [
        ["Log", "Log"],
        ["Timeline", "Timeline"],
        ["Results", "Results"],
        ["Inputs", "Inputs"],
      ] as const) {
        await bar.getByRole("link", { name: words, exact: true }).click();
        const [top, at] = [
          await bar.boundingBox(),
          await page.getByRole("heading", { level: 2, name: heading, exact: true }).boundingBox(),
        ];
        // It stands above what it leads to, and covers none of it.
        expect([words, (top?.y ?? -1) >= 0, (at?.y ?? 0) >= (top?.y ?? 0) + (top?.height ?? 0)]).toEqual([
          words,
          true,
          true,
        ]);
        expect([words, (at?.y ?? 0) < 700]).toEqual([words, true]);
      }
      const log = await page.locator("#log > pre").boundingBox();
      expect(log?.height).toBeLessThan(0.7 * 700);
      expect(opened.wrong).toEqual([]);
    },
    60_000,
  );

  test("keeps them in sight below a long failure, which stands first", async () => {
    await using opened = await site.open({ viewport: { width: 360, height: 500 } });
    const { page } = opened;
    await page.goto(`${site.url}/jobs/${failed}?f=html`);
    const [failure, bar] = [
      await page.locator(".notice-bad").boundingBox(),
      await page.locator(".jumps-stay").boundingBox(),
    ];
    expect((failure?.y ?? 0) + (failure?.height ?? 0)).toBeGreaterThan(500);
    expect(Math.round((bar?.y ?? 0) + (bar?.height ?? 0))).toBe(500);
    await page.locator(".jumps-stay").getByRole("link", { name: "Log", exact: true }).click();
    expect((await page.locator(".jumps-stay").boundingBox())?.y).toBe(0);
  }, 60_000);

  test.each([true, false])(
    "shows at the first look what became of it, what to do and the results, and folds up the rest, with scripts: %p",
    async (javaScriptEnabled) => {
      await using opened = await site.open({ viewport: { width: 360, height: 740 }, javaScriptEnabled });
      const { page } = opened;
      await page.goto(`${site.url}/jobs/${failed}?f=html`);
      const bottomOf = async (place: ReturnType<typeof page.locator>) => {
        const box = await place.boundingBox();
        return (box?.y ?? 9999) + (box?.height ?? 0);
      };
      expect(await bottomOf(page.locator('[data-part="head"] .way .button').first())).toBeLessThanOrEqual(700);
      // Of a long stderr its end is seen.
      const tail = 'document.querySelector(".last-lines")';
      expect(
        await page.evaluate<boolean>(`${tail}.scrollHeight > ${tail}.clientHeight && ${tail}.scrollTop <= 0`),
      ).toBe(true);
      const height = "document.documentElement.scrollHeight";
      expect(await page.evaluate<number>(height)).toBeLessThan(3.5 * 740);
      await page.goto(`${site.url}/jobs/${job}?f=html`);
      expect(await bottomOf(page.getByRole("heading", { name: "Results", exact: true }))).toBeLessThanOrEqual(740);
      const inputs = page.locator("#inputs > details");
      const words = page.getByText("The inputs on a page of their own");
      expect(await words.isVisible()).toBe(false);
      await inputs.locator("> summary").click();
      expect(await words.isVisible()).toBe(true);
      // A link into a fold opens it: a script does, and a heading stands there without one.
      await page.locator(".jumps-stay").getByRole("link", { name: "Statistics", exact: true }).click();
      if (javaScriptEnabled) await page.locator("#statistics + details[open]").waitFor();
      else expect(await page.locator("#statistics").isVisible()).toBe(true);
      // Paper and a larger screen have no folds.
      const folds = page.locator(".small-fold");
      await page.emulateMedia({ media: "print" });
      const shown = page.locator("#run .programs").first();
      expect([await shown.isVisible(), await folds.locator("> summary").first().isVisible()]).toEqual([true, false]);
      await page.emulateMedia({ media: "screen" });
      await page.setViewportSize({ width: 900, height: 740 });
      expect(await page.getByText("The statistics on a page of their own").isVisible()).toBe(true);
      for (const summary of await folds.locator("> summary").all()) expect(await summary.isVisible()).toBe(false);
      expect(opened.wrong).toEqual([]);
    },
    60_000,
  );

  test("begins a log that scrolls at its end, which keys scroll", async () => {
    await using opened = await site.open({ viewport: { width: 360, height: 700 } });
    const { page } = opened;
    await page.goto(`${site.url}/jobs/${job}?f=html`);
    const log = page.locator("#log > pre");
    await log.scrollIntoViewIfNeeded();
    const left = "(box) => box.scrollHeight - box.clientHeight - box.scrollTop";
    expect(await page.evaluate<number>(`(${left})(document.querySelector("#log > pre"))`)).toBeLessThan(2);
    await log.focus();
    await page.keyboard.press("Home");
    const top = () => page.evaluate<number>(`document.querySelector("#log > pre").scrollTop`);
    while ((await top()) > 0) await page.waitForTimeout(50);
  }, 60_000);
});
