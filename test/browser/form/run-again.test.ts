import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { noBrowser, openPlain, type Plain } from "../plain.ts";

const title = noBrowser === undefined ? "running a job again" : `running a job again (skipped: no ${noBrowser})`;

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

  const inputs = { text: "as it was", number: 12, array: [1, 2], choice: "red", flag: true };

  /** Opens the form of a job that is run again; what the page complains of is kept. */
  async function openAgain(stack: AsyncDisposableStack) {
    const { url } = plain().server;
    const headers = { "content-type": "application/json", prefer: "respond-async" };
    const made = await fetch(`${url}/processes/echo/execution`, {
      ...{ method: "POST", headers, body: JSON.stringify({ inputs }) },
    });
    const { jobID } = JSON.parse(await made.text());
    const context = await plain().browser.newContext({ viewport: { width: 360, height: 700 } });
    stack.defer(() => context.close());
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`${url}/processes/echo?f=html&from=${jobID}`);
    await page.locator('pre[data-use="JSON"]').filter({ hasText: "as it was" }).waitFor({ state: "attached" });
    return { page, complaints };
  }

  const field = (page: Page, name: string) => page.locator(`[name="/inputs/${name}"]`);
  const marks = (page: Page) => page.locator(".changed").allTextContents();

  test("begins at the first field, and marks what differs from the job with what it was", async () => {
    await using stack = new AsyncDisposableStack();
    const { page, complaints } = await openAgain(stack);
    expect(await page.evaluate("document.activeElement.closest('.field[id]').id")).toBe("/inputs/text");
    expect(await marks(page)).toEqual([]);
    await field(page, "number").fill("13");
    expect(await marks(page)).toEqual(["changed, was 12"]);
    await field(page, "text").fill("");
    await field(page, "array/1").fill("");
    await page.locator('[name="/inputs/choice"][value="blue"]').check();
    await page.locator('[name="/inputs/flag"][value="false"]').check();
    await field(page, "date").fill("2026-01-02T03:04");
    expect((await marks(page)).toSorted()).toEqual([
      ...["changed, was 1, 2", "changed, was 12", "changed, was as it was", "changed, was empty"],
      ...["changed, was red", "changed, was true"],
    ]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    // Back as it was is no change.
    await field(page, "number").fill("12");
    await field(page, "array/1").fill("2");
    await page.locator('[name="/inputs/choice"][value="red"]').check();
    expect((await marks(page)).toSorted()).toEqual([
      ...["changed, was as it was", "changed, was empty", "changed, was true"],
    ]);
    expect(complaints).toEqual([]);
  }, 60_000);

  test("says a mark once, when the field is left, and describes the field by it", async () => {
    await using stack = new AsyncDisposableStack();
    const { page } = await openAgain(stack);
    const said = page.locator('form > .unseen[role="status"]');
    await field(page, "number").focus();
    await page.keyboard.type("34");
    expect(await said.textContent()).toBe("");
    await page.keyboard.press("Tab");
    expect(await said.textContent()).toMatch(/^A number: changed, was 12\.$/);
    const described = await field(page, "number").getAttribute("aria-describedby");
    expect(await page.locator(`[id="${described}"]`).textContent()).toBe("changed, was 12");
    await said.evaluate((one) => one.replaceChildren());
    await field(page, "number").fill("99");
    await page.keyboard.press("Tab");
    expect(await said.textContent()).toBe("");
  }, 60_000);

  test("keeps its marks when it was checked, and when something is wrong", async () => {
    await using stack = new AsyncDisposableStack();
    const { page } = await openAgain(stack);
    await field(page, "number").fill("13");
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("The request is right. Nothing was run.").waitFor();
    expect(await marks(page)).toEqual(["changed, was 12"]);
    await field(page, "array/0").fill("1.5");
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("Nothing was run: this is not right yet.").waitFor();
    expect((await marks(page)).toSorted()).toEqual(["changed, was 1, 2", "changed, was 12"]);
    await field(page, "number").fill("12");
    expect(await marks(page)).toEqual(["changed, was 1, 2"]);
  }, 60_000);

  test("keeps its marks over a reload that brings back what was typed", async () => {
    await using stack = new AsyncDisposableStack();
    const { page } = await openAgain(stack);
    await field(page, "text").fill("another");
    await page.reload();
    await page.getByText("What you typed before is here again.").waitFor();
    expect(await marks(page)).toEqual(["changed, was as it was"]);
  }, 60_000);
});
