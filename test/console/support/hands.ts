import type { BrowserContextOptions, Locator, Page } from "playwright-core";

/** How somebody does a task. */
export type Hands = {
  /** Presses what can be pressed. */
  press(target: Locator): Promise<void>;
  /** Writes into a field in place of what stands there. */
  write(target: Locator, text: string): Promise<void>;
  /** Chooses an option of a list by its value. */
  choose(target: Locator, value: string): Promise<void>;
  /** Ticks a box. */
  tick(target: Locator): Promise<void>;
  /** Chooses a file for a field. */
  attach(target: Locator, path: string): Promise<void>;
};

/** A way to do a task: the browser that it needs, and how it is worked with. */
export type Way = { readonly browser: BrowserContextOptions; hands(page: Page): Hands };

const wide = { viewport: { width: 1280, height: 900 } };
const narrow = { viewport: { width: 360, height: 780 } };

/** The ways in which each task must be possible. */
export const ways = {
  "by mouse": { browser: wide, hands: withMouse },
  "by keyboard alone": { browser: wide, hands: withKeyboard },
  "at 360 pixels": { browser: { ...narrow, hasTouch: true }, hands: withMouse },
  "without JavaScript": { browser: { ...wide, javaScriptEnabled: false }, hands: withMouse },
} as const satisfies Readonly<Record<string, Way>>;

/** The name of a way. */
export type WayName = keyof typeof ways;

/** Lists the names of all ways. */
export const wayNames: readonly WayName[] = ["by mouse", "by keyboard alone", "at 360 pixels", "without JavaScript"];

function withMouse(page: Page): Hands {
  return {
    press: (target) => target.click(),
    write: (target, text) => target.fill(text),
    async choose(target, value) {
      await target.selectOption(value);
    },
    tick: (target) => target.check(),
    async attach(target, path) {
      const chooser = page.waitForEvent("filechooser");
      await target.click();
      await (await chooser).setFiles(path);
    },
  };
}

/** Tab leads to everything; Enter and Space press; arrows choose. Nothing else is touched. */
function withKeyboard(page: Page): Hands {
  return {
    async press(target) {
      await reach(page, target);
      await page.keyboard.press("Enter");
    },
    async write(target, text) {
      await reach(page, target);
      await page.keyboard.press("Control+A");
      await page.keyboard.type(text);
    },
    async choose(target, value) {
      await reach(page, target);
      for (let tried = 0; tried < 50 && (await target.inputValue()) !== value; tried += 1) {
        await page.keyboard.press("ArrowDown");
      }
    },
    async tick(target) {
      await reach(page, target);
      await page.keyboard.press("Space");
    },
    async attach(target, path) {
      // The script that brings a form to life comes first: it moves what it finds.
      await page.waitForLoadState("networkidle");
      // Who sees no dialogue presses again.
      for (let pressed = 1; ; pressed += 1) {
        await reach(page, target);
        const chooser = page.waitForEvent("filechooser", { timeout: 3000 });
        await page.keyboard.press(pressed % 2 === 1 ? "Space" : "Enter");
        const opened = await chooser.catch((error: unknown) => {
          if (pressed === 5) throw error;
        });
        if (opened !== undefined) return opened.setFiles(path);
      }
    },
  };
}

/** Goes on by Tab until something has the focus. */
async function reach(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let tried = 0; tried < 400; tried += 1) {
    if (await target.evaluate((one) => one.matches(":focus"))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${target}`);
}

/** Where a hand goes on an element: shares of its width and height. */
export type Path = {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  /** By a finger in place of the mouse. */
  readonly isTouch?: boolean;
};

/** Goes over an element from one place to another, pressed. */
export async function drag(page: Page, target: Locator, { from, to, isTouch = false }: Path): Promise<void> {
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  if (box === null) throw new Error("What is dragged over is not on the page");
  const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2] as const;
  const places = [from, middle, to].map(([x, y]) => ({ x: box.x + box.width * x, y: box.y + box.height * y }));
  if (!isTouch) {
    for (const [index, { x, y }] of places.entries()) {
      await page.mouse.move(x, y);
      if (index === 0) await page.mouse.down();
    }
    await page.mouse.up();
    return;
  }
  const devtools = await page.context().newCDPSession(page);
  for (const [index, place] of places.entries()) {
    const type = index === 0 ? "touchStart" : "touchMove";
    await devtools.send("Input.dispatchTouchEvent", { type, touchPoints: [place] });
  }
  await devtools.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}
