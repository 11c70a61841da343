import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { wayNames, ways } from "../support/hands.ts";
import { deployAs, documentOf, jobOf, untilStatus } from "../support/jobs.ts";
import { gated } from "../support/processes.ts";
import { type ConsoleSite, missing, named, openConsole } from "../support/site.ts";

/** A tool that tells its percentage 200 times a second, with a line of log each time. */
const talkative = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  label: "Tells much",
  baseCommand: [
    "sh",
    "-c",
    'n=0; while test $n -lt 1000; do n=$((n+1)); echo "line $n, $((n / 10)) %"; test $((n % 20)) -gt 0 || sleep 0.1; done; echo end > said.txt',
  ],
  inputs: {},
  outputs: { said: { type: "File", outputBinding: { glob: "said.txt" } } },
};

describe.skipIf(missing !== undefined)(named("a stranger follows a job"), () => {
  const held = new AsyncDisposableStack();
  let opened: ConsoleSite | undefined;
  const site = (): ConsoleSite => {
    if (opened === undefined) throw new Error("The site is not open");
    return opened;
  };
  beforeAll(async () => {
    opened = held.use(await openConsole());
    await deployAs(site(), "talkative", talkative);
    for (const way of wayNames) {
      const id = idOf(way);
      await deployAs(site(), `waits-${id}`, gated(join(site().folder, id), "waits"));
      await deployAs(site(), `fails-${id}`, gated(join(site().folder, id), "fails"));
    }
  }, 60_000);
  afterAll(() => held.disposeAsync());

  const idOf = (way: string) => way.replaceAll(" ", "-");

  /** Opens the page of a job by the list of jobs. */
  async function openJob(way: keyof typeof ways, job: string) {
    const { browser, hands: handsOf } = ways[way];
    const person = await site().open(browser);
    const { page } = person;
    const hands = handsOf(page);
    await page.goto(site().url);
    await hands.press(page.getByRole("link", { name: "See jobs" }));
    await hands.press(page.getByRole("link", { name: `, ${job.slice(-8)}` }));
    await page.locator(`[data-job="${job}"]`).waitFor();
    return { person, page, hands };
  }

  /** Waits until the page says a status: by itself, but where no script can. */
  async function says(page: Page, way: string, status: string): Promise<void> {
    const badge = page.locator(`[data-part="head"] [data-status="${status}"]`);
    for (let tried = 0; way === "without JavaScript" && tried < 200 && (await badge.count()) === 0; tried += 1) {
      await page.reload();
    }
    await badge.waitFor({ timeout: 30_000 });
  }

  test.each(wayNames)(
    "watches it to its end, %s",
    async (way) => {
      const job = await jobOf(site(), `waits-${idOf(way)}`, { inputs: {} });
      const { person, page } = await openJob(way, job);
      await using _ = person;
      await says(page, way, "running");
      await Bun.write(join(site().folder, idOf(way), "waits"), "");
      await says(page, way, "successful");
      await page.locator('[data-live="log"]').getByText("It goes on").waitFor();
      await page.locator('[data-part="results"]').getByRole("link", { name: "said", exact: true }).waitFor();
      expect(person.wrong).toEqual([]);
    },
    60_000,
  );

  test.each(wayNames)(
    "cancels it, %s",
    async (way) => {
      await deployAs(site(), `long-${idOf(way)}`, gated(join(site().folder, `never-${idOf(way)}`), "waits"));
      const job = await jobOf(site(), `long-${idOf(way)}`, { inputs: {} });
      const { person, page, hands } = await openJob(way, job);
      await using _ = person;
      await says(page, way, "running");
      await hands.press(page.getByRole("button", { name: "Cancel" }));
      await hands.press(page.getByRole("button", { name: "Cancel it" }));
      await says(page, way, "dismissed");
      expect((await documentOf(site(), `/jobs/${job}`)).status).toBe("dismissed");
      expect(person.wrong).toEqual([]);
    },
    60_000,
  );

  test.each(wayNames)(
    "retries it from the step that failed, %s",
    async (way) => {
      const job = await jobOf(site(), `fails-${idOf(way)}`, { inputs: {} });
      await untilStatus(site(), job, "failed");
      const { person, page, hands } = await openJob(way, job);
      await using _ = person;
      await page.getByText("The job failed in step second").waitFor();
      await Bun.write(join(site().folder, idOf(way), "fails"), "");
      await hands.press(page.getByRole("button", { name: "Resume from the failed step" }));
      await says(page, way, "successful");
      const log = await (await fetch(`${site().url}/jobs/${job}/log?f=text`)).text();
      expect(log).toContain('Started step "second"');
      expect(log).not.toContain('Started step "first"');
      expect((await documentOf(site(), `/jobs/${job}/statistics`)).attempts).toBe(2);
      expect(person.wrong).toEqual([]);
    },
    60_000,
  );

  test("reads once why it failed, and at which stage, whether the page was there before or comes after", async () => {
    await deployAs(site(), "fails-once", gated(join(site().folder, "once"), "fails"));
    await using person = await site().open();
    const { page } = person;
    const job = await jobOf(site(), "fails-once", { inputs: {} });
    await page.goto(`${site().url}/jobs/${job}?f=html`);
    const head = page.locator('[data-part="head"]');
    for (const isLive of [true, false]) {
      if (!isLive) await page.reload({ waitUntil: "networkidle" });
      await head.getByText("The job failed in step second").waitFor();
      // Events that come late, or again, are taken in by then.
      await page.waitForTimeout(1500);
      // The sentence of the failure has the exit code: the detail would say it again.
      const { exception } = await documentOf(site(), `/jobs/${job}`);
      const text = await head.innerText();
      const told = [`with exit code ${exception.exitCode}`, "wanted 0"].map((words) => text.split(words).length - 1);
      expect([isLive, ...told]).toEqual([isLive, 1, 0]);
      expect(await head.locator('p[role="status"]').innerText()).toBe("");
      expect(await head.locator(".stage-failed").innerText()).toBe("✕ Running: failed here");
    }
    expect(person.wrong).toEqual([]);
  }, 60_000);

  test("sees for how long it has run so far, counted by the page, and its address copied by a button", async () => {
    await deployAs(site(), "counted", gated(join(site().folder, "counted"), "waits"));
    const job = await jobOf(site(), "counted", { inputs: {} });
    const { person, page } = await openJob("by mouse", job);
    await using _ = person;
    await person.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    // Statistics count the same below, folded up or not.
    const counted = page.locator('[data-counted^="Running"]').first();
    const texts = new Set<string>();
    for (let looks = 0; texts.size < 3 && looks < 1000; looks += 1) texts.add(await counted.innerText());
    const seconds = [...texts].map((text) => Number.parseFloat(text) / (text.includes("ms") ? 1000 : 1));
    expect(seconds).toHaveLength(3);
    expect(seconds).toEqual(seconds.toSorted((one, other) => one - other));
    const figures = `[...document.querySelectorAll('[data-counted^="Running"]')].map((one) => one.textContent)`;
    expect(await page.evaluate(`[${figures}.length, new Set(${figures}).size]`)).toEqual([2, 1]);
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(`${site().url}/jobs/${job}`);
    await Bun.write(join(site().folder, "counted", "waits"), "");
    await says(page, "by mouse", "successful");
    await counted.waitFor({ state: "detached" });
    expect(person.wrong).toEqual([]);
  }, 60_000);

  test("a job that tells much leaves the page usable, and ends on it", async () => {
    const job = await jobOf(site(), "talkative", { inputs: {} });
    const { person, page } = await openJob("by mouse", job);
    await using _ = person;
    await page
      .getByText(/line \d+,/)
      .first()
      .waitFor();
    await page.getByText("All fields").click();
    await page.getByText("All fields").click();
    await says(page, "by mouse", "successful");
    await page.getByText("line 1000,").first().waitFor();
    expect(person.wrong).toEqual([]);
  }, 90_000);
});
