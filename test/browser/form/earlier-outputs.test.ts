import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { missing } from "../site.ts";
import { holdViewsSite } from "../views-site.ts";

const title = missing === undefined ? "outputs of earlier jobs" : `outputs of earlier jobs (skipped: no ${missing})`;

const tool = {
  ...{ cwlVersion: "v1.2", class: "CommandLineTool", id: "reads" },
  baseCommand: ["sh", "-c", 'cat "$1"; ls "$2"', "sh"],
  inputs: {
    file: { type: "File", format: "iana:application/geo+json", inputBinding: { position: 1 } },
    folder: { type: "Directory", inputBinding: { position: 2 } },
  },
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
  $namespaces: { iana: "https://www.iana.org/assignments/media-types/" },
};

const lake = { type: "Feature", properties: { name: "Lake" }, geometry: { type: "Point", coordinates: [10, 50] } };

describe.skipIf(missing !== undefined)(title, () => {
  const site = holdViewsSite(async () => {
    await site().deploy(tool);
    await site().results({ "lake.geojson": JSON.stringify(lake) });
    await site().results({ "one.txt": "1", "two.txt": "2" }, "directory");
  });

  const list = (page: Page, input: string) => page.locator(`select[name="/inputs/${input}/~stored"]`);

  /** Chooses the option whose text begins so. */
  async function choose(page: Page, input: string, start: string): Promise<string> {
    const option = list(page, input).locator("option", { hasText: start }).first();
    const value = (await option.getAttribute("value")) ?? "";
    await list(page, input).selectOption(value);
    return value;
  }

  /** Sends the form, and gives what the tool said. */
  async function saidBy(page: Page): Promise<string> {
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const job = `${site().url}${new URL(page.url()).pathname}`;
    for (;;) {
      const { status, message } = JSON.parse(await (await fetch(job)).text());
      if (status === "successful") break;
      if (status !== "accepted" && status !== "running") throw new Error(`The job is ${status}: ${message}`);
      await Bun.sleep(50);
    }
    return (await fetch(`${job}/results/said`)).text();
  }

  test.each([true, false])(
    "are chosen in the field of a file and of a directory, JavaScript: %p",
    async (javaScriptEnabled) => {
      const wrong: string[] = [];
      const page = await site().open(wrong, { javaScriptEnabled, viewport: { width: 360, height: 700 } });
      await page.goto(`${site().url}/processes/reads?f=html`);
      const file = await choose(page, "file", "lake.geojson");
      expect(file).toMatch(/\/outputs\/[^/]+\/.*\/lake\.geojson$/);
      await choose(page, "folder", "directory");
      if (javaScriptEnabled) {
        const address = page.locator('[name="/inputs/file/~href"]');
        // What it is stands below it at once, with the way to the job that made it.
        const told = page.locator('[id="/inputs/file"] .stored');
        expect(await told.innerText()).toMatch(/^lake\.geojson \d+ bytes, application\/geo\+json, Output of /);
        expect(await told.locator("a").nth(1).getAttribute("href")).toContain("/jobs/");
        // Where it lies is shown, as for an address.
        await page.locator('[data-view="address"][data-name="/inputs/file/~href"] .map').waitFor();
        await page.locator('pre[data-use="JSON"]').filter({ hasText: file }).waitFor({ state: "attached" });
        await page.reload();
        expect(await list(page, "file").inputValue()).toBe(file);
        await address.fill("https://example.org/other.geojson");
        expect(await list(page, "file").inputValue()).toBe("");
        expect(await told.count()).toBe(0);
        await choose(page, "file", "lake.geojson");
        expect(await address.inputValue()).toBe("");
      }
      // Nothing is wider than the screen.
      if (javaScriptEnabled) expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
      expect(await saidBy(page)).toBe(`${JSON.stringify(lake)}one.txt\ntwo.txt\n`);
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  test("that are removed since are told beside the field, and another choice ends that", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    const results = await site().results({ "passing.geojson": JSON.stringify(lake) });
    await page.goto(`${site().url}/processes/reads?f=html`);
    await choose(page, "file", "passing.geojson");
    const removed = await fetch(results.replace(/\/results.*/, ""), { method: "DELETE" });
    expect(removed.status).toBe(200);
    await page.reload();
    const told = page.locator('[id="/inputs/file"] .fault');
    expect(await told.innerText()).toBe("What was chosen here is not there any more: choose again.");
    expect(await list(page, "file").inputValue()).toBe("");
    await choose(page, "file", "lake.geojson");
    expect(await told.count()).toBe(0);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("show all of their names, their process and their time on a small screen, open or closed", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong, { viewport: { width: 360, height: 700 } });
    const name = `${"water surface of the ".repeat(4)}lake.geojson`;
    await site().results({ [name]: JSON.stringify(lake) });
    await page.goto(`${site().url}/processes/reads?f=html`);
    await choose(page, "file", name);
    const control = list(page, "file");
    // Closed, its words stand in as many lines as they need: a line is about 24 pixels high.
    expect((await control.boundingBox())?.height).toBeGreaterThan(4 * 24);
    await control.focus();
    await page.keyboard.press("Space");
    const cut = `[...document.querySelectorAll('select[name="/inputs/file/~stored"] option')].filter((one) =>
      one.offsetWidth === 0 || one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > 360,
    ).map((one) => one.textContent)`;
    expect(await page.evaluate<readonly string[]>(cut)).toEqual([]);
    await page.keyboard.press("Escape");
    expect(wrong).toEqual([]);
  }, 60_000);

  test("are chosen by keys", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    await page.goto(`${site().url}/processes/reads?f=html`);
    await list(page, "file").focus();
    await page.keyboard.type("lake");
    expect(await list(page, "file").inputValue()).toEndWith("lake.geojson");
    expect(wrong).toEqual([]);
  }, 60_000);
});
