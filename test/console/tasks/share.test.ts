import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { barriersOf, markupFaultsOf } from "../support/faults.ts";
import { deployAs, jobOf, untilStatus } from "../support/jobs.ts";
import { type ConsoleSite, missing, named, openConsole } from "../support/site.ts";

const tool = {
  ...{ cwlVersion: "v1.2", class: "CommandLineTool" },
  baseCommand: ["sh", "-c", "echo 1,2 > curve.csv; echo hidden > table.txt; mkdir tiles; echo 7 > tiles/a.txt"],
  inputs: {},
  outputs: {
    curve: { type: "File", outputBinding: { glob: "curve.csv" } },
    table: { type: "File", outputBinding: { glob: "table.txt" } },
    tiles: { type: "Directory", outputBinding: { glob: "tiles" } },
  },
};

describe.skipIf(missing !== undefined)(named("some results of a job are shared"), () => {
  const held = new AsyncDisposableStack();
  let opened: { readonly site: ConsoleSite; readonly job: string } | undefined;
  const all = () => {
    if (opened === undefined) throw new Error("The site is not open");
    return opened;
  };
  beforeAll(async () => {
    const site = held.use(await openConsole(["admin"]));
    await deployAs(site, "three", tool);
    const job = await jobOf(site, "three", { inputs: {} });
    await untilStatus(site, job, "successful");
    opened = { site, job };
  }, 60_000);
  afterAll(() => held.disposeAsync());

  test.each([
    ["with a script", true, 1280],
    ["with a script at 360 pixels", true, 360],
    ["without a script", false, 360],
  ] as const)(
    "from a result to the form where it is ticked, and to the address that opens it alone, %s",
    async (_, javaScriptEnabled, width) => {
      const { site, job } = all();
      await using person = await site.open({ as: "admin", javaScriptEnabled, viewport: { width, height: 800 } });
      const { page } = person;
      await page.goto(`${site.url}/jobs/${job}?f=html`);
      await page.getByRole("link", { name: "Share curve" }).click();
      const form = page.locator("form#share");
      const box = (name: string) => form.getByRole("checkbox", { name, exact: true });
      const ticked = async () => Promise.all(["curve", "table", "tiles"].map((name) => box(name).isChecked()));
      expect(await ticked()).toEqual([true, false, false]);
      if (javaScriptEnabled) expect(await barriersOf(page)).toEqual([]);
      await box("tiles").check();
      await form.getByRole("button").click();
      const address = (await page.locator("[data-shared]").innerText()).trim();
      await page.getByText("Whoever has it reads only curve, tiles of the results").waitFor();
      if (javaScriptEnabled) {
        // The button is there, and has the focus, once the script of the page has run.
        await page.locator("button:focus", { hasText: "Copy" }).waitFor();
        expect(await barriersOf(page)).toEqual([]);
      }

      await page.goto(`${site.url}/jobs/${job}?f=html`);
      await page.getByText("Shared: curve, tiles, until").waitFor();
      await page.locator("summary", { hasText: "Share by a new address" }).click();
      await form.getByText("A new address ends the one that was given before.").waitFor();
      expect(await ticked()).toEqual([true, true, true]);
      const room = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect(room).toBeLessThanOrEqual(0);
      expect(await markupFaultsOf((await (await page.goto(page.url()))?.text()) ?? "")).toEqual([]);

      await using other = await site.open({ javaScriptEnabled, viewport: { width, height: 800 } });
      await other.page.goto(address);
      await other.page.getByText("2 of 3 results of this job are shared.").waitFor();
      expect(await other.page.content()).not.toContain("table.txt");
      const hidden = await other.page.goto(`${address}${job}/table/table.txt`);
      expect(hidden?.status()).toBe(404);
      expect([...person.wrong, ...other.wrong]).toEqual([]);
    },
    60_000,
  );

  test("the form of a page that was open while its job ended has all results ticked", async () => {
    const { site } = all();
    const [shell, option, words] = tool.baseCommand;
    await deployAs(site, "slow", { ...tool, baseCommand: [shell, option, `sleep 3; ${words}`] });
    const job = await jobOf(site, "slow", { inputs: {} });
    await using person = await site.open({ as: "admin" });
    const { page } = person;
    await page.goto(`${site.url}/jobs/${job}?f=html`);
    await page.locator("summary", { hasText: "Share the results" }).click();
    const boxes = page.locator("form#share").getByRole("checkbox");
    expect(await Promise.all((await boxes.all()).map((box) => box.isChecked()))).toEqual([true, true, true]);
  }, 60_000);

  test("a form of which nothing is ticked shares nothing", async () => {
    const { site, job } = all();
    await using person = await site.open({ as: "admin" });
    const { page } = person;
    await page.goto(`${site.url}/jobs/${job}?f=html&share=table#share`);
    const form = page.locator("form#share");
    await form.getByRole("checkbox", { name: "table", exact: true }).uncheck();
    await form.getByRole("button").click();
    await page.getByText("Tick at least one of the results to share. Nothing was shared.").waitFor();
    expect(new URL(page.url()).pathname).toBe(`/jobs/${job}`);
    expect(await page.locator("[data-shared]").count()).toBe(0);
  }, 60_000);
});
