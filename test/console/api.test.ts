import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { barriersOf } from "./support/faults.ts";
import { deployAs } from "./support/jobs.ts";
import { waterBodies } from "./support/processes.ts";
import { type ConsoleSite, missing, named, type Opened, openConsole } from "./support/site.ts";

describe.skipIf(missing !== undefined)(named("the page of the API description"), () => {
  const held = new AsyncDisposableStack();
  let site: ConsoleSite | undefined;
  let person: Opened | undefined;

  beforeAll(async () => {
    site = held.use(await openConsole(["admin"]));
    await deployAs(site, "water-bodies", waterBodies);
    person = held.use(await site.open({ as: "admin" }));
  }, 60_000);
  afterAll(() => held.disposeAsync());

  /** Unfolds the execution of a process, ready to be tried. */
  async function tryOut(process: string): Promise<{ readonly page: Page; readonly wrong: string[] }> {
    if (site === undefined || person === undefined) throw new Error("The site is not open");
    const { page, wrong } = person;
    await page.goto(`${site.url}/api.html`);
    const operation = page.locator(".opblock-post", { hasText: `/processes/${process}/execution` });
    await operation.locator(".opblock-summary-control").click({ timeout: 60_000 });
    await operation.getByRole("button", { name: "Try it out" }).click({ timeout: 60_000 });
    return { page, wrong };
  }

  test.each(["echo", "water-bodies"])(
    "the first Try it out of %s works as it stands",
    async (process) => {
      const { page, wrong } = await tryOut(process);
      const answered = page.waitForResponse((response) => response.url().endsWith(`/processes/${process}/execution`));
      await page.getByRole("button", { name: "Execute", exact: true }).click({ timeout: 60_000 });
      expect([200, 201]).toContain((await answered).status());
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  test("all paths stand there in short until those to try are drawn, and where their script cannot be had", async () => {
    if (site === undefined || person === undefined) throw new Error("The site is not open");
    const page = await person.page.context().newPage();
    const { promise, resolve } = Promise.withResolvers<void>();
    await page.route("**/swagger-ui-bundle.js", async (route) => {
      await promise;
      await route.continue();
    });
    await page.goto(`${site.url}/api.html`, { waitUntil: "commit" });
    const short = page.locator("#paths li", { hasText: "POST /processes/{processId}/execution" }).first();
    await short.waitFor({ timeout: 60_000 });
    expect(await page.locator("#swagger-ui").isVisible()).toBe(false);
    resolve();
    await page.locator(".opblock-tag").first().waitFor({ timeout: 60_000 });
    expect(await page.locator("#paths").count()).toBe(0);
    // What cannot be read is told, and the paths in short stay.
    await page.route("**/api", (route) => route.abort());
    await page.reload();
    await page.locator("#swagger-ui .errors-wrapper, #swagger-ui .failed-config").first().waitFor({ timeout: 60_000 });
    expect(await page.locator("#paths li").count()).toBeGreaterThan(50);
    await page.close();
  }, 120_000);

  test("on a small screen, what is copied and downloaded stands beside an answer, not over it", async () => {
    const { page } = await tryOut("echo");
    await page.setViewportSize({ width: 360, height: 800 });
    await page.getByRole("button", { name: "Execute", exact: true }).click({ timeout: 60_000 });
    const code = page.locator(".live-responses-table .highlight-code:has(.download-contents)");
    await code.waitFor({ timeout: 60_000 });
    const answer = await code.locator(":scope > :not(.download-contents, .copy-to-clipboard)").last().boundingBox();
    for (const button of [".download-contents", ".copy-to-clipboard"]) {
      const box = await code.locator(button).boundingBox();
      if (answer === null || box === null) throw new Error(`Not shown: ${button}`);
      expect([button, box.y >= answer.y + answer.height - 1 || box.y + box.height <= answer.y + 1]).toEqual([
        button,
        true,
      ]);
      expect(box.x + box.width).toBeLessThanOrEqual(360);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  }, 120_000);

  test("what is unfolded and answered has no barrier, in either scheme", async () => {
    const { page } = await tryOut("echo");
    await page.getByRole("button", { name: "Execute", exact: true }).click({ timeout: 60_000 });
    await page.locator(".live-responses-table").waitFor();
    const found: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.locator(`html${colorScheme === "dark" ? ".dark-mode" : ":not(.dark-mode)"}`).waitFor();
      found.push(...(await barriersOf(page)).map((barrier) => `${colorScheme} ${barrier}`));
    }
    expect(found).toEqual([]);
  }, 180_000);
});
