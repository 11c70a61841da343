import type { BrowserContext, Page } from "playwright-core";
import type { Plain } from "../plain.ts";

/** The form that these tests fill in. */
export const formPath = "/processes/echo?f=html";

export const hereAgain = "What you typed before is here again.";

/** Opens a browser of nobody, with nothing in it. */
export async function openBrowser(stack: AsyncDisposableStack, service: Plain): Promise<BrowserContext> {
  const context = await service.browser.newContext();
  stack.defer(() => context.close());
  context.setDefaultTimeout(15_000);
  return context;
}

/** Opens a page in a tab of its own, whose script has run. */
export async function openPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await go(page, url);
  return page;
}

/** Goes to a page, and waits until its script has run. */
export async function go(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForLoadState("networkidle");
}

export const text = (page: Page) => page.locator('[name="/inputs/text"]');
export const offers = (page: Page) => page.locator("[data-drafts] button", { hasText: "Take it up" });

/** Reads the drafts that the browser keeps, as the texts that they are. */
export function keptIn(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(
    'Object.entries(localStorage).filter(([key]) => key.startsWith("heddle-draft ")).map(([, text]) => text)',
  );
}

/** Waits until a draft holds some words as a whole text: it is written now and then. */
export async function untilKept(page: Page, words: string): Promise<void> {
  const held = JSON.stringify(JSON.stringify(words));
  await page.evaluate(`new Promise((resolve) => {
    const isKept = (storage) => Object.entries(storage).some(
      ([key, text]) => key.startsWith("heddle-draft ") && text.includes(${held}));
    const look = () => ([localStorage, sessionStorage].some(isKept) ? resolve() : requestAnimationFrame(look));
    look();
  })`);
}

/** Types a text, and waits until it is kept. */
export async function typeKept(page: Page, words: string): Promise<void> {
  await text(page).fill(words);
  await untilKept(page, words);
}
