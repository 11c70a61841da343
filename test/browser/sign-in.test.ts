import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { missing, openSites, type Sites } from "./site.ts";

const title = missing === undefined ? "in a real browser" : `in a real browser (skipped: no ${missing})`;

describe.skipIf(missing !== undefined)(title, () => {
  const held = new AsyncDisposableStack();
  let opened: Sites | undefined;
  const sites = (): Sites => {
    if (opened === undefined) throw new Error("The sites are not open");
    return opened;
  };
  beforeAll(async () => {
    opened = held.use(await openSites());
  }, 60_000);
  afterAll(() => held.disposeAsync());

  /** Opens a browser profile of its own. */
  async function newPage(stack: AsyncDisposableStack): Promise<Page> {
    const context = await sites().browser.newContext({ ignoreHTTPSErrors: true });
    stack.defer(() => context.close());
    context.setDefaultTimeout(15_000);
    return context.newPage();
  }

  /** Signs in as a person does, beginning at a page that wants it. */
  async function signIn(page: Page, path: string, user = "rudi"): Promise<void> {
    await page.goto(`${sites().heddle}${path}`);
    await page.getByRole("link", { name: "Sign in with your organisation's account" }).click();
    await page.locator('input[name="user"]').fill(user);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${sites().heddle}/**`);
  }

  /** Executes by the form of the page of the process; gives the address of the job. */
  async function execute(page: Page): Promise<string> {
    await page.goto(`${sites().heddle}/processes/echo?f=html`);
    await page.getByRole("textbox", { name: "Any text" }).fill("hello");
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    return page.url();
  }

  async function jobsOf(page: Page): Promise<number> {
    const [cookie] = await page.context().cookies(sites().heddle);
    const headers = { cookie: `${cookie?.name}=${cookie?.value}` };
    const { jobs } = JSON.parse(await (await fetch(`${sites().server.url}/jobs`, { headers })).text());
    return jobs.length;
  }

  test("sign-in at a provider on another site ends on the page that was asked for, and sign-out ends it", async () => {
    await using stack = new AsyncDisposableStack();
    const page = await newPage(stack);
    await signIn(page, "/jobs?limit=7&f=html");
    expect(page.url()).toBe(`${sites().heddle}/jobs?limit=7&f=html`);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Jobs");
    const [cookie, ...others] = await page.context().cookies(sites().heddle);
    expect([cookie, others]).toMatchObject([
      {
        name: "__Host-heddle",
        path: "/",
        domain: "maps.heddle.example",
        httpOnly: true,
        secure: true,
        sameSite: "Lax",
      },
      [],
    ]);
    expect(await page.evaluate("document.cookie")).toBe("");
    await page.locator('nav a[href*="/_/sign-in"]').click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are not signed in.").waitFor();
    await page.goto(`${sites().heddle}/jobs?f=html`);
    expect(page.url()).toStartWith(`${sites().heddle}/_/sign-in?to=`);
  }, 60_000);

  test("a person executes by the form of a page, and the link to the job on a third site shows the job", async () => {
    await using stack = new AsyncDisposableStack();
    const page = await newPage(stack);
    await signIn(page, "/jobs");
    const job = await execute(page);
    sites().show("/link", `<a href="${job}">My job</a>`);
    await page.goto(`${sites().third}/link`);
    await page.getByRole("link", { name: "My job" }).click();
    await page.waitForURL(job);
    expect(await page.content()).toContain("successful");
    // Who is not signed in comes to the job by signing in.
    const other = await newPage(stack);
    await other.goto(`${sites().third}/link`);
    await other.getByRole("link", { name: "My job" }).click();
    await other.getByRole("link", { name: "Sign in with your organisation's account" }).click();
    await other.locator('input[name="user"]').fill("rudi");
    await other.getByRole("button", { name: "Sign in" }).click();
    await other.waitForURL(job);
    expect(await other.content()).toContain("successful");
  }, 60_000);

  const target = (path: string) => `${sites().heddle}${path}`;
  const execution = "/processes/echo/execution";
  const attacks: Readonly<Record<string, () => string>> = {
    "a form": () =>
      `<form id="f" method="post" action="${target(execution)}"><input name="text" value="x"></form><script>f.submit()</script>`,
    "a form like ours": () =>
      `<form id="f" method="post" enctype="multipart/form-data" action="${target("/processes/echo/form")}"><input name="/inputs/text" value="x"></form><script>f.submit()</script>`,
    "a form of plain text": () =>
      `<form id="f" method="post" enctype="text/plain" action="${target(execution)}"><input name='{"inputs":{"text":"x"},"a":"' value='"}'></form><script>f.submit()</script>`,
    "a form that leaves by GET": () =>
      `<form id="f" action="${target(execution)}"><input name="text" value="x"></form><script>f.submit()</script>`,
    "a script with the cookie": () =>
      `<script>fetch("${target(execution)}", { method: "POST", mode: "no-cors", credentials: "include", body: '{"inputs":{"text":"x"}}' }).finally(() => { document.title = "done" })</script>`,
    "an image": () => `<img src="${target(execution)}?text=x&prefer=respond-async" onerror="document.title = 'done'">`,
    "a frame": () => `<iframe src="${target(execution)}?text=x" onload="document.title = 'done'"></iframe>`,
    "a frame of WPS": () =>
      `<iframe src="${target("/wps")}?service=WPS&version=1.0.0&request=Execute&identifier=echo&datainputs=text=x" onload="document.title = 'done'"></iframe>`,
    "a form that signs out": () =>
      `<form id="f" method="post" action="${target("/_/sign-out")}"></form><script>f.submit()</script>`,
  };

  for (const place of ["third", "neighbour"] as const) {
    test.each(Object.keys(attacks))(
      `${place === "third" ? "a page of a third site" : "a page of a neighbour of the same domain"} starts and stops nothing by %s`,
      async (name) => {
        await using stack = new AsyncDisposableStack();
        const page = await newPage(stack);
        await signIn(page, "/jobs");
        const before = await jobsOf(page);
        sites().show("/attack", attacks[name]?.() ?? "");
        const answers: number[] = [];
        page.on("response", (response) => {
          if (response.url().startsWith(sites().heddle)) answers.push(response.status());
        });
        await page.goto(`${sites()[place]}/attack`).catch(() => undefined);
        // What the page asks for has been answered, or was refused by the browser itself.
        await page.waitForLoadState("networkidle").catch(() => undefined);
        expect([name, await jobsOf(page)]).toEqual([name, before]);
        expect(answers.filter((status) => status === 201)).toEqual([]);
      },
      60_000,
    );
  }
});
