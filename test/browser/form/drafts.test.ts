import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BrowserContext } from "playwright-core";
import { runExecutable } from "../../support/servers/executable.ts";
import { noBrowser, openPlain, type Plain } from "../plain.ts";
import {
  formPath,
  hereAgain,
  keptIn,
  offers,
  openBrowser,
  openPage,
  text,
  typeKept,
  untilKept,
} from "./draft-pages.ts";

const title = noBrowser === undefined ? "drafts of forms" : `drafts of forms (skipped: no ${noBrowser})`;

const day = 86_400_000;

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

  const openContext = (stack: AsyncDisposableStack, service = plain()) => openBrowser(stack, service);
  const openTab = (context: BrowserContext, path = formPath, service = plain()) =>
    openPage(context, `${service.server.url}${path}`);

  test("what was typed is offered when its tab was closed, is taken up or forgotten, and is gone when it became a job", async () => {
    await using stack = new AsyncDisposableStack();
    const context = await openContext(stack);
    const first = await openTab(context);
    await text(first).fill("begun");
    await first.locator('button[name="~more"][value="/inputs/array"]').click();
    await first.locator('[name="/inputs/array/2"]').fill("7");
    await first.close();
    const second = await openTab(context);
    const told = second.locator("div[data-drafts]");
    expect(await told.innerText()).toMatch(
      /^You began this form on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: text: begun; array: 7\. /,
    );
    expect(await text(second).inputValue()).toBe("");
    await offers(second).click();
    await second.getByText(hereAgain).waitFor();
    expect([await text(second).inputValue(), await second.locator('[name="/inputs/array/2"]').inputValue()]).toEqual([
      "begun",
      "7",
    ]);
    await second.locator('pre[data-use="JSON"]', { hasText: "begun" }).waitFor({ state: "attached" });
    expect(await told.count()).toBe(0);
    await second.locator("button.button-main").click();
    await second.waitForURL(/\/jobs\//);
    await second.waitForLoadState("networkidle");
    expect(await keptIn(second)).toEqual([]);
    const third = await openTab(context);
    expect(await told.count()).toBe(0);
    await text(third).fill("never mind");
    await third.close();
    const fourth = await openTab(context);
    await fourth.getByRole("button", { name: "Forget it" }).click();
    expect(await keptIn(fourth)).toEqual([]);
    expect(await fourth.locator("div[data-drafts]").count()).toBe(0);
  }, 60_000);

  test("tabs of one form write over each other's drafts never, though one takes up what the other writes", async () => {
    await using stack = new AsyncDisposableStack();
    const context = await openContext(stack);
    const first = await openTab(context);
    await typeKept(first, "first");
    const second = await openTab(context);
    await offers(second).click();
    await typeKept(second, "second");
    await typeKept(first, "first goes on");
    await typeKept(second, "second goes on");
    const third = await openTab(context);
    expect(await offers(third).count()).toBe(2);
    expect(await third.locator("div[data-drafts] li").allInnerTexts()).toEqual([
      expect.stringContaining("text: second goes on."),
      expect.stringContaining("text: first goes on."),
    ]);
    for (const [page, words] of [
      [first, "first goes on"],
      [second, "second goes on"],
    ] as const) {
      await page.reload();
      await page.getByText(hereAgain).waitFor();
      expect(await text(page).inputValue()).toBe(words);
    }
  }, 60_000);

  test("what an address fills in counts before a draft, and leaves it", async () => {
    await using stack = new AsyncDisposableStack();
    const context = await openContext(stack);
    const page = await openTab(context);
    await text(page).fill("mine");
    await page.goto(`${plain().server.url}/processes/echo?f=html&inputs=%7B%22text%22%3A%22given%22%7D`);
    await page.waitForLoadState("networkidle");
    expect([await text(page).inputValue(), await page.locator("[data-draft], div[data-drafts]").count()]).toEqual([
      "given",
      0,
    ]);
    await text(page).fill("given and changed");
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    await page.waitForLoadState("networkidle");
    await page.goto(`${plain().server.url}/processes/echo?f=html`);
    await page.getByText(hereAgain).waitFor();
    expect(await text(page).inputValue()).toBe("mine");
    expect(await keptIn(page)).toHaveLength(1);
  }, 60_000);

  test("nothing secret is kept: no address that lets others in, no JSON with a password, no callback", async () => {
    await using stack = new AsyncDisposableStack();
    const page = await openTab(await openContext(stack));
    await page.getByText("More: title").click();
    const secrets = {
      "/inputs/image/~href": "https://ada:hidden1@example.org/a.png",
      "~failed": "https://example.org/?id=hidden2",
    };
    for (const [name, value] of Object.entries(secrets)) await page.locator(`[name="${name}"]`).fill(value);
    await text(page).fill("https://example.org/a?X-Amz-Signature=hidden3");
    await page.locator('[name="/inputs/object/~choice"][value="1"]').check();
    await page.locator('[name="/inputs/object/~of1/~json"]').fill('{"password": "hidden4"}');
    await page.locator('[name="~title"]').fill("kept all the same");
    await untilKept(page, "kept all the same");
    const kept = (await keptIn(page)).join();
    expect(kept).not.toContain("hidden");
  }, 60_000);

  test("a browser keeps 20 drafts, for 30 days", async () => {
    await using stack = new AsyncDisposableStack();
    const page = await openTab(await openContext(stack));
    const planted = (count: number, age: number) => `for (let at = 0; at < ${count}; at += 1) localStorage.setItem(
      "heddle-draft @machine /processes/other/form " + ${age} + "-" + at,
      JSON.stringify({ at: Date.now() - ${age} - at, revision: "", fields: [["/inputs/text", ["n" + at]]] }))`;
    await page.evaluate(planted(3, 31 * day));
    await page.evaluate(planted(25, 29 * day));
    await text(page).fill("the newest");
    const kept = await keptIn(page);
    expect(kept).toHaveLength(20);
    expect(kept.filter((one) => one.includes("the newest"))).toHaveLength(1);
    expect(kept.filter((one) => one.includes('"n0"'))).toHaveLength(1);
    expect(kept.filter((one) => one.includes('"n24"'))).toHaveLength(0);
  }, 60_000);

  test("a draft of another version says so, and what has no field any more is named", async () => {
    await using stack = new AsyncDisposableStack();
    const context = await openContext(stack);
    const page = await openTab(context);
    await page.evaluate(`localStorage.setItem("heddle-draft @machine /processes/echo/form a", JSON.stringify({
      at: Date.now(), revision: "older", fields: [["/inputs/text", ["old"]], ["/inputs/gone", ["lost"]]] }))`);
    await page.reload();
    await page.getByText("It was another version of the process.").waitFor();
    await offers(page).click();
    await page.getByText(`${hereAgain} The form has no field any more for gone.`).waitFor();
    expect(await text(page).inputValue()).toBe("old");
  }, 60_000);

  test("a package that was pasted is offered where one deploys, until it is deployed", async () => {
    await using stack = new AsyncDisposableStack();
    const context = await openContext(stack);
    const tool = {
      cwlVersion: "v1.2",
      class: "CommandLineTool",
      id: "drafted",
      baseCommand: "echo",
      inputs: {},
      outputs: {},
    };
    const first = await openTab(context, "/_/deploy?f=html");
    await first.locator('[name="text"]').fill(JSON.stringify(tool));
    await first.getByRole("button", { name: "Look" }).click();
    await first.getByText("Understood: drafted").waitFor();
    await first.close();
    const second = await openTab(context, "/_/deploy?f=html");
    await offers(second).click();
    expect(JSON.parse(await second.locator('[name="text"]').inputValue())).toEqual(tool);
    await second.getByRole("button", { name: "Look" }).click();
    await second.getByRole("button", { name: "Deploy", exact: true }).click();
    await second.getByText("Deployed. It can be run from now on.").waitFor();
    await second.waitForLoadState("networkidle");
    expect(await keptIn(second)).toEqual([]);
  }, 60_000);

  test("a draft is there for the person who typed it alone, stays while a session ends, and goes at sign-out", async () => {
    await using stack = new AsyncDisposableStack();
    const service = stack.use(await openPlain());
    const keyOf = async (user: string) => {
      const data = `${service.folder}/data`;
      const { out } = await runExecutable([
        "keys",
        "create",
        "--role",
        "runner",
        "--user",
        user,
        "--data",
        data,
        "--json",
      ]);
      return String(JSON.parse(out).key);
    };
    const [ada, bob] = [await keyOf("ada"), await keyOf("bob")];
    const context = await openContext(stack, service);
    const page = await openTab(context, "/processes/echo?f=html", service);
    const go = async (path = "/processes/echo?f=html") => {
      await page.goto(`${service.server.url}${path}`);
      await page.waitForLoadState("networkidle");
    };
    const signIn = async (key: string) => {
      await go("/_/sign-in?f=html");
      await page.locator('input[name="key"]').fill(key);
      await page.getByRole("button", { name: "Sign in with a key" }).click();
      await page
        .getByText("You are signed in as")
        .or(page.getByRole("heading", { level: 1 }))
        .first()
        .waitFor();
    };
    // A stranger's is kept by the tab, and offered once it is known who that is.
    await text(page).fill("typed by a stranger");
    expect(await keptIn(page)).toEqual([]);
    await signIn(ada);
    await go();
    await offers(page).click();
    expect(await text(page).inputValue()).toBe("typed by a stranger");
    await text(page).fill("typed by ada");
    expect(await keptIn(page)).toHaveLength(1);
    await signIn(bob);
    await go();
    expect(await page.locator("[data-draft], div[data-drafts]").count()).toBe(0);
    await context.clearCookies();
    await signIn(ada);
    await go();
    await page.getByText(hereAgain).or(offers(page)).first().waitFor();
    const other = await openTab(context, "/processes/echo?f=html", service);
    await text(other).fill("another tab");
    await go("/_/sign-in?f=html");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are not signed in.").waitFor();
    expect(await keptIn(page)).toEqual([]);
    await text(other).fill("written after the sign-out");
    await other.getByText("Somebody signed out in this browser, and this page keeps nothing from then on").waitFor();
    expect(await keptIn(page)).toEqual([]);
    await signIn(ada);
    await go();
    expect(await page.locator("[data-draft], div[data-drafts]").count()).toBe(0);
  }, 90_000);
});
