import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { missing } from "../site.ts";
import { openViewsSite, type ViewsSite } from "../views-site.ts";

const title = missing === undefined ? "folders in a form" : `folders in a form (skipped: no ${missing})`;

/** A tool that lists the files of directories. */
const lister = (id: string, type: string) => ({
  ...{ cwlVersion: "v1.2", class: "CommandLineTool", id },
  baseCommand: ["sh", "-c", 'for one; do (cd "$one" && find . -type f | sort); done', "sh"],
  inputs: { scene: { type, inputBinding: { position: 1 } } },
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
});

describe.skipIf(missing !== undefined)(title, () => {
  const held = new AsyncDisposableStack();
  let opened: ViewsSite | undefined;
  const site = (): ViewsSite => {
    if (opened === undefined) throw new Error("The site is not open");
    return opened;
  };
  let folder = "";
  beforeAll(async () => {
    opened = held.use(await openViewsSite());
    await site().deploy(lister("lists", "Directory"));
    await site().deploy(lister("lists-all", "Directory[]"));
    folder = join(held.use(await temporaryDirectory()).path, "scene é");
    await mkdir(join(folder, "bands"), { recursive: true });
    await mkdir(join(folder, "..", "empty"));
    for (const name of ["catalog.json", "bands/red.txt", "bands/ü 2.txt"]) await Bun.write(join(folder, name), name);
  }, 60_000);
  afterAll(() => held.disposeAsync(), 30_000);

  const chooser = (page: Page) => page.locator(".file").last().getByLabel("or choose a folder");

  /** Sends the form, and gives what the tool found. */
  async function foundBy(page: Page): Promise<string> {
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const job = `${site().url}${new URL(page.url()).pathname}`;
    for (;;) {
      const { status, message } = JSON.parse(await (await fetch(job)).text());
      if (status === "successful") break;
      if (status !== "accepted" && status !== "running") throw new Error(`The job is ${status}: ${message}`);
      await Bun.sleep(50);
    }
    return (await fetch(`${job}/results/said`)).text();
  }

  const all = "./bands/red.txt\n./bands/ü 2.txt\n./catalog.json\n";

  test("a folder that is chosen is packed and uploaded, and the tool gets it with all that is in it", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    await page.goto(`${site().url}/processes/lists?f=html`);
    await chooser(page).setInputFiles(folder);
    await page.getByText(/^scene é\.tar, .* is uploaded\.$/).waitFor();
    await page.getByText(/^3 files, \d+ bytes: bands\/red.txt, bands\/ü 2.txt, catalog.json\.$/).waitFor();
    const stored = page.locator('[name="/inputs/scene/~stored"]');
    expect(await stored.inputValue()).toStartWith("vault://");
    await page.getByRole("button", { name: "Take scene é.tar back" }).click();
    await page.getByText("scene é.tar is not sent with the form.").waitFor();
    expect(await stored.inputValue()).toBe("");
    expect(await page.locator('[name="/inputs/scene/~upload"]').evaluate((one) => one.matches(":focus"))).toBe(true);
    await page.getByText("Upload an archive file, zip or tar, of it").waitFor();
    await chooser(page).setInputFiles(folder);
    await page.getByText(/^scene é\.tar, .* is uploaded\.$/).waitFor();
    expect(await foundBy(page)).toBe(all);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a row that is added takes a folder, too", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    await page.goto(`${site().url}/processes/lists-all?f=html`);
    await page.locator('button[name="~more"]').click();
    await chooser(page).setInputFiles(folder);
    await page.getByText(/^scene é\.tar, .* is uploaded\.$/).waitFor();
    expect(await foundBy(page)).toBe(all);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a folder that is dropped on the field is packed and uploaded, too", async () => {
    const wrong: string[] = [];
    const page = await site().open(wrong);
    await page.goto(`${site().url}/processes/lists?f=html`);
    const box = await page.locator(".file").boundingBox();
    if (box === null) throw new Error("The field is not on the page");
    const devtools = await page.context().newCDPSession(page);
    const at = { x: box.x + box.width / 2, y: box.y + 5, data: { items: [], files: [folder], dragOperationsMask: 1 } };
    for (const type of ["dragEnter", "dragOver", "drop"] as const) {
      await devtools.send("Input.dispatchDragEvent", { type, ...at });
    }
    await page.getByText(/^scene é\.tar, .* is uploaded\.$/).waitFor();
    expect(await foundBy(page)).toBe(all);
    expect(wrong).toEqual([]);
  }, 60_000);

  test("a field of a file has no control for folders", async () => {
    const page = await site().open([]);
    await page.goto(`${site().url}/processes/echo?f=html`);
    await page.locator(".file[data-drop]").first().waitFor();
    expect(await page.getByLabel("or choose a folder").count()).toBe(0);
  }, 60_000);
});
