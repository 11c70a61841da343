import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { barriersOf } from "../support/faults.ts";
import { deployAs } from "../support/jobs.ts";
import { everyField } from "../support/processes.ts";
import { type ConsoleSite, missing, named, openConsole } from "../support/site.ts";

const tool = { cwlVersion: "v1.2", class: "CommandLineTool", id: "say", baseCommand: "echo", inputs: {}, outputs: {} };
/** Its description has a table of more columns than a small screen has room for. */
const row = (cell: string) => `|${` ${cell} |`.repeat(24)}`;
const long = { ...everyField, label: "Long", doc: [row("column"), row("---"), row("value")].join("\n") };

/** Fields of the form of a tool with one of every kind, each with the control that has the focus. */
const kinds = [
  ["a text", '[name="/inputs/text"]'],
  ["a text that can be left out", '[name="/inputs/optional"]'],
  ["a whole number", '[name="/inputs/whole"]'],
  ["a number", '[name="/inputs/number"]'],
  ["a switch", '[name="/inputs/flag"]'],
  ["one of several texts to tick", '[name="/inputs/several"]'],
  ["a row of a list", '[name="/inputs/rows/0"]'],
  ["one of two shapes", '[name="/inputs/either/~choice"]'],
  ["a text of one shape", '[name="/inputs/either/~of0"]'],
  ["the address of a file", '[name="/inputs/file/~href"]'],
  ["a member of a group", '[name="/inputs/group/name"]'],
  ["the title of the job", '[name="~title"]'],
  ["its tags", '[name="~tags"]'],
] as const;

/** A form of numbers, a box and a time. */
const echoKinds = [
  ["a number of a box", '[name="/inputs/bbox/0"]'],
  ["the reference system of a box", '[name="/inputs/bbox/~crs"]'],
  ["a time", '[name="/inputs/date"]'],
] as const;

