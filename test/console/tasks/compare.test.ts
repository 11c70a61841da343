import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { wayNames, ways } from "../support/hands.ts";
import { jobOf, untilStatus } from "../support/jobs.ts";
import { climate, climateRequest } from "../support/pages.ts";
import { type ConsoleSite, missing, named, openConsole } from "../support/site.ts";

describe.skipIf(missing !== undefined)(named("a stranger compares two runs"), () => {
  const held = new AsyncDisposableStack();
  let opened: ConsoleSite | undefined;
  const jobs: string[] = [];
  const site = (): ConsoleSite => {
    if (opened === undefined) throw new Error("The site is not open");
    return opened;
  };
  beforeAll(async () => {
    opened = held.use(await openConsole());
    await site().heddle("deploy", climate);
    for (const station of ["Seattle", "Tacoma"]) {
      const job = await jobOf(site(), "climate", await climateRequest({ station }));
      await untilStatus(site(), job, "successful");
      jobs.push(job);
    }
  }, 60_000);
  afterAll(() => held.disposeAsync());

  test.each(wayNames)(
    "chosen in the list of jobs, and sees what differs, %s",
    async (way) => {
      const { browser, hands: handsOf } = ways[way];
      const person = await site().open(browser);
      await using _ = person;
      const { page } = person;
      const hands = handsOf(page);
      await page.goto(site().url);
      await hands.press(page.getByRole("link", { name: "See jobs" }));
      for (const job of jobs) await hands.tick(page.getByRole("checkbox", { name: `Choose job ${job.slice(-8)}` }));
      await hands.press(page.getByRole("button", { name: "Compare two chosen jobs" }));
      await page.getByRole("heading", { level: 1, name: "Compare" }).waitFor();
      const row = (name: RegExp) => page.getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });
      expect(
        await row(/^station ≠ differs$/)
          .getByRole("cell")
          .allInnerTexts(),
      ).toEqual(["Seattle", "Tacoma"]);
      await hands.press(page.getByText(/inputs (?:is|are) the same in both$/));
      await row(/^observations = same$/).waitFor();
      await row(/^Revision = same$/).waitFor();
      expect(person.wrong).toEqual([]);
    },
    60_000,
  );

  test.each(wayNames)(
    "from the page of the later one, and goes on to the earlier, %s",
    async (way) => {
      const { browser, hands: handsOf } = ways[way];
      const person = await site().open(browser);
      await using _ = person;
      const { page } = person;
      const hands = handsOf(page);
      const [earlier = "", later = ""] = jobs;
      await page.goto(`${site().url}/jobs/${later}?f=html`);
      await hands.press(page.getByRole("link", { name: /^Compare with/ }));
      await page.getByText("1 of 4 inputs differ").waitFor();
      await hands.press(page.getByRole("link", { name: earlier.slice(-8), exact: true }));
      await page.locator(`[data-job="${earlier}"]`).waitFor();
      expect(person.wrong).toEqual([]);
    },
    60_000,
  );

  test("the button is off, with words, until two are ticked; without a script the list comes again and says why", async () => {
    const [one = "", other = ""] = jobs;
    const box = (page: Page, job: string) => page.getByRole("checkbox", { name: `Choose job ${job.slice(-8)}` });
    const scripted = await site().open();
    await using _ = scripted;
    const { page } = scripted;
    await page.goto(`${site().url}/jobs?f=html`);
    const button = page.getByRole("button", { name: "Compare two chosen jobs" });
    await page.getByText("Tick two jobs of the list to compare them.").waitFor();
    expect(await button.isDisabled()).toBe(true);
    await box(page, one).check();
    await page.getByText("1 chosen: tick one more to compare the two.").waitFor();
    expect(await button.isDisabled()).toBe(true);
    await box(page, other).check();
    await page.getByText("2 chosen.").waitFor();
    expect(await button.isEnabled()).toBe(true);
    await box(page, one).uncheck();
    expect(await button.isDisabled()).toBe(true);
    expect(scripted.wrong).toEqual([]);
    const plain = await site().open({ javaScriptEnabled: false });
    await using __ = plain;
    await plain.page.goto(`${site().url}/jobs?f=html&status=successful`);
    await box(plain.page, one).check();
    await plain.page.getByRole("button", { name: "Compare two chosen jobs" }).click();
    await plain.page.getByText("Tick two jobs, and only two: then they can be compared.").waitFor();
    expect([await box(plain.page, one).isChecked(), await box(plain.page, other).isChecked()]).toEqual([true, false]);
    expect(new URL(plain.page.url()).searchParams.get("status")).toBe("successful");
  }, 60_000);
});
