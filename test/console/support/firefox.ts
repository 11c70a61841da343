import { existsSync } from "node:fs";
import { type Browser, type ElementHandle, launch, type Page } from "puppeteer-core";

/** Where Firefox is; undefined where there is none. */
export const firefoxProgram = ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find((path) => existsSync(path));

/** Names a group of tests; where there is no Firefox, the name says so. */
export function namedFirefox(title: string): string {
  return firefoxProgram === undefined ? `${title} (skipped: no firefox-esr)` : title;
}

/** Starts Firefox, as it is sold, without a window; it takes whoever looks for somebody with a mouse. */
export async function launchFirefox(): Promise<Browser> {
  return launch({
    browser: "firefox",
    executablePath: firefoxProgram ?? "",
    // Where no screen is, there is no mouse either, unless it is told so: one that points and hovers.
    extraPrefsFirefox: { "ui.primaryPointerCapabilities": 6, "ui.allPointerCapabilities": 6 },
  });
}

/** Opens a page; `wrong` gets what must not happen on any: errors of scripts, what a policy refused, requests to others. */
export async function openWatched(browser: Browser, url: string, wrong: string[]): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  await page.setViewport({ width: 1280, height: 900 });
  page.on("pageerror", (error) => {
    const text = error instanceof Error ? error.message : String(error);
    if (!isOfLeaving.test(text)) wrong.push(text);
  });
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) wrong.push(request.url());
  });
  return page;
}

/** Firefox writes down that a page which is left had not loaded all, and that a stream has no more: neither is a fault. */
const isOfLeaving =
  /loading dynamically imported module|NetworkError when attempting to fetch|(?:was interrupted|establish a connection)/;

/** Finds the one element of a selector, once it can be seen. */
export async function seen(page: Page, selector: string): Promise<ElementHandle> {
  const found = await page.waitForSelector(selector, { visible: true });
  if (found === null) throw new Error(`Found nothing on ${page.url()}, wanted ${selector}`);
  return found;
}

/** Writes the selector of what says these words, of the elements that a part of an XPath names. */
export function saying(elements: string, words: string): string {
  return `xpath/.//${elements}[contains(., '${words}')]`;
}

/** Presses what leads to another page, and waits for that. */
export async function follow(page: Page, selector: string): Promise<void> {
  const target = await seen(page, selector);
  await Promise.all([page.waitForNavigation(), target.click()]);
}
