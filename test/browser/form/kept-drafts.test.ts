import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BrowserContext, Page } from "playwright-core";
import { runExecutable } from "../../support/servers/executable.ts";
import { noBrowser, openPlain, type Plain } from "../plain.ts";
import { formPath, go, hereAgain, keptIn, offers, openBrowser, openPage, text, typeKept } from "./draft-pages.ts";

const title = noBrowser === undefined ? "what a browser keeps of forms" : `kept drafts (skipped: no ${noBrowser})`;

const told = (page: Page) => page.locator("[data-draft], div[data-drafts]");

describe.skipIf(noBrowser !== undefined)(title, () => {
  const held = new AsyncDisposableStack();
  let opened: Plain | undefined;
  const plain = (): Plain => {
    if (opened === undefined) throw new Error("The service is not open");
    return opened;
  };
  beforeAll(async () => {
    opened = held.use(await openPlain());
  }, 60_000);
  afterAll(() => held.disposeAsync());
  const openTab = (context: BrowserContext, path = formPath, service = plain()) =>
    openPage(context, `${service.server.url}${path}`);

  test("a form in which nobody typed says of no draft, with what an address fills in neither, nor after a reload", async () => {
    await using stack = new AsyncDisposableStack();
    const context = await openBrowser(stack, plain());
    const given = `${formPath}&inputs=${encodeURIComponent('{"text":"given","array":[1,2,3],"flag":true}')}`;
    for (const path of [formPath, given, "/_/deploy?f=html"]) {
      const page = await openTab(context, path);
      expect([path, await told(page).count()]).toEqual([path, 0]);
      await page.reload();
      await page.waitForLoadState("networkidle");
      expect([path, await told(page).count()]).toEqual([path, 0]);
      await page.close();
    }
  }, 60_000);

  test("many changes at once are written once, read no other draft, and the last is there after a reload", async () => {
    await using stack = new AsyncDisposableStack();
    const page = await openTab(await openBrowser(stack, plain()));
    const counted = await page.evaluate(`(() => {
      for (let at = 0; at < 10; at += 1) localStorage.setItem("heddle-draft @machine /processes/other/form " + at,
        JSON.stringify({ at: Date.now(), revision: "", fields: [["/inputs/text", ["other"]]] }));
      const counts = { written: 0, read: 0 };
      const { setItem } = Storage.prototype;
      Storage.prototype.setItem = function (key, text) {
        if (key.startsWith("heddle-draft ")) counts.written += 1;
        return setItem.call(this, key, text);
      };
      const { parse } = JSON;
      JSON.parse = (text, ...more) => {
        if (text.includes('"other"')) counts.read += 1;
        return parse(text, ...more);
      };
      const field = document.querySelector('[name="/inputs/text"]');
      for (let at = 0; at < 200; at += 1) {
        field.value = "moved " + at;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
      return counts;
    })()`);
    expect(counted).toEqual({ written: 1, read: 0 });
    await page.reload();
    await page.getByText(hereAgain).waitFor();
    expect(await text(page).inputValue()).toBe("moved 199");
    // What is begun anew is not written again as the page goes.
    await text(page).fill("never mind");
    await text(page).fill("nor this");
    await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Start anew" }).click()]);
    await page.waitForLoadState("networkidle");
    expect(await text(page).inputValue()).toBe("");
    expect((await keptIn(page)).filter((one) => !one.includes("other"))).toEqual([]);
    expect(await told(page).count()).toBe(0);
  }, 60_000);

  test("what is no draft of this version goes, and the form works", async () => {
    await using stack = new AsyncDisposableStack();
    const context = await openBrowser(stack, plain());
    const page = await openTab(context);
    const now = Date.now();
    const texts = [
      ...["", "{", "null", "7", "[]", '"text"', "{}", `{"at":${now},`, `{"at":${now}}`],
      `{"at":${now},"revision":7,"fields":[]}`,
      `{"at":${now},"revision":"","fields":{}}`,
      `{"at":${now},"revision":"","fields":[["/inputs/text","no list"]]}`,
      `{"at":${now},"revision":"","fields":[[7,["text"]]]}`,
      `{"at":${now},"revision":"","fields":[null]}`,
      '{"at":1e300,"revision":"","fields":[]}',
      `{"at":${"9".repeat(20)},"revision":"","fields":[]}`,
    ];
    for (const bad of texts) {
      await page.evaluate(`(() => {
        sessionStorage.clear();
        const key = "heddle-draft @machine /processes/echo/form bad";
        localStorage.setItem(key, ${JSON.stringify(bad)});
        sessionStorage.setItem("heddle-own @machine /processes/echo/form ", key);
      })()`);
      await page.reload();
      await page.waitForLoadState("networkidle");
      expect([bad, await keptIn(page), await told(page).count()]).toEqual([bad, [], 0]);
    }
    await typeKept(page, "works");
  }, 90_000);

  test("a form that did not arrive keeps its draft, whatever other job is looked at meanwhile", async () => {
    await using stack = new AsyncDisposableStack();
    const context = await openBrowser(stack, plain());
    const page = await openTab(context);
    await text(page).fill("another job");
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    await page.waitForLoadState("networkidle");
    expect([await keptIn(page), new URL(page.url()).search]).toEqual([[], "?f=html"]);
    const job = page.url();
    await go(page, `${plain().server.url}${formPath}`);
    await typeKept(page, "did not arrive");
    await page.route("**/form", (route) => route.fulfill({ status: 413, body: "Refused on the way" }));
    await page.locator("button.button-main").click();
    await page.getByText("Refused on the way").waitFor();
    await go(page, job);
    expect(await keptIn(page)).toHaveLength(1);
    await page.unroute("**/form");
    await go(page, `${plain().server.url}${formPath}`);
    expect(await text(page).inputValue()).toBe("did not arrive");
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    await page.waitForLoadState("networkidle");
    expect(await keptIn(page)).toEqual([]);
  }, 60_000);

  test("what the user of this machine typed is offered to no stranger, once the service has keys", async () => {
    await using stack = new AsyncDisposableStack();
    const service = stack.use(await openPlain());
    const context = await openBrowser(stack, service);
    const page = await openTab(context, formPath, service);
    await typeKept(page, "typed by the user of this machine");
    await page.close();
    const own = await openTab(context, formPath, service);
    expect(await offers(own).count()).toBe(1);
    await own.close();
    await createKey(service, "ada");
    const later = await openTab(context, formPath, service);
    await untilStranger(later);
    expect([await told(later).count(), (await keptIn(later)).length]).toEqual([0, 1]);
  }, 60_000);

  test("the values of a job that a tab keeps are those of who looked at it, and go at sign-out", async () => {
    await using stack = new AsyncDisposableStack();
    const service = stack.use(await openPlain());
    const key = await createKey(service, "ada");
    const context = await openBrowser(stack, service);
    const page = await openTab(context, "/_/sign-in?f=html", service);
    await page.locator('input[name="key"]').fill(key);
    await page.getByRole("button", { name: "Sign in with a key" }).click();
    await page.waitForURL((url) => !url.pathname.includes("sign-in"));
    await go(page, `${service.server.url}${formPath}`);
    await text(page).fill("private");
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const id = new URL(page.url()).pathname.replace(/.*\//, "");
    await go(page, `${service.server.url}${formPath}&from=${id}`);
    const kept = () => page.evaluate<string[]>("Object.keys(sessionStorage)");
    expect(await kept()).toContain(`heddle-before ada /processes/echo/form ${id}`);
    await go(page, `${service.server.url}/_/sign-in?f=html`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are not signed in.").waitFor();
    expect((await kept()).filter((name) => name.startsWith("heddle-"))).toEqual([]);
  }, 60_000);
});

async function createKey(service: Plain, user: string): Promise<string> {
  const data = `${service.folder}/data`;
  const asked = ["keys", "create", "--role", "runner", "--user", user, "--data", data, "--json"];
  const { out } = await runExecutable(asked);
  return String(JSON.parse(out).key);
}

/** Loads a page again until the service knows that it has keys. */
async function untilStranger(page: Page): Promise<void> {
  while ((await page.locator('form[data-drafts="tab"]').count()) === 0) await page.reload();
  await page.waitForLoadState("networkidle");
}
