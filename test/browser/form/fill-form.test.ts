import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { noBrowser, openPlain, type Plain } from "../plain.ts";

const title =
  noBrowser === undefined ? "a form filled in from a file" : `a form filled in from a file (skipped: no ${noBrowser})`;

describe.skipIf(noBrowser !== undefined)(title, () => {
  const held = new AsyncDisposableStack();
  let opened: Plain | undefined;
  beforeAll(async () => {
    opened = held.use(await openPlain());
  }, 60_000);
  afterAll(() => held.disposeAsync());

  for (const javaScriptEnabled of [true, false]) {
    test(`a chosen file fills in the form that runs, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
      if (opened === undefined) throw new Error("The service is not open");
      const context = await opened.browser.newContext({ javaScriptEnabled, viewport: { width: 360, height: 800 } });
      await using _ = { [Symbol.asyncDispose]: () => context.close() };
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      await page.goto(`${opened.server.url}/processes/echo?f=html`);
      await page.locator('[name="/inputs/integer"]').fill("7");
      await page.locator('[name="/inputs/number"]').fill("1");
      await page.getByText("Fill in from a file").click();
      const text = "text: from the file\nnumber: 2.5\nimage: {class: File, path: here/a.png}\nother: 1\n";
      const file = { name: "job.yml", mimeType: "application/yaml", buffer: Buffer.from(text) };
      await page.getByLabel("A file of inputs").setInputFiles(file);
      await page.getByRole("button", { name: "Fill in" }).click();
      await page.getByText("Filled in from job.yml").waitFor();
      expect(await page.locator('[name="/inputs/text"]').inputValue()).toBe("from the file");
      expect(await page.locator('[name="/inputs/number"]').inputValue()).toBe("2.5");
      expect(await page.locator('[name="/inputs/integer"]').inputValue()).toBe("7");
      expect(await page.locator('[id="/inputs/image"] .fault').textContent()).toBe(
        "job.yml names a.png: choose that file",
      );
      const told = page.getByRole("alert");
      expect(await told.getByText("other was left out: the process has no such input").count()).toBe(1);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
      await page.getByRole("button", { name: "Only what the file says" }).click();
      await page.getByText(/Emptied: [^.]+\./).waitFor();
      expect(await page.locator('[name="/inputs/integer"]').inputValue()).toBe("");
      expect(await page.locator('[name="/inputs/text"]').inputValue()).toBe("from the file");
      // Enter in a field runs, and fills in nothing again.
      await page.locator('[name="/inputs/text"]').press("Enter");
      await page.waitForURL(/\/jobs\/[^/]+\?f=html/);
    }, 60_000);
  }
});
