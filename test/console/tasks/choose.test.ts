import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { type WayName, wayNames, ways } from "../support/hands.ts";
import { deployAs, documentOf, jobOf, untilStatus } from "../support/jobs.ts";
import { gated } from "../support/processes.ts";
import { type ConsoleSite, missing, named, openConsole } from "../support/site.ts";

const box = (page: Page, job: string) => page.getByRole("checkbox", { name: `Choose job ${job.slice(-8)}` });
const notice = (page: Page) => page.locator(".notice");

describe.skipIf(missing !== undefined)(named("several jobs are acted on at once"), () => {
  const held = new AsyncDisposableStack();
  let opened: ConsoleSite | undefined;
  const site = (): ConsoleSite => {
    if (opened === undefined) throw new Error("The site is not open");
    return opened;
  };
  beforeAll(async () => {
    opened = held.use(await openConsole(["admin", "viewer"], ["--sandbox", "off", "--slots", "1"]));
    await deployAs(site(), "fails", gated(site().folder, "fails"));
    await deployAs(site(), "waits", gated(site().folder, "waits"));
  }, 60_000);
  afterAll(() => held.disposeAsync());

  async function jobIn(process: "echo" | "fails" | "waits", status: string, tag: string): Promise<string> {
    const inputs = process === "echo" ? { text: "x" } : {};
    const job = await jobOf(site(), process, { inputs, tags: [tag] });
    await untilStatus(site(), job, status);
    return job;
  }

  async function openList(way: WayName, tag: string) {
    const person = await site().open({ ...ways[way].browser, as: "admin" });
    await person.page.goto(`${site().url}/jobs?f=html&tags=${tag}`);
    return { person, page: person.page, hands: ways[way].hands(person.page) };
  }

  const statusOf = async (job: string): Promise<unknown> => {
    const { status } = await documentOf(site(), `/jobs/${job}`);
    return status;
  };

  test.each(wayNames)(
    "what failed is retried, and then all is dismissed, %s",
    async (way) => {
      const tag = way.replaceAll(" ", "-");
      const failed = await jobIn("fails", "failed", tag);
      const ended = await jobIn("echo", "successful", tag);
      const running = await jobIn("waits", "running", tag);
      const { person, page, hands } = await openList(way, tag);
      await using _ = person;
      for (const job of [failed, ended]) await hands.tick(box(page, job));
      await hands.press(page.getByRole("button", { name: "Retry the chosen jobs" }));
      await page.getByRole("heading", { level: 1, name: "Retry 1 job?" }).waitFor();
      await page.getByText(`${ended.slice(-8)}: neither failed nor dismissed`).waitFor();
      await hands.press(page.getByRole("button", { name: "Retry it" }));
      await page.getByText("1 job goes on from its failed step.").waitFor();
      expect(new URL(page.url()).searchParams.get("tags")).toBe(tag);
      for (const job of [failed, ended, running]) await hands.tick(box(page, job));
      await hands.press(page.getByRole("button", { name: "Cancel or remove the chosen jobs" }));
      await page.getByRole("heading", { level: 1, name: "Cancel 2 jobs and remove 1 job?" }).waitFor();
      await page.getByRole("link", { name: `Waits for its turn, running (${running.slice(-8)})` }).waitFor();
      await hands.press(page.getByRole("button", { name: "Cancel 2 and remove 1" }));
      await page.getByText("1 ended job was removed with its results.").waitFor();
      expect(await notice(page).innerText()).toBe(
        "1 running job was cancelled. 1 waiting job was cancelled. 1 ended job was removed with its results.",
      );
      expect([await statusOf(failed), await statusOf(running), await statusOf(ended)]).toEqual([
        "dismissed",
        "dismissed",
        410,
      ]);
      expect(await box(page, ended).count()).toBe(0);
      expect(new URL(page.url()).searchParams.get("tags")).toBe(tag);
      expect(person.wrong).toEqual([]);
    },
    90_000,
  );

  test.each(["by mouse", "by keyboard alone", "at 360 pixels"] as const)(
    "one tick in the head chooses all of the page, and how many is said, %s",
    async (way) => {
      const tag = `all-${way.replaceAll(" ", "-")}`;
      const jobs = [
        await jobIn("echo", "successful", tag),
        await jobIn("echo", "successful", tag),
        await jobIn("echo", "successful", tag),
      ];
      const { person, page, hands } = await openList(way, tag);
      await using _ = person;
      const all = page.getByRole("checkbox", { name: "Choose all jobs of this page" });
      const said = page.locator("[role=status][data-choice]");
      const buttons = ["Compare two chosen jobs", "Retry the chosen jobs", "Cancel or remove the chosen jobs"].map(
        (name) => page.getByRole("button", { name }),
      );
      const enabled = () => Promise.all(buttons.map((button: Locator) => button.isEnabled()));
      await page.getByText("Tick any to act on them.").waitFor();
      expect(await enabled()).toEqual([false, false, false]);
      await hands.tick(all);
      await page.getByText("3 chosen: leave two of them to compare.").waitFor();
      for (const job of jobs) expect(await box(page, job).isChecked()).toBe(true);
      expect(await enabled()).toEqual([false, true, true]);
      await box(page, jobs[0] ?? "").uncheck();
      expect(await said.innerText()).toBe("2 chosen.");
      expect([await all.isChecked(), await all.evaluate((one) => one.matches(":indeterminate"))]).toEqual([
        false,
        true,
      ]);
      expect(await enabled()).toEqual([true, true, true]);
      await hands.press(page.getByRole("button", { name: "Cancel or remove the chosen jobs" }));
      await hands.press(page.getByRole("link", { name: "Keep them" }));
      // Who thinks better of it finds the list as it was.
      await page.getByText("2 chosen.").waitFor();
      expect(await Promise.all(jobs.map((job) => box(page, job).isChecked()))).toEqual([false, true, true]);
      for (const job of jobs) expect(await statusOf(job)).toBe("successful");
      expect(person.wrong).toEqual([]);
    },
    60_000,
  );

  test("a press beside the words of a row opens its job, one on its tick does not", async () => {
    const job = await jobIn("echo", "successful", "pressed");
    await using person = await site().open({ as: "admin" });
    const { page } = person;
    await page.goto(`${site().url}/jobs?f=html&tags=pressed`);
    await box(page, job).check();
    expect(page.url()).toContain("tags=pressed");
    await page.locator('td[data-label="Took"]').first().click();
    await page.waitForURL((url) => url.pathname === `/jobs/${job}`);
    expect(person.wrong).toEqual([]);
  }, 60_000);

  test.each([true, false])(
    "on a small screen several jobs are seen at once, and what can be done to chosen ones stays in sight (script: %p)",
    async (javaScriptEnabled) => {
      const tag = `cards-${javaScriptEnabled}`;
      const jobs: string[] = [];
      for (let made = 0; made < 8; made += 1) jobs.unshift(await jobIn("echo", "successful", tag));
      await jobIn("fails", "failed", tag);
      const viewport = { width: 360, height: 780 };
      await using person = await site().open({ as: "admin", javaScriptEnabled, viewport });
      const { page } = person;
      await page.goto(`${site().url}/jobs?f=html&tags=${tag}`);
      const cards = page.locator(".job-cards tbody > tr:not(.unfolded)");
      const heights = await cards.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
      expect(heights).toHaveLength(9);
      expect(Math.max(...heights)).toBeLessThan(170);
      const bar = page.locator(".chosen-bar");
      const isInSight = async () => {
        const { y = -1, height = 0 } = (await bar.boundingBox()) ?? {};
        return y > 0 && y + height <= viewport.height;
      };
      await page.evaluate("scrollTo(0, 0)");
      expect(await isInSight()).toBe(false);
      await box(page, jobs[0] ?? "").check();
      await page.evaluate("scrollTo(0, 0)");
      expect(await isInSight()).toBe(true);
      if (javaScriptEnabled) await bar.getByText("1 chosen").waitFor();
      expect((await bar.boundingBox())?.height).toBeLessThan(170);
      await box(page, jobs[0] ?? "").uncheck();
      await page.evaluate("scrollTo(0, 0)");
      expect(await isInSight()).toBe(false);
    },
    60_000,
  );

  test("ticks and the tick for all stay as they are while the list renews itself", async () => {
    const tag = "renewed";
    const jobs = [await jobIn("echo", "successful", tag), await jobIn("echo", "successful", tag)];
    const { person, page } = await openList("by mouse", tag);
    await using _ = person;
    const all = page.getByRole("checkbox", { name: "Choose all jobs of this page" });
    await all.check();
    const later = await jobIn("echo", "successful", tag);
    await box(page, later).waitFor();
    expect(await Promise.all(jobs.map((job) => box(page, job).isChecked()))).toEqual([true, true]);
    expect(await box(page, later).isChecked()).toBe(false);
    expect([await all.isChecked(), await all.evaluate((one) => one.matches(":indeterminate"))]).toEqual([false, true]);
    expect(person.wrong).toEqual([]);
  }, 60_000);

  test("the focus stays in its row while the list renews itself, on what other rows have too", async () => {
    const tag = "focused";
    const [lower] = [await jobIn("echo", "successful", tag), await jobIn("echo", "successful", tag)];
    const { person, page } = await openList("by mouse", tag);
    await using _ = person;
    const row = page.locator("tr", { has: box(page, lower) });
    for (const name of ["summary", 'td[data-label="Process"] a', 'td[data-label="User"] a']) {
      await row.locator(name).focus();
      await box(page, await jobIn("echo", "successful", tag)).waitFor();
      await row.locator(`${name}:focus`).waitFor();
    }
    expect(person.wrong).toEqual([]);
  }, 60_000);

  test("a viewer can only compare, and a browser without a script has no tick that does nothing", async () => {
    const tag = "without";
    await jobIn("echo", "successful", tag);
    await jobIn("echo", "successful", tag);
    const person = await site().open({ javaScriptEnabled: false, as: "admin" });
    await using _ = person;
    await person.page.goto(`${site().url}/jobs?f=html&tags=${tag}`);
    await person.page.getByRole("columnheader", { name: "Choose" }).waitFor();
    expect(await person.page.getByRole("checkbox", { name: "Choose all jobs of this page" }).count()).toBe(0);
    await person.page.getByRole("button", { name: "Cancel or remove the chosen jobs" }).click();
    await person.page.getByText("Tick at least one job first. Nothing was done.").waitFor();
    expect(new URL(person.page.url()).searchParams.get("tags")).toBe(tag);
    const viewer = await site().open({ as: "viewer" });
    await using __ = viewer;
    await viewer.page.goto(`${site().url}/jobs?f=html`);
    await viewer.page.getByRole("heading", { level: 1, name: "Jobs" }).waitFor();
    expect(await viewer.page.getByRole("button", { name: /chosen jobs$/ }).count()).toBe(0);
  }, 60_000);
});
