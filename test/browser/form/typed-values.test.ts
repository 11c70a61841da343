import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { missing } from "../site.ts";
import { holdViewsSite } from "../views-site.ts";

const title = missing === undefined ? "typed values of a form" : `typed values of a form (skipped: no ${missing})`;

const tool = {
  ...{ cwlVersion: "v1.2", class: "CommandLineTool", id: "typed", baseCommand: "echo" },
  inputs: { share: "double?", many: "int?", values: "double[]?", extent: "double[]?", files: "File[]?" },
  outputs: {},
};

describe.skipIf(missing !== undefined)(title, () => {
  const site = holdViewsSite(async () => {
    await site().deploy(tool);
  });

  const field = (page: Page, name: string) => page.locator(`[name="${name}"]`);

  async function open(wrong: string[]): Promise<Page> {
    const page = await site().open(wrong);
    await page.goto(`${site().url}/processes/typed?f=html`);
    await page.locator(".row-remove").first().waitFor();
    return page;
  }

  /** Pastes as somebody does who copied the text. */
  async function paste(page: Page, name: string, text: string): Promise<void> {
    await field(page, name).focus();
    const event = { bubbles: true, cancelable: true, inputType: "insertFromPaste", data: text };
    const isLeft = await page.evaluate(
      `document.activeElement.dispatchEvent(new InputEvent("beforeinput", ${JSON.stringify(event)}))`,
    );
    // What is left to the browser, it pastes itself.
    expect(isLeft).toBe(false);
  }

  test("a comma that is typed or pasted into a number is a point, in inputs, in lists and in boxes", async () => {
    const wrong: string[] = [];
    const page = await open(wrong);
    for (const [name, typed, wanted] of [
      ["/inputs/share", "1,5", "1.5"],
      ["/inputs/values/0", "-0,25", "-0.25"],
      ["/inputs/values/1", ",5", ".5"],
      ["/inputs/extent/0", "7,125", "7.125"],
    ] as const) {
      await field(page, name).pressSequentially(typed);
      expect([name, await field(page, name).inputValue()]).toEqual([name, wanted]);
    }
    await paste(page, "/inputs/extent/1", "46,5");
    expect(await field(page, "/inputs/extent/1").inputValue()).toBe("46.5");
    expect(await page.locator(".fault").count()).toBe(0);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a comma that may mean another number is told beside its field, and never sent as one", async () => {
    const wrong: string[] = [];
    const page = await open(wrong);
    await field(page, "/inputs/many").pressSequentially("1,000");
    await field(page, "/inputs/share").pressSequentially("1,2,3");
    await paste(page, "/inputs/values/0", "1,234");
    await paste(page, "/inputs/values/1", "1.234,5");
    for (const name of ["many", "share", "values/0", "values/1"]) {
      expect(await page.locator(`[id="/inputs/${name}"] > .fault`).textContent()).toContain("two ways");
    }
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("Nothing was run: this is not right yet.").waitFor();
    const text = (await page.locator(".notice-bad").textContent()) ?? "";
    for (const found of ['"1,000"', '"1,234"', '"1.234,5"']) expect(text).toContain(found);

    const again = await open(wrong);
    await field(again, "/inputs/many").pressSequentially("1,000");
    await field(again, "/inputs/many").fill("1000");
    expect(await again.locator(".fault").count()).toBe(0);
    expect(wrong.filter((line) => !line.includes("422"))).toEqual([]);
  }, 60_000);

  test("files that are chosen at once fill the rows of their list, and no other row", async () => {
    const wrong: string[] = [];
    const page = await open(wrong);
    const files = ["a", "b", "c", "d"].map((name) => ({
      ...{ name: `${name}.txt`, mimeType: "text/plain", buffer: Buffer.from(name) },
    }));
    await field(page, "/inputs/files/0/~upload").setInputFiles(files);
    for (const [row, { name }] of files.entries()) {
      await page.locator(`[id="/inputs/files/${row}"]`).getByText(`${name}, 1 byte, is uploaded.`).waitFor();
    }
    expect(await page.locator('[id^="/inputs/files/"].row').count()).toBe(4);
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const { inputs } = JSON.parse(await (await fetch(`${page.url().split("?")[0]}/inputs`)).text());
    expect(inputs.files).toHaveLength(4);
    expect(wrong).toEqual([]);
  }, 60_000);
});