describe.skipIf(missing !== undefined)(named("Enter and Tab do what is expected of them"), () => {
  const held = new AsyncDisposableStack();
  let opened: ConsoleSite | undefined;
  const site = (): ConsoleSite => {
    if (opened === undefined) throw new Error("The site is not open");
    return opened;
  };
  beforeAll(async () => {
    opened = held.use(await openConsole());
    await deployAs(site(), "every", everyField);
    await deployAs(site(), "long", long);
  }, 60_000);
  afterAll(() => held.disposeAsync());

  /** Presses Enter in a control; gives which button of the form that sent. */
  async function entered(page: Page, control: Locator): Promise<string | undefined> {
    await control.focus();
    const sending = page.waitForRequest((request) => request.method() === "POST", { timeout: 4000 });
    await page.keyboard.press("Enter");
    const body = (await sending).postData() ?? "";
    return /name="(?:~do|~more|do)"\r\n\r\n([^\r]*)/.exec(body)?.[1];
  }

  test.each([true, false])(
    "Enter in a field of any kind runs (JavaScript: %p)",
    async (javaScriptEnabled) => {
      await using person = await site().open({ javaScriptEnabled });
      const { page } = person;
      // What is sent is looked at, and no job is made of it.
      await page.route("**/form", (route) => route.fulfill({ status: 204 }));
      const pressed: (readonly [string, string | undefined])[] = [];
      for (const [process, fields] of [
        ["every", kinds],
        ["echo", echoKinds],
      ] as const) {
        await page.goto(`${site().url}/processes/${process}?f=html`);
        await page.locator("details.extras > summary").click();
        for (const one of ["text", "either/~of0", "group/name"]) {
          const text = page.locator(`[name="/inputs/${one}"]`);
          if ((await text.count()) > 0) await text.fill("x");
        }
        for (const [kind, control] of fields) pressed.push([kind, await entered(page, page.locator(control).first())]);
      }
      expect(pressed).toEqual([...kinds, ...echoKinds].map(([kind]) => [kind, "run"]));
      expect(person.wrong).toEqual([]);
    },
    120_000,
  );

  test.each([true, false])(
    "what became of the form has the focus (JavaScript: %p)",
    async (javaScriptEnabled) => {
      await using person = await site().open({ javaScriptEnabled, viewport: { width: 360, height: 640 } });
      const { page } = person;
      await page.goto(`${site().url}/processes/echo?f=html`);
      await page.locator('[name="/inputs/text"]').fill("x");
      await page.getByRole("button", { name: "Check" }).click();
      const right = page.getByRole("status").filter({ hasText: "The request is right. Nothing was run." });
      await page.locator(":focus", { has: right }).waitFor();
      await page.locator('[name="/inputs/mixed/~href"]').fill("no address");
      await page.keyboard.press("Enter");
      const wrong = page.getByRole("alert").filter({ hasText: "Nothing was run" });
      await page.locator(":focus", { has: wrong }).waitFor();
      const { top, bottom } = await wrong.evaluate((one) => one.getBoundingClientRect());
      expect([top >= 0, top < 640, bottom > 0]).toEqual([true, true, true]);
      // The tool that looks for barriers is a script.
      if (javaScriptEnabled) expect(await barriersOf(page)).toEqual([]);
    },
    60_000,
  );

  test.each([true, false])(
    "Enter on the page that deploys looks, and deploys nothing (JavaScript: %p)",
    async (js) => {
      await using person = await site().open({ javaScriptEnabled: js });
      const { page } = person;
      await page.goto(`${site().url}/_/deploy?f=html`);
      // What is to be filled in is no fold that a press would shut.
      expect(await page.locator("details", { has: page.locator('[name="text"]') }).count()).toBe(0);
      await page.getByRole("heading", { level: 2, name: "The package" }).waitFor();
      await page.locator('[name="text"]').fill(JSON.stringify(tool));
      await page.getByText("More: its id").click();
      expect(await entered(page, page.locator('[name="href"]'))).toBe("look");
      await page.getByRole("heading", { name: "Understood: say" }).and(page.locator(":focus")).waitFor();
      await page.getByText("More: its id").click();
      await page.locator('[name="id"]').fill("other");
      expect(await entered(page, page.locator('[name="id"]'))).toBe("look");
      await page.getByRole("status").filter({ hasText: "other version" }).waitFor();
      expect((await fetch(`${site().url}/processes/other`)).status).toBe(404);
    },
    60_000,
  );

  /** Lists what the Tab key stops at and only scrolls, with whether it does. */
  const stops = (page: Page) =>
    page.evaluate<readonly [name: string, scrolls: boolean][]>(
      `[...document.querySelectorAll(".wide, pre")].filter((one) => one.tabIndex >= 0).map((one) => [one.ariaLabel, one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight])`,
    );

  async function expectNoStops(page: Page, path: string): Promise<void> {
    for (let looked = 0; looked < 50 && (await stops(page)).length > 0; looked += 1) await page.waitForTimeout(100);
    expect([path, await stops(page)]).toEqual([path, []]);
  }

  test("Tab stops at boxes that scroll, and at no others", async () => {
    await using person = await site().open({ viewport: { width: 1200, height: 800 } });
    const { page } = person;
    for (const path of ["/processes", "/processes/every", "/processes/every/package", "/uploads", "/jobs"]) {
      await page.goto(`${site().url}${path}?f=html`);
      await expectNoStops(page, path);
    }
    await page.goto(`${site().url}/processes/long?f=html`);
    const scrolled = page.locator(".wide[tabindex]");
    await page.setViewportSize({ width: 500, height: 800 });
    await scrolled.first().waitFor();
    const found = await stops(page);
    expect(found).toContainEqual(["Table", true]);
    expect(found.filter(([, scrolls]) => !scrolls)).toEqual([]);
    expect(await barriersOf(page)).toEqual([]);
    // Whoever is there stays there, and goes on from there.
    await scrolled.focus();
    await page.evaluate(`document.activeElement.querySelector("table").hidden = true`);
    await page.waitForTimeout(200);
    expect(await page.evaluate(`document.activeElement.className`)).toBe("wide");
    await page.keyboard.press("Tab");
    await page.locator(".wide:not([tabindex])", { has: page.locator("table[hidden]") }).waitFor({ state: "attached" });
    expect(person.wrong).toEqual([]);
  }, 60_000);

  test("without JavaScript every box that may scroll is a stop", async () => {
    await using person = await site().open({ javaScriptEnabled: false });
    const { page } = person;
    await page.goto(`${site().url}/processes?f=html`);
    expect(await page.locator('.wide[tabindex="0"]').count()).toBe(1);
  }, 30_000);
});
