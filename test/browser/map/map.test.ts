import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { waterBodies } from "../../console/support/processes.ts";
import { missing } from "../site.ts";
import { holdViewsSite } from "../views-site.ts";

const title = missing === undefined ? "the map of a form" : `the map of a form (skipped: no ${missing})`;

/** Keeps each text that is written on a canvas, with its colour. */
const keepTexts = `
  window.written = [];
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    window.written.push([text, this.fillStyle]);
    return write.call(this, text, ...place);
  };
`;

describe.skipIf(missing !== undefined)(title, () => {
  const site = holdViewsSite(async () => {
    await site().deploy({ ...waterBodies, id: "water" });
  });

  async function openForm(colorScheme: "light" | "dark", wrong: string[]): Promise<Page> {
    const page = await site().open(wrong, { colorScheme, reducedMotion: "reduce" });
    await page.addInitScript(keepTexts);
    await page.goto(`${site().url}/processes/water?f=html`);
    await page.locator(".map").scrollIntoViewIfNeeded();
    await page.locator('[data-view="field"][data-state="drawn"]').waitFor();
    return page;
  }

  const writtenOn = (page: Page) => page.evaluate(`window.written.map(([text]) => text).join("\\n")`).then(String);

  /** Waits until a name was written on the map: the page lets nobody evaluate a condition of its own. */
  async function untilWritten(page: Page, name: string): Promise<void> {
    for (let looks = 0; looks < 100; looks += 1) {
      if ((await writtenOn(page)).split("\n").some((text) => text.includes(name))) return;
      await page.waitForTimeout(50);
    }
    throw new Error(`Waited in vain for "${name}": found ${await writtenOn(page)}`);
  }

  /** Waits until nothing more is drawn, as finer lands come later, and forgets what was. */
  async function forgetWritten(page: Page): Promise<void> {
    for (let [before, now] = [-1, 0]; before !== now; ) {
      await page.waitForTimeout(400);
      [before, now] = [now, Number(await page.evaluate("window.written.length"))];
    }
    await page.evaluate("window.written = []");
  }

  test.each(["light", "dark"] as const)(
    "names countries where they have room, and the one that it shows the inside of, %s",
    async (scheme) => {
      const wrong: string[] = [];
      const page = await openForm(scheme, wrong);
      // The default is a small box in the middle of a large country.
      await untilWritten(page, "United States");
      expect(await writtenOn(page)).not.toContain("Canada");
      const [, colour] = JSON.parse(
        String(await page.evaluate('JSON.stringify(window.written.find(([text]) => text.includes("United")))')),
      );
      expect(colour).toBe(scheme === "light" ? "#4a565a" : "#b4c0c5");
      await forgetWritten(page);
      await page.getByRole("textbox", { name: "area of interest" }).fill("5,44,17,50");
      await untilWritten(page, "Switzerland");
      expect(await writtenOn(page)).not.toContain("United States");
      // Only the south of the country is seen, where its name stands then.
      await forgetWritten(page);
      await page.getByRole("textbox", { name: "area of interest" }).fill("14,37,16,38.2");
      await untilWritten(page, "Italy");
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  test("the wheel and one finger scroll the page, Ctrl with the wheel and two fingers change the map", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong, { hasTouch: true, viewport: { width: 600, height: 500 } });
    await page.goto(`${site().url}/processes/water?f=html`);
    const map = page.locator(".map");
    await map.scrollIntoViewIfNeeded();
    await page.locator('[data-view="field"][data-state="drawn"]').waitFor();
    const scale = page.locator(".map .ol-scale-line-inner");
    // The same words stand for more than one scale.
    const drawnScale = async () => `${await scale.innerText()}, ${await scale.getAttribute("style")}`;
    const first = await drawnScale();
    const scrolled = async () => Number(await page.evaluate("Math.round(scrollY)"));
    const middle = async () => {
      const box = await map.boundingBox();
      if (box === null) throw new Error("The map is not on the page");
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    };
    /** Waits until something differs from what it was. */
    const untilOther = async <Value>(read: () => Promise<Value>, before: Value): Promise<void> => {
      for (let looks = 0; looks < 100 && (await read()) === before; looks += 1) await page.waitForTimeout(50);
      expect(await read()).not.toBe(before);
    };
    let before = await scrolled();
    const { x, y } = await middle();
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, -100);
    await untilOther(scrolled, before);
    expect(await drawnScale()).toBe(first);
    // A finger goes down from where the map is now, which scrolls up.
    const devtools = await page.context().newCDPSession(page);
    const touch = async (fingers: readonly number[], by: readonly [number, number]) => {
      const at = await middle();
      for (const step of [0, 1, 2, 3, 4]) {
        const type = step === 0 ? "touchStart" : "touchMove";
        const touchPoints = fingers.map((id) => ({ id, x: at.x + id * 60 + by[0] * step, y: at.y + by[1] * step }));
        await devtools.send("Input.dispatchTouchEvent", { type, touchPoints });
      }
      await devtools.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    };
    const pointed = async () => {
      const at = await middle();
      await page.mouse.move(at.x + 1, at.y);
      await page.mouse.move(at.x, at.y);
      return page.locator(".map .map-pointer").innerText();
    };
    await map.scrollIntoViewIfNeeded();
    const place = await pointed();
    before = await scrolled();
    await touch([0], [0, 15]);
    await untilOther(scrolled, before);
    await map.scrollIntoViewIfNeeded();
    expect(await pointed()).toBe(place);
    before = await scrolled();
    await touch([0, 1], [10, 10]);
    await untilOther(pointed, place);
    expect(await scrolled()).toBe(before);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, 300);
    await page.keyboard.up("Control");
    await untilOther(drawnScale, first);
    expect(await scrolled()).toBe(before);
    // A turn of the wheel comes in several events, and the last ones may come after those that moved the map.
    for (let last = ""; last !== (await drawnScale()); await page.waitForTimeout(500)) last = await drawnScale();
    await page.getByRole("button", { name: "Show all" }).click();
    for (let looks = 0; looks < 100 && (await drawnScale()) !== first; looks += 1) await page.waitForTimeout(50);
    expect(await drawnScale()).toBe(first);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("has a scale, and tells where the pointer is in degrees", async () => {
    const wrong: string[] = [];
    const page = await openForm("light", wrong);
    expect(await page.locator(".map .ol-scale-line").innerText()).toBe("20 km");
    const pointer = page.locator(".map .map-pointer");
    expect(await pointer.innerText()).toBe("");
    await page.locator(".map").hover({ position: { x: 200, y: 150 } });
    await page.getByText(/^longitude -121\.\d{3}°, latitude 40\.\d{3}°$/).waitFor();
    // What is drawn meanwhile may move the map below a pointer that stands still: a hand moves on.
    for (let tries = 0; tries < 50 && (await pointer.innerText()) !== ""; tries += 1) {
      await page.mouse.move(tries % 2, 0);
      await page.waitForTimeout(100);
    }
    expect(await pointer.innerText()).toBe("");
    expect(wrong).toEqual([]);
  }, 60_000);
});
