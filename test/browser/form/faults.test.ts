import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { noBrowser, openPlain, type Plain } from "../plain.ts";

const title = noBrowser === undefined ? "faults of a form" : `faults of a form (skipped: no ${noBrowser})`;

describe.skipIf(noBrowser !== undefined)(title, () => {
  const held = new AsyncDisposableStack();
  let opened: Plain | undefined;
  const plain = (): Plain => {
    if (opened === undefined) throw new Error("The service is not open");
    return opened;
  };
  beforeAll(async () => {
    opened = held.use(await openPlain());
  }, 60_000);
  afterAll(() => held.disposeAsync());

  const field = (page: Page, name: string) => page.locator(`[name="${name}"]`).first();

  /** Opens the form of the echo process, types into it, and has it checked. */
  async function check(stack: AsyncDisposableStack, typed: Readonly<Record<string, string>>): Promise<Page> {
    const context = await plain().browser.newContext({ viewport: { width: 800, height: 600 } });
    stack.defer(() => context.close());
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    await page.goto(`${plain().server.url}/processes/echo?f=html`);
    await page.getByText("More: title").click();
    for (const [name, text] of Object.entries(typed)) await field(page, name).fill(text);
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("Nothing was run: this is not right yet.").waitFor();
    // What follows the fields is loaded after them.
    await page.locator('pre[data-use="JSON"]').waitFor({ state: "attached" });
    return page;
  }

  const lines = (page: Page) => page.locator(".notice-bad li").count();
  const marks = (page: Page) => page.locator(".field-wrong").count();
  const told = (page: Page) => page.locator("form > .unseen[role=status]").last().textContent();

  test("go with their field as it is changed, are counted, and the last one takes the list along", async () => {
    await using stack = new AsyncDisposableStack();
    const page = await check(stack, { "~success": "nonsense", "~failed": "b" });
    expect([await lines(page), await marks(page)]).toEqual([3, 3]);
    // What is no part of a fault changes nothing.
    await field(page, "~title").fill("Kiel");
    expect([await lines(page), await marks(page)]).toEqual([3, 3]);
    for (const [left, name] of [
      [2, "~failed"],
      [1, "/inputs/text"],
    ] as const) {
      const control = field(page, name);
      await control.scrollIntoViewIfNeeded();
      const before = (await control.boundingBox())?.y ?? 0;
      await control.pressSequentially("x");
      expect([await lines(page), await marks(page)]).toEqual([left, left]);
      const words = `Of 3 faults, ${left} ${left === 1 ? "is" : "are"} left.`;
      await page.locator(".notice-bad p").filter({ hasText: words }).waitFor();
      expect(await told(page)).toContain(words);
      // It is no alert any more: that would be read out whole at each change.
      expect(await page.locator("[data-faults]").getAttribute("role")).toBeNull();
      expect(Math.abs(((await control.boundingBox())?.y ?? 0) - before)).toBeLessThan(2);
    }
    await field(page, "~success").fill("https://example.org/told");
    expect([await page.locator("[data-faults]").count(), await marks(page)]).toEqual([0, 0]);
    expect(await told(page)).toContain("Check or Run tells whether it is right now.");
  }, 60_000);

  test.each([
    ["changed", [1, 1.5, 2], (page: Page) => field(page, "/inputs/array/1").fill("7")],
    ["removed", [1, 1.5, 2], (page: Page) => page.getByRole("button", { name: "Remove row 2" }).click()],
    ["emptied", [1.5], (page: Page) => page.getByRole("button", { name: "Remove row 1" }).click()],
  ] as const)(
    "of a row go with it when it is %s, and not with another row",
    async (_, array, act) => {
      await using stack = new AsyncDisposableStack();
      const context = await plain().browser.newContext();
      stack.defer(() => context.close());
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      const inputs = encodeURIComponent(JSON.stringify({ text: "x", array }));
      await page.goto(`${plain().server.url}/processes/echo?f=html&inputs=${inputs}`);
      await page.getByRole("button", { name: "Check" }).click();
      await page.getByText("Nothing was run: this is not right yet.").waitFor();
      await page.locator('pre[data-use="JSON"]').waitFor({ state: "attached" });
      const left = page.locator('[id^="/inputs/array/"].row');
      // A spare row stands behind the others: only one is left to be emptied.
      while ((await left.count()) > array.length) await left.last().locator(".row-remove").click();
      if (array.length > 1) {
        await field(page, "/inputs/array/0").fill("7");
        await page.getByRole("button", { name: "Remove row 3" }).click();
      }
      expect([await lines(page), await marks(page)]).toEqual([1, 1]);
      await act(page);
      expect([await lines(page), await marks(page), await page.locator("[data-faults]").count()]).toEqual([0, 0, 0]);
    },
    60_000,
  );

  test("lead into the fold of their field, and Tab goes on from there", async () => {
    await using stack = new AsyncDisposableStack();
    const page = await check(stack, { "~success": "nonsense", "/inputs/text": "x" });
    // The script that opens folds may come after the page: until then a press leads there without the focus.
    const leads = async () => {
      await page.evaluate('document.querySelector("details.extras").open = false');
      await page.locator(".notice-bad a").focus();
      await page.keyboard.press("Enter");
      await page.waitForTimeout(200);
      return (await page.locator('[name="~success"]:focus').count()) === 1;
    };
    for (let tries = 0; tries < 50 && !(await leads()); tries += 1);
    // The same link once more changes no address.
    for (const _ of [1, 2]) {
      expect(await leads()).toBe(true);
      await page.keyboard.press("Tab");
      await page.locator('[name="~failed"]:focus').waitFor();
    }
  }, 60_000);
});
