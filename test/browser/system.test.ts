import { expect, test } from "bun:test";
import { missing } from "./site.ts";
import { openViewsSite } from "./views-site.ts";

const title = "the page of the system takes newer figures where it stands, and loads nothing anew";

test.skipIf(missing !== undefined)(
  missing === undefined ? title : `${title} (skipped: no ${missing})`,
  async () => {
    await using site = await openViewsSite();
    const wrong: string[] = [];
    const page = await site.open(wrong, { reducedMotion: "reduce" });
    await page.goto(`${site.url}/_/system?f=html`);
    await page.getByText("It is measured again every 10 seconds.").waitFor();
    await page.getByText(/^All \d+ settings/).click();
    await page.evaluate("window.isSame = true");
    const measured = () => page.locator('[data-part="measured"] time').getAttribute("datetime");
    const [first, height] = [await measured(), await page.evaluate("document.body.scrollHeight")];
    for (let looks = 0; looks < 300 && (await measured()) === first; looks += 1) await page.waitForTimeout(100);
    expect(await measured()).not.toBe(first);
    expect(await page.evaluate("window.isSame")).toBe(true);
    expect(await page.locator("details[open]").count()).toBe(1);
    expect(await page.evaluate("document.body.scrollHeight")).toBe(height);
    // Only the script gives it a title: it was shown in the zone of the reader, also after the page took newer figures.
    expect(await page.locator('[data-part="measured"] time').getAttribute("title")).toBe(await measured());
    expect(wrong).toEqual([]);
  },
  90_000,
);
