import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { noBrowser, openPlain, type Plain } from "./plain.ts";

const title = noBrowser === undefined ? "pages at all widths" : `pages at all widths (skipped: no ${noBrowser})`;

/** What is deep, has long names, and has numbers of several digits at its ends. */
function deep(levels: number): unknown {
  if (levels === 0) return { number: 1234567890, "a name that is as long as a whole line of other text": 12345 };
  return { [`level_${levels}`]: [deep(levels - 1)], count: 100000 + levels };
}

/** The least width of a value that is shown, and the height of the page, in pixels. */
async function measured(page: Page, values: string) {
  return page.evaluate<{ readonly least: number; readonly height: number; readonly width: number }>(`(() => {
    const shown = [...document.querySelectorAll(${JSON.stringify(values)})].filter((one) => one.checkVisibility());
    const widths = shown.map((one) => one.getBoundingClientRect().width);
    return { least: Math.min(...widths), height: document.body.scrollHeight, width: document.documentElement.scrollWidth };
  })()`);
}

describe.skipIf(noBrowser !== undefined)(title, () => {
  let plain: Plain;
  let page: Page;
  let job = "";
  beforeAll(async () => {
    plain = await openPlain(["--sandbox", "off"]);
    const body = JSON.stringify({ inputs: { text: "x", object: { value: deep(6) } }, title: "deep" });
    const headers = { "content-type": "application/json", prefer: "respond-async" };
    const url = `${plain.server.url}/processes/echo/execution`;
    const sent = await fetch(url, { method: "POST", headers, body });
    job = sent.headers.get("location") ?? (await sent.text());
    page = await (await plain.browser.newContext()).newPage();
    page.setDefaultTimeout(8_000);
  }, 60_000);
  afterAll(() => plain[Symbol.asyncDispose]());

  test.each([360, 640, 800, 1280])(
    "what a row of the list unfolds is as wide as the list, at %i pixels",
    async (width) => {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${plain.server.url}/jobs?f=html`);
      expect(await page.locator("tr.unfolded").first().isVisible()).toBe(false);
      const before = await page.locator("thead th").first().boundingBox();
      await page.getByText("All fields", { exact: true }).first().click();
      expect(await page.locator("tr.unfolded").first().isVisible()).toBe(true);
      const { least, height, width: whole } = await measured(page, "tr.unfolded dd");
      expect(least).toBeGreaterThan(140);
      expect(height).toBeLessThan(4500);
      expect(whole).toBeLessThanOrEqual(width);
      // The columns stay where they were.
      expect((await page.locator("thead th").first().boundingBox())?.width).toBe(before?.width);
    },
    60_000,
  );

  test.each([360, 500, 640, 800, 1280])(
    "values of a JSON document that is deep have room, at %i pixels",
    async (width) => {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${job}/results?f=html`);
      await page.evaluate(`for (const one of document.querySelectorAll("details")) one.open = true`);
      const { least, width: whole } = await measured(page, "dd");
      expect(least).toBeGreaterThan(90);
      expect(whole).toBeLessThanOrEqual(width);
    },
    60_000,
  );

  test.each([360, 640])("no table of jobs or of provenance goes on beyond its box, at %i pixels", async (width) => {
    await page.setViewportSize({ width, height: 900 });
    for (const address of [`${plain.server.url}/jobs?f=html`, `${job}/prov?f=html`]) {
      await page.goto(address);
      const beyond = `[...document.querySelectorAll(".wide")].map((one) => one.scrollWidth - one.clientWidth)`;
      expect(await page.evaluate<readonly number[]>(beyond)).toEqual([0]);
    }
  });

  test.each([1280, 1024, 768, 360])(
    "no table goes on beyond its box for long ids, titles, tags and waits, at %i pixels",
    async (width) => {
      const [word, id] = ["hydrology_".repeat(9), "a-very-long-id-of-a-process-".repeat(2).slice(0, 50)];
      const tool = { cwlVersion: "v1.2", class: "CommandLineTool", baseCommand: "true", inputs: {}, outputs: {} };
      const headers = { "content-type": "application/json", prefer: "respond-async" };
      const post = async (path: string, type: string, body: object) =>
        fetch(`${plain.server.url}${path}`, {
          method: "POST",
          headers: { ...headers, "content-type": type },
          body: JSON.stringify(body),
        });
      await post("/processes", "application/cwl+json", { ...tool, id, label: word });
      await post(`/processes/${id}/execution`, "application/json", {
        inputs: {},
        title: `${word} ${word}`,
        tags: [word.slice(0, 40)],
      });
      await page.setViewportSize({ width, height: 900 });
      for (const path of ["/?f=html", "/jobs?f=html", "/processes?f=html", "/_/audit?f=html", "/_/keys?f=html"]) {
        await page.goto(`${plain.server.url}${path}`);
        // A wait is as long as it may be.
        await page.evaluate(`for (const one of document.querySelectorAll(".job-cards td")) {
          if (/^(?:ran |waited )?(?:less|\\d[\\d.]* (?:ms|s|min|h)\\b)/.test(one.textContent.trim())) { one.removeAttribute("class"); one.innerHTML = '<span class="nowrap">waited 33 min 12 s,</span> <span class="nowrap">ran less than 1 ms</span>'; }
        }`);
        const beyond = `[...document.querySelectorAll(".wide")].map((one) => one.scrollWidth - one.clientWidth).filter((one) => one > 0)`;
        expect([path, await page.evaluate<readonly number[]>(beyond)]).toEqual([path, []]);
        expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      }
    },
    60_000,
  );

  test("paper has the heads of tables and what was folded up, says what it is, and has nothing to press", async () => {
    await page.setViewportSize({ width: 500, height: 900 });
    await page.goto(`${job}?f=html`);
    await page.emulateMedia({ media: "print" });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    const shown = await page.evaluate<Readonly<Record<string, readonly string[]>>>(`(() => {
      const textOf = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility())
        .map((one) => one.textContent.trim());
      return { pressed: textOf("button, nav, .jumps, .button, a[download]"), foot: textOf(".print-foot"), heads: textOf("#inputs thead th"), stages: textOf("#timeline .on-paper"), tables: textOf("#timeline table") };
    })()`);
    expect(shown.pressed).toEqual([]);
    expect(shown.heads).toEqual(["Input", "Value"]);
    // The stages stand in one line.
    expect(shown.tables).toEqual([]);
    expect(shown.stages?.join()).toContain(" → ");
    expect(shown.foot?.join()).toMatch(/^Heddle · http:\S+\/jobs\/\S+ Printed \S/);
    // It begins with a record of the run, which its end does not repeat.
    const record = page.locator("[data-record]");
    expect((await record.innerText()).split("\n")).toEqual(
      expect.arrayContaining(["Outcome", "Process", "Run by", "When", "Job", "Service", "Heddle"]),
    );
    const tops = await page.evaluate<readonly number[]>(
      `["h1", "[data-record]", "#inputs", "#results"].map((one) => document.querySelector(one).getBoundingClientRect().top)`,
    );
    expect(tops).toEqual(tops.toSorted((one, other) => one - other));
    for (const told of [".badge", "progress", ".print-service", ".run-times"]) {
      expect([told, await page.locator(`main ${told}, footer ${told}`).first().isVisible()]).toEqual([told, false]);
    }
    const placed = await page.evaluate<readonly string[]>(
      `[...document.querySelectorAll("#inputs thead th")].map((one) => getComputedStyle(one).position)`,
    );
    expect(new Set(placed)).toEqual(new Set(["static"]));
    await page.emulateMedia({ media: "screen" });
    expect(await page.locator(".print-foot").isVisible()).toBe(false);
    expect(await record.isVisible()).toBe(false);
  }, 60_000);
});
