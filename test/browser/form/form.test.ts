import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { programsHere, runText } from "../../support/packages/copied-uses.ts";
import { noBrowser, openPlain, type Plain } from "../plain.ts";

const title =
  noBrowser === undefined ? "the form in a real browser" : `the form in a real browser (skipped: no ${noBrowser})`;

describe.skipIf(noBrowser !== undefined)(title, () => {
  const held = new AsyncDisposableStack();
  let opened: Plain | undefined;
  const plain = (): Plain => {
    if (opened === undefined) throw new Error("The service is not open");
    return opened;
  };
  beforeAll(async () => {
    opened = held.use(await openPlain(["--max-upload-bytes", "20000000", "--max-body-bytes", "20000"]));
  }, 60_000);
  afterAll(() => held.disposeAsync());

  /** Opens the form of the echo process; what the page complains of is kept. */
  async function openForm(
    stack: AsyncDisposableStack,
    options: BrowserContextOptions = {},
    path = "/processes/echo?f=html",
  ) {
    const context = await plain().browser.newContext(options);
    stack.defer(() => context.close());
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(`${plain().server.url}${path}`);
    return { page, complaints };
  }

  const field = (page: Page, name: string) => page.locator(`[name="${name}"]`);
  const use = (page: Page, kind: string) => page.locator(`pre[data-use="${kind}"]`);

  test("the request changes as one types, as JSON, curl and command line, by the words of the server", async () => {
    await using stack = new AsyncDisposableStack();
    const { page, complaints } = await openForm(stack);
    await field(page, "/inputs/text").fill("it's <b>");
    await field(page, "/inputs/array/0").fill("4");
    await page.getByText("More: title").click();
    await field(page, "~title").fill("Kiel");
    const typed = { inputs: { text: "it's <b>", array: [4] }, title: "Kiel" };
    await use(page, "JSON").filter({ hasText: "Kiel" }).waitFor();
    expect(JSON.parse((await use(page, "JSON").textContent()) ?? "")).toEqual(typed);
    const live = [await use(page, "curl").textContent(), await use(page, "heddle").textContent()];
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("The request is right. Nothing was run.").waitFor();
    expect([await use(page, "curl").textContent(), await use(page, "heddle").textContent()]).toEqual(live);
    expect(complaints).toEqual([]);
  }, 60_000);

  test.each([
    ["a mouse", {}, "Drop a file here"],
    ["fingers only", { hasTouch: true, isMobile: true }, null],
  ] as const)(
    "offers to drop files to who has %s",
    async (_, options, words) => {
      await using stack = new AsyncDisposableStack();
      const { page, complaints } = await openForm(stack, options);
      await page.locator("form[data-process]").waitFor();
      await use(page, "JSON").waitFor({ state: "attached" });
      const place = page.locator(".file").first();
      if (words !== null) await page.locator(".file[data-drop]").first().waitFor();
      expect(await place.getAttribute("data-drop")).toBe(words);
      expect(complaints).toEqual([]);
    },
    60_000,
  );

  test("tells at once that something is no web address", async () => {
    await using stack = new AsyncDisposableStack();
    const { page, complaints } = await openForm(stack);
    await page.getByText("More: title").click();
    const told = page.getByText("A web address (http or https) is wanted here.");
    expect(await told.first().isVisible()).toBe(false);
    await field(page, "~failed").fill("ada@example.org");
    await page.keyboard.press("Tab");
    await told.nth(1).waitFor();
    expect(await told.first().isVisible()).toBe(false);
    await field(page, "~failed").fill("https://example.org/told");
    await page.keyboard.press("Tab");
    await told.nth(1).waitFor({ state: "hidden" });
    expect(complaints).toEqual([]);
  }, 60_000);

  test("a press on Run counts when the form moves under it, unless the hand moves away", async () => {
    await using stack = new AsyncDisposableStack();
    const { page, complaints } = await openForm(stack, { viewport: { width: 360, height: 700 } });
    await field(page, "/inputs/text").fill("pressed");
    const run = page.locator("button.button-main");
    const press = async (moved: number) => {
      await run.scrollIntoViewIfNeeded();
      const box = await run.boundingBox();
      if (box === null) throw new Error("Run is not shown");
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      // What a mark that comes below a field does.
      await page.evaluate(
        `document.querySelector("form[data-process] > .field:last-of-type").style.paddingBottom = "${90 + moved}px"`,
      );
      await page.mouse.move(x + moved, y);
      await page.mouse.up();
    };
    await press(60);
    await page.waitForTimeout(300);
    expect(new URL(page.url()).pathname).toBe("/processes/echo");
    await press(0);
    await page.waitForURL(/\/jobs\//);
    expect(complaints).toEqual([]);
  }, 60_000);

  test("a number that was no number does not hold the form once its row is emptied", async () => {
    await using stack = new AsyncDisposableStack();
    const { page } = await openForm(stack);
    await field(page, "/inputs/text").fill("x");
    const row = page.locator('[id="/inputs/array/0"]');
    await row.locator("input").pressSequentially("1,234");
    expect(await page.evaluate(`document.querySelector("form[data-process]").checkValidity()`)).toBe(false);
    while ((await page.locator('[id^="/inputs/array/"].row').count()) > 1) {
      await page.locator('[id^="/inputs/array/"].row .row-remove').last().click();
    }
    await row.locator(".row-remove").click();
    expect(await page.evaluate(`document.querySelector("form[data-process]").checkValidity()`)).toBe(true);
  }, 60_000);

  test("rows come and go without asking the server, and are sent as they stand", async () => {
    await using stack = new AsyncDisposableStack();
    const { page, complaints } = await openForm(stack);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    // A map of the form may still come: parts of scripts are no questions.
    const questions = () => asked.filter((url) => !url.includes("/_/console/"));
    const more = page.locator('button[name="~more"][value="/inputs/array"]');
    for (const [row, text] of ["1", "2", "3", "4"].entries()) {
      while ((await field(page, `/inputs/array/${row}`).count()) === 0) await more.click();
      await field(page, `/inputs/array/${row}`).fill(text);
    }
    await page.locator('[id="/inputs/array/1"] .row-remove').click();
    expect(questions()).toEqual([]);
    await field(page, "/inputs/text").fill("x");
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const job = new URL(page.url()).pathname;
    const { inputs } = JSON.parse(await (await fetch(`${plain().server.url}${job}/inputs`)).text());
    expect(inputs).toEqual({ text: "x", array: [1, 3, 4] });
    expect(complaints).toEqual([]);
  }, 60_000);

  test("what was typed survives a reload, with its rows, and is gone when it became a job", async () => {
    await using stack = new AsyncDisposableStack();
    const { page, complaints } = await openForm(stack);
    await field(page, "/inputs/text").fill("kept");
    await page.locator('button[name="~more"][value="/inputs/array"]').click();
    await field(page, "/inputs/array/2").fill("7");
    await page.locator('[name="/inputs/object/~choice"][value="1"]').check();
    await page.getByText("More: title").click();
    await field(page, "~success").fill("https://a.example/?secret=1");
    await page.reload();
    await page.getByText("What you typed before is here again.").waitFor();
    expect(await field(page, "/inputs/text").inputValue()).toBe("kept");
    expect(await field(page, "/inputs/array/2").inputValue()).toBe("7");
    expect(await page.locator('[name="/inputs/object/~choice"][value="1"]').isChecked()).toBe(true);
    // An address may hold a secret.
    expect(await field(page, "~success").inputValue()).toBe("");
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    await page.goto(`${plain().server.url}/processes/echo?f=html`);
    expect(await field(page, "/inputs/text").inputValue()).toBe("");
    expect(complaints).toEqual([]);
  }, 60_000);

  test("what an address fills in is there, and a change of it survives a reload", async () => {
    await using stack = new AsyncDisposableStack();
    const { page } = await openForm(stack);
    await field(page, "/inputs/text").fill("typed before");
    await page.goto(`${plain().server.url}/processes/echo?f=html&inputs=%7B%22text%22%3A%22filled%22%7D`);
    expect(await field(page, "/inputs/text").inputValue()).toBe("filled");
    await field(page, "/inputs/text").fill("changed");
    await page.reload();
    await page.getByText("What you typed before is here again.").waitFor();
    expect(await field(page, "/inputs/text").inputValue()).toBe("changed");
    await page.getByRole("button", { name: "Start anew" }).click();
    await page.getByText("What you typed before is here again.").waitFor({ state: "detached" });
    expect(await field(page, "/inputs/text").inputValue()).toBe("filled");
  }, 60_000);

  test("the form at an address that would execute executes nothing by itself", async () => {
    await using stack = new AsyncDisposableStack();
    const countJobs = async () =>
      JSON.parse(await (await fetch(`${plain().server.url}/jobs?detail=false`)).text()).jobs.length;
    const before = await countJobs();
    const { page, complaints } = await openForm(stack, {}, "/processes/echo/execution?text=typed");
    expect(await field(page, "/inputs/text").inputValue()).toBe("typed");
    await field(page, "/inputs/integer").fill("7");
    await use(page, "JSON").filter({ hasText: "typed" }).waitFor();
    await page.waitForLoadState("networkidle");
    expect(await countJobs()).toBe(before);
    expect(complaints).toEqual([]);
  }, 60_000);

  test("a file that is dropped on its field is uploaded, too", async () => {
    await using stack = new AsyncDisposableStack();
    const { page } = await openForm(stack);
    const place = page.locator(".file", { has: page.locator('[name="/inputs/image/~upload"]') });
    const dropped = await page.evaluateHandle(
      "(() => { const data = new DataTransfer(); data.items.add(new File(['x'], 'dropped.png', { type: 'image/png' })); return data; })()",
    );
    await place.dispatchEvent("drop", { dataTransfer: dropped });
    await page.getByText("dropped.png, 1 byte, is uploaded.").waitFor();
    expect(await field(page, "/inputs/image/~stored").inputValue()).toStartWith("vault://");
  }, 60_000);

  test("a draft stays when the server refuses the form", async () => {
    await using stack = new AsyncDisposableStack();
    const { page } = await openForm(stack);
    await field(page, "/inputs/text").fill("kept");
    await page.getByText("More: title").click();
    await field(page, "~title").evaluate((input) => input.removeAttribute("maxlength"));
    await field(page, "~title").fill("x".repeat(201));
    await page.locator("button.button-main").click();
    await page.getByText("Nothing was run: this is not right yet.").waitFor();
    await page.goto(`${plain().server.url}/processes/echo?f=html`);
    await page.getByText("What you typed before is here again.").waitFor();
    expect(await field(page, "/inputs/text").inputValue()).toBe("kept");
  }, 60_000);

  test("a file is uploaded in parts when it is chosen, goes on after a break, and is given to the job", async () => {
    await using stack = new AsyncDisposableStack();
    const { page } = await openForm(stack);
    let breaks = 0;
    await page.route("**/vault/**", (route) => {
      if (route.request().method() !== "PATCH" || breaks > 0) return route.continue();
      breaks += 1;
      return route.abort("connectionreset");
    });
    const bytes = Buffer.alloc(9_000_000, "x");
    await page
      .locator('[name="/inputs/image/~upload"]')
      .setInputFiles({ name: "dem <b>.png", mimeType: "image/png", buffer: bytes });
    await page.getByText("dem <b>.png, 9.0 MB, is uploaded.").waitFor();
    expect(breaks).toBe(1);
    expect(await field(page, "/inputs/image/~stored").inputValue()).toStartWith("vault://");
    await field(page, "/inputs/text").fill("x");
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const job = new URL(page.url()).pathname;
    const { inputs } = JSON.parse(await (await fetch(`${plain().server.url}${job}/inputs`)).text());
    expect(inputs.image.href).toStartWith("vault://");
  }, 60_000);

  test("an earlier upload is chosen, survives a reload, and gives way to an address that is typed after it", async () => {
    await using stack = new AsyncDisposableStack();
    const headers = { "content-type": "image/png", "content-disposition": 'attachment; filename="earlier.png"' };
    await fetch(`${plain().server.url}/vault`, { method: "POST", headers, body: "x" });
    const { page, complaints } = await openForm(stack);
    const stored = field(page, "/inputs/image/~stored");
    const label = await stored.locator("option", { hasText: "earlier.png" }).textContent();
    await stored.selectOption({ label: label ?? "" });
    const chosen = await stored.inputValue();
    expect(chosen).toMatch(/^vault:\/\/[^/]+$/);
    await use(page, "curl").filter({ hasText: "earlier.png" }).waitFor({ state: "attached" });
    await page.reload();
    await page.getByText("What you typed before is here again.").waitFor();
    expect(await stored.inputValue()).toBe(chosen);
    await field(page, "/inputs/image/~href").fill("https://example.org/a.png");
    expect(await stored.inputValue()).toBe("");
    await stored.selectOption(chosen);
    expect(await field(page, "/inputs/image/~href").inputValue()).toBe("");
    await field(page, "/inputs/text").fill("x");
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const job = new URL(page.url()).pathname;
    const { inputs } = JSON.parse(await (await fetch(`${plain().server.url}${job}/inputs`)).text());
    expect(inputs.image.href).toBe(chosen);
    await page.goto(`${plain().server.url}/processes/echo?f=html&from=${job.split("/").at(-1)}`);
    await page.locator('[id="/inputs/image"] .stored', { hasText: "earlier.png" }).waitFor();
    expect(complaints).toEqual([]);
  }, 60_000);

  test("the texts name the file that was picked, and run where it lies; the way of an output stands in them", async () => {
    await using stack = new AsyncDisposableStack();
    const { page, complaints } = await openForm(stack);
    const name = "it's a <b>, $HOME.png";
    const folder = join(plain().folder, "picked");
    await Bun.write(join(folder, name), "bytes");
    await page.locator('[name="/inputs/image/~upload"]').setInputFiles(join(folder, name));
    await page.getByText("is uploaded.").waitFor();
    await field(page, "/inputs/text").fill("picked");
    await page.getByText("More: title").click();
    await page.getByLabel("How results hold text").selectOption("reference");
    await use(page, "curl").filter({ hasText: "reference" }).waitFor({ state: "attached" });
    const [program] = await programsHere();
    const text = (await use(page, "curl").textContent()) ?? "";
    expect([text.includes("vault://"), text.includes('"transmissionMode":"reference"')]).toEqual([false, true]);
    const run = await runText(program ?? { title: "curl" }, text, folder);
    expect([run.exitCode, run.err]).toEqual([0, ""]);
    const { jobs } = JSON.parse(await (await fetch(`${plain().server.url}/jobs?limit=1`)).text());
    const { inputs } = JSON.parse(await (await fetch(`${plain().server.url}/jobs/${jobs[0].jobID}/inputs`)).text());
    expect(inputs).toMatchObject({ text: "picked", image: { href: expect.stringContaining("vault://") } });
    expect(complaints).toEqual([]);
  }, 60_000);

  test("where no upload can begin, the form sends the file by itself", async () => {
    await using stack = new AsyncDisposableStack();
    const { page } = await openForm(stack);
    await page.route("**/vault", (route) => route.abort("connectionreset"));
    await page
      .locator('[name="/inputs/image/~upload"]')
      .setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.from("x") });
    await page.getByText("It is sent with the form instead.").waitFor();
    await field(page, "/inputs/text").fill("x");
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const job = new URL(page.url()).pathname;
    const { inputs } = JSON.parse(await (await fetch(`${plain().server.url}${job}/inputs`)).text());
    expect(inputs.image.href).toStartWith("vault://");
  }, 60_000);

  test("what the service said of a field is gone once something else stands there", async () => {
    await using stack = new AsyncDisposableStack();
    const { page } = await openForm(stack);
    await page.getByRole("button", { name: "Check" }).click();
    const place = page.locator('[id="/inputs/text"]');
    await place.locator(".fault").waitFor();
    await field(page, "/inputs/text").fill("x");
    expect(await place.locator(".fault").count()).toBe(0);
    expect(await place.getAttribute("class")).toBe("field");
  }, 60_000);

  test("a file or a text that is too large is told at once", async () => {
    await using stack = new AsyncDisposableStack();
    const { page } = await openForm(stack);
    await page
      .locator('[name="/inputs/image/~upload"]')
      .setInputFiles({ name: "big.png", mimeType: "image/png", buffer: Buffer.alloc(20_000_001) });
    await page.getByText("big.png has 20.0 MB; the server takes 20.0 MB at most.").waitFor();
    await field(page, "/inputs/text").fill("x".repeat(20_001));
    const told = await field(page, "/inputs/text").evaluate((input) =>
      "validationMessage" in input ? String(input.validationMessage) : "",
    );
    expect(told).toBe("This is 20001 bytes long; the server takes 20000 at most. Send it as a file.");
  }, 60_000);

  test("without JavaScript the same form adds rows, checks and runs", async () => {
    await using stack = new AsyncDisposableStack();
    const { page } = await openForm(stack, { javaScriptEnabled: false });
    await field(page, "/inputs/text").fill("x");
    await page.locator('button[name="~more"][value="/inputs/array"]').click();
    await field(page, "/inputs/array/2").fill("7");
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("The request is right. Nothing was run.").waitFor();
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const job = new URL(page.url()).pathname;
    const { inputs } = JSON.parse(await (await fetch(`${plain().server.url}${job}/inputs`)).text());
    expect(inputs).toEqual({ text: "x", array: [7] });
  }, 60_000);
});
