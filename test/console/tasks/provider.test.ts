import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { startServer } from "../../support/servers/executable.ts";
import { wayNames, ways } from "../support/hands.ts";
import { documentOf } from "../support/jobs.ts";
import { type ConsoleSite, missing, named, openConsole } from "../support/site.ts";

describe.skipIf(missing !== undefined)(named("a stranger runs a process of another server"), () => {
  const held = new AsyncDisposableStack();
  let opened: ConsoleSite | undefined;
  const site = (): ConsoleSite => {
    if (opened === undefined) throw new Error("The site is not open");
    return opened;
  };
  beforeAll(async () => {
    opened = held.use(await openConsole([], ["--sandbox", "off", "--allow-fetch", "127.0.0.1"]));
    const lab = held.use(await startServer(join(site().folder, "lab"), ["--sandbox", "off"]));
    await site().heddle("providers", "add", "lab", lab.url, "--public");
  }, 60_000);
  afterAll(() => held.disposeAsync());

  test.each(wayNames)(
    "from its page, mends what was wrong, sees the result, and runs it again, %s",
    async (way) => {
      const { browser, hands: handsOf } = ways[way];
      await using person = await site().open(browser);
      const { page } = person;
      const hands = handsOf(page);
      await page.goto(`${site().url}/processes?f=html`);
      await hands.press(page.getByRole("link", { name: "Processes of other servers" }));
      await hands.press(page.getByRole("link", { name: "lab", exact: true }));
      await hands.write(page.getByRole("searchbox", { name: "Words" }), "echo");
      await hands.press(page.getByRole("button", { name: "Search" }));
      await hands.press(page.getByRole("link", { name: "Echo" }));
      await page.getByRole("heading", { level: 1, name: "Echo" }).waitFor();
      await hands.press(page.getByRole("button", { name: "Check" }));
      await page.getByRole("alert").getByRole("link", { name: "Any text" }).waitFor();
      await hands.write(page.getByRole("textbox", { name: "Any text" }), `said ${way}`);
      await hands.press(page.locator("button.button-main"));
      await page.waitForURL(/\/jobs\//);
      const job = new URL(page.url()).pathname;
      while (way === "without JavaScript" && (await page.locator('p > [data-status="successful"]').count()) === 0) {
        await page.reload();
      }
      await page.locator('p > [data-status="successful"]').first().waitFor({ timeout: 60_000 });
      expect(await documentOf(site(), job)).toMatchObject({ processID: "echo", providerID: "lab" });
      await hands.press(page.getByRole("link", { name: "Run again" }));
      await page.waitForURL(/\/providers\/lab\/processes\/echo/);
      expect(await page.getByRole("textbox", { name: "Any text" }).inputValue()).toBe(`said ${way}`);
      expect(person.wrong).toEqual([]);
    },
    180_000,
  );

  test("the line for heddle runs it as it stands", async () => {
    await using person = await site().open();
    await person.page.goto(`${site().url}/providers/lab/processes/echo?f=html`);
    const line = await person.page.locator("pre", { hasText: "heddle execute" }).textContent();
    expect(line).toContain("--provider 'lab'");
    await site().heddle("execute", "echo", "--provider", "lab", "-i", "text=by a line", "--wait");
    const { jobs } = await documentOf(site(), "/providers/lab/processes/echo/jobs?limit=1");
    expect(await documentOf(site(), `/jobs/${jobs[0].jobID}/inputs`)).toMatchObject({ inputs: { text: "by a line" } });
  }, 60_000);
});
