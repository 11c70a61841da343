import { expect, test } from "bun:test";
import { noBrowser, openPlain } from "../plain.ts";

const title = "the map of a form has lines of degrees in both schemes, also when the scheme changes under it";

/** Counts in the southern ocean how much of the middle column of a map, where longitude 0 is, differs from one beside it. */
const dashes = `(() => {
  const canvases = [...document.querySelectorAll(".map canvas")];
  return Math.max(...canvases.map((canvas) => {
    const { width, height } = canvas;
    const [from, rows] = [Math.round(height * 0.68), Math.round(height * 0.12)];
    const sumAt = (x) => [...canvas.getContext("2d").getImageData(x, from, 1, rows).data].reduce((sum, part) => sum + part, 0);
    const beside = sumAt(Math.round(width / 2) - 15);
    return Math.max(...[-1, 0, 1].map((step) => Math.abs(sumAt(Math.round(width / 2) + step) - beside)));
  }));
})()`;

test.skipIf(noBrowser !== undefined)(
  noBrowser === undefined ? title : `${title} (skipped: no ${noBrowser})`,
  async () => {
    await using plain = await openPlain();
    const context = await plain.browser.newContext({ colorScheme: "light", viewport: { width: 1100, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(`${plain.server.url}/processes/echo?f=html`);
    await page.locator('[data-view="field"]').first().scrollIntoViewIfNeeded();
    await page.locator('[data-view="field"][data-state="drawn"]').first().waitFor();
    for (const colorScheme of ["light", "dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      for (let looks = 0; looks < 50 && (await page.evaluate<number>(dashes)) < 500; looks += 1) {
        await page.waitForTimeout(100);
      }
      expect([colorScheme, (await page.evaluate<number>(dashes)) >= 500]).toEqual([colorScheme, true]);
    }
    await context.close();
  },
  60_000,
);
