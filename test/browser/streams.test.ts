import { describe, expect, test } from "bun:test";
import { chromium, type Page } from "playwright-core";
import { browserProgram, missing } from "./site.ts";
import { openViewsSite, type ViewsSite } from "./views-site.ts";

/** Writes a line with its number again and again; it ends by itself, as a service that is stopped lets its tools go on. */
const countingTool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  id: "counts",
  baseCommand: ["sh", "-c", 'n=0; while [ $n -lt 600 ] && sleep 0.2; do n=$((n + 1)); echo "tick $n" >&2; done'],
  inputs: {},
  outputs: {},
};

/** Reads the numbers of the lines that a page shows. */
async function ticksOf(page: Page): Promise<readonly number[]> {
  const log = (await page.locator('[data-live="log"]').textContent()) ?? "";
  return [...log.matchAll(/tick (\d+)$/gm)].map(([, number]) => Number(number));
}

async function run(site: ViewsSite): Promise<string> {
  const headers = { "content-type": "application/json", prefer: "respond-async" };
  const body = JSON.stringify({ inputs: {} });
  const sent = await fetch(`${site.url}/processes/counts/execution`, { method: "POST", headers, body });
  const { jobID } = JSON.parse(await sent.text());
  return `${site.url}/jobs/${jobID}?f=html`;
}

/** Counts what is open, as the service tells it. */
async function streamsOf(site: ViewsSite): Promise<number> {
  const text = await (await fetch(`${site.url}/metrics`)).text();
  return Number(/^heddle_http_open\{kind="streams"\} (\d+)/m.exec(text)?.[1] ?? Number.NaN);
}

/** Tells a page that another stands in front of it, or that it is seen again: a browser without a screen shows all of them. */
async function show(page: Page, state: "visible" | "hidden"): Promise<void> {
  await page.evaluate(
    `Object.defineProperty(document, "visibilityState", { configurable: true, value: "${state}" });
    document.dispatchEvent(new Event("visibilitychange"));`,
  );
}

const timeout = 120_000;
const title = (words: string) => (missing === undefined ? words : `${words} (skipped: no ${missing})`);

describe.skipIf(missing !== undefined)("streams of pages that nobody sees", () => {
  test(
    title("pages that were left, and that the browser keeps to come back to, hold none"),
    async () => {
      await using site = await openViewsSite();
      await site.deploy(countingTool);
      const job = await run(site);
      // As browsers of people do, and unlike those of tests.
      await using browser = await chromium.launch({
        executablePath: browserProgram ?? "",
        args: ["--no-sandbox"],
        ignoreDefaultArgs: ["--disable-back-forward-cache"],
      });
      const page = await (await browser.newContext()).newPage();
      page.setDefaultTimeout(10_000);
      const pages = Array.from({ length: 8 }, (_, number) => `${site.url}/jobs?f=html&q=${number}`);
      for (const address of [...pages, job, `${site.url}/jobs?f=html`]) {
        await page.goto(address);
        await page.waitForTimeout(300);
        expect(await streamsOf(site)).toBeLessThanOrEqual(1);
      }
      for (let back = 0; back < 6; back += 1) await page.goBack({ waitUntil: "commit" });
      for (let on = 0; on < 5; on += 1) await page.goForward({ waitUntil: "commit" });
      await page.getByText("Log", { exact: true }).first().waitFor();
      await page.goForward({ waitUntil: "commit" });
      // What was left is closed in a moment, and stays closed.
      for (let looks = 0; looks < 50 && (await streamsOf(site)) !== 1; looks += 1) await page.waitForTimeout(100);
      await page.waitForTimeout(300);
      expect(await streamsOf(site)).toBe(1);
      // The page that came back follows the jobs again.
      await run(site);
      await page.locator('[data-part="jobs"] tbody tr:not(.unfolded)').nth(1).waitFor();
    },
    timeout,
  );

  test(
    title("a page behind others holds none, and shows what it has missed when it is seen again"),
    async () => {
      await using site = await openViewsSite();
      await site.deploy(countingTool);
      const address = await run(site);
      const page = await site.open([]);
      await page.goto(address);
      const others: Page[] = [];
      for (let count = 0; count < 7; count += 1) {
        await show(others.at(-1) ?? page, "hidden");
        const other = await page.context().newPage();
        await other.goto(address);
        others.push(other);
      }
      for (let looks = 0; looks < 50 && (await streamsOf(site)) !== 1; looks += 1) await page.waitForTimeout(100);
      expect(await streamsOf(site)).toBe(1);
      const before = Math.max(...(await ticksOf(page)));
      await page.waitForTimeout(1500);
      expect(Math.max(...(await ticksOf(page)))).toBe(before);
      await page.bringToFront();
      await show(page, "visible");
      for (let looks = 0; looks < 100 && ((await ticksOf(page)).at(-1) ?? 0) < before + 10; looks += 1)
        await page.waitForTimeout(100);
      const ticks = await ticksOf(page);
      expect(ticks.length).toBeGreaterThan(before + 9);
      // Each line once, and none left out.
      expect(ticks).toEqual(ticks.map((_, index) => index + 1));
      await fetch(address.replace("?f=html", ""), { method: "DELETE" });
      await page.locator('[data-part="head"] [data-status="dismissed"]').waitFor();
    },
    timeout,
  );
});
