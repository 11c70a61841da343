import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { noBrowser, openPlain, type Plain } from "./plain.ts";

const title = noBrowser === undefined ? "keeping a job for good" : `keeping a job for good (skipped: no ${noBrowser})`;

describe.skipIf(noBrowser !== undefined)(title, () => {
  const held = new AsyncDisposableStack();
  let opened: Plain | undefined;
  beforeAll(async () => {
    opened = held.use(await openPlain());
  }, 60_000);
  afterAll(() => held.disposeAsync());

  test.each([true, false])(
    "its buttons work by the keyboard at 360 pixels (with a script: %p)",
    async (javaScriptEnabled) => {
      if (opened === undefined) throw new Error("The service is not open");
      const { browser, server } = opened;
      const made = await fetch(`${server.url}/processes/echo/execution`, {
        ...{
          method: "POST",
          headers: { "content-type": "application/json" },
          body: '{"inputs":{"text":"x"},"mode":"async"}',
        },
      });
      const { jobID } = JSON.parse(await made.text());
      const url = `${server.url}/jobs/${jobID}`;
      await using stack = new AsyncDisposableStack();
      const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 360, height: 700 } });
      stack.defer(() => context.close());
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      await page.goto(`${url}?f=html`);
      const isNarrow = async () => (await page.locator("html").boundingBox())?.width === 360;
      const button = (name: string) => page.getByRole("button", { name, exact: true });
      await button("Keep for good").focus();
      await page.keyboard.press("Enter");
      await button("Keep no longer").waitFor();
      expect(await page.getByText("The job is kept for good").isVisible()).toBe(true);
      expect(await isNarrow()).toBe(true);
      const box = await button("Keep no longer").boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(360);
      await page.goto(`${server.url}/jobs?f=html`);
      expect(await page.locator("td").getByText("kept for good").first().isVisible()).toBe(true);
      await page.goto(`${url}?f=html`);
      await button("Keep no longer").focus();
      await page.keyboard.press("Space");
      await button("Keep for good").waitFor();
      expect(await page.getByText("Kept for good since").count()).toBe(0);
    },
    60_000,
  );
});
