import { expect, test } from "bun:test";
import { missing } from "./site.ts";
import { openViewsSite } from "./views-site.ts";

const title =
  "the page of the system takes newer figures where it stands, and shows the settings that fit what is typed alone";

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
    // Who looks for a setting sees the hits alone, each once, by words that people use for it.
    const rows = page.locator("#all-settings ~ * tbody tr");
    const shown = async () => {
      const all = await rows.all();
      const seen = await Promise.all(all.map((row) => row.isVisible()));
      return (await Promise.all(all.filter((_, at) => seen[at]).map((row) => row.locator("th").innerText()))).map(
        (name) => name.trim(),
      );
    };
    const every = (await shown()).length;
    for (const [words, name] of [
      ["parallel", "slots"],
      ["concurrent", "slots"],
      ["simultaneous", "slots"],
      ["prometheus", "metrics"],
      ["name of the service", "serviceTitle"],
      ["--keep-hours", "keepHours"],
      ["HEDDLE_KEEP_HOURS", "keepHours"],
    ] as const) {
      await page.getByLabel("Find a setting").fill(words);
      const hits = await shown();
      expect([words, hits.includes(name), new Set(hits).size]).toEqual([words, true, hits.length]);
      expect([words, hits.includes("port")]).toEqual([words, false]);
    }
    await page.getByLabel("Find a setting").fill("no such words");
    expect(await shown()).toEqual([]);
    await page.getByText("None fits. Try fewer words").waitFor();
    expect(await page.locator("details#settings[open]").count()).toBe(0);
    await page.getByLabel("Find a setting").fill("");
    expect(await shown()).toHaveLength(every);
    // A link opens the part that it leads into.
    for (const [words, part] of [
      ["Program", "#program"],
      ["Where the space goes", "#space"],
      ["Changing a setting", "#changing-a-setting"],
    ] as const) {
      const fold = page.locator(`details:has(> summary ${part})`);
      expect([part, await fold.getAttribute("open")]).toEqual([part, null]);
      await page.locator(".jumps").getByRole("link", { name: words, exact: true }).click();
      await page.locator(`details[open]:has(> summary ${part})`).waitFor();
    }
    // By the keyboard, too, and the next Enter shuts nothing: the focus is behind what opens and shuts the part.
    for (const [words, part] of [
      ["how long", "#retention"],
      ["Program", "#program"],
    ] as const) {
      await page.locator("details").evaluateAll((all) => all.map((one) => one.removeAttribute("open")));
      // The second time, the address is that of the link already.
      for (const _ of [1, 2]) {
        await page.getByRole("link", { name: words, exact: true }).first().focus();
        await page.keyboard.press("Enter");
        const fold = page.locator(`details[open]:has(> summary ${part}), section:has(> ${part}) > details[open]`);
        await fold.locator("> :focus:not(summary)").waitFor();
        await page.keyboard.press("Enter");
        expect([part, await fold.count()]).toEqual([part, 1]);
      }
    }
    // What a part is searched by stands above its fold.
    await page.locator(".jumps").getByRole("link", { name: "Settings", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.locator('[data-finds="settings"] input:focus').waitFor();
    expect(wrong).toEqual([]);
  },
  90_000,
);
