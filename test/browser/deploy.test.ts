import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { noBrowser, openPlain, type Plain } from "./plain.ts";

const title =
  noBrowser === undefined ? "deploying in a real browser" : `deploying in a real browser (skipped: no ${noBrowser})`;

const tool = { cwlVersion: "v1.2", class: "CommandLineTool", id: "say", baseCommand: "echo", inputs: {}, outputs: {} };
const long = (letter: string) => JSON.stringify({ values: Array.from({ length: 40 }, () => letter.repeat(9)) });

describe.skipIf(noBrowser !== undefined)(title, () => {
  let plain: Plain;
  let page: Page;
  beforeAll(async () => {
    plain = await openPlain(["--sandbox", "off"]);
    page = await (await plain.browser.newContext()).newPage();
    page.setDefaultTimeout(8_000);
  }, 60_000);
  afterAll(() => plain[Symbol.asyncDispose]());

  const focused = () => page.evaluate<string>("document.activeElement.textContent");

  async function look(text: string, ended: string): Promise<void> {
    await page.goto(`${plain.server.url}/_/deploy?f=html`);
    await page.locator('[name="text"]').fill(text);
    await page.getByRole("button", { name: "Look" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText(ended).first().waitFor();
  }

  test("keys go on at what was understood, a few steps before the button that deploys, or at what is wrong", async () => {
    await look(JSON.stringify(tool), "Understood:");
    expect(await focused()).toBe("Understood: say");
    let steps = 0;
    for (; steps < 8 && (await focused()) !== "Deploy"; steps += 1) await page.keyboard.press("Tab");
    expect(await focused()).toBe("Deploy");
    await look(JSON.stringify({ ...tool, baseComand: "x" }), "did you mean");
    expect(await focused()).toContain('did you mean "baseCommand"');
  }, 60_000);

  test.each([360, 1280])(
    "the button that deploys is in sight after a look, %p pixels wide, and covers nothing one is led to",
    async (width) => {
      await page.setViewportSize({ width, height: 700 });
      const inputs = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`input_${at}`, "string"]));
      await look(JSON.stringify({ ...tool, inputs }), "Understood:");
      const deploy = page.getByRole("button", { name: "Deploy" });
      const isSeen = async () => {
        const box = await deploy.boundingBox();
        return box !== null && box.y >= 0 && box.y + box.height <= 700;
      };
      expect(await isSeen()).toBe(true);
      await page.evaluate("scrollTo(0, 600)");
      expect(await isSeen()).toBe(true);
      // Each stop of the Tab key stands clear of the buttons.
      await page.evaluate("scrollTo(0, 0)");
      const bar = page.locator(".actions-stay");
      for (const words of ["Change the package", "More: its id"]) {
        const summary = page.locator("summary", { hasText: words });
        await summary.focus();
        const [one, other] = [await summary.boundingBox(), await bar.boundingBox()];
        expect((one?.y ?? 0) + (one?.height ?? 0)).toBeLessThanOrEqual((other?.y ?? 0) + 1);
      }
      await page.emulateMedia({ media: "print" });
      expect(await deploy.isVisible()).toBe(false);
      await page.emulateMedia({ media: "screen" });
    },
    60_000,
  );

  test("what is wrong is told to be old once the package was changed", async () => {
    await look(JSON.stringify({ ...tool, baseComand: "x" }), "did you mean");
    const told = page.locator(".notice-bad");
    expect(await told.getAttribute("role")).toBe("alert");
    await page.locator('[name="text"]').fill(JSON.stringify(tool));
    await page.getByText("Changed since: Look says what is left.").waitFor();
    expect([await told.getAttribute("role"), await told.count()]).toEqual([null, 1]);
  }, 60_000);

  test("a chosen file stands in the box, and a fault leads to its line", async () => {
    await look(JSON.stringify(tool), "Understood:");
    const held = "cwlVersion: v1.2\nclass: CommandLineTool\nid: two\nbaseComand: x\ninputs: {}\noutputs: {}\n";
    const text = page.locator('[name="text"]');
    if (!(await text.isVisible())) await page.getByText("Change the package", { exact: true }).click();
    await page
      .locator('[name="files"]')
      .setInputFiles({ name: "two.cwl", mimeType: "text/plain", buffer: Buffer.from(held) });
    await page.getByText("You chose two.cwl. Its text stands above").waitFor();
    expect(await text.inputValue()).toBe(held);
    await text.fill(held.replace("id: two", "id: three"));
    await page.getByRole("button", { name: "Look" }).click();
    await page.getByText("Cannot read two.cwl:").waitFor();
    await page.locator('a[data-line="4"]').click();
    const chosen = `(() => { const box = document.activeElement; return box.value.slice(box.selectionStart, box.selectionEnd); })()`;
    expect(await page.evaluate<string>(chosen)).toBe("baseComand: x");
  }, 60_000);

  test("a long name in what one should know breaks, so that a small screen shows it whole", async () => {
    await page.setViewportSize({ width: 360, height: 800 });
    const long = "averylongname".repeat(6);
    // What lacks an image is told only where nothing runs images.
    const requirements = { DockerRequirement: { dockerPull: `registry.example.org/${long}:1` } };
    await look(JSON.stringify({ ...tool, requirements, arguments: [`$(inputs.${long})`] }), "Understood:");
    await page.locator(".card .notice li", { hasText: `inputs.${long}` }).waitFor();
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
  }, 60_000);

  test("old and new values without a space break, so that a small screen shows a comparison whole", async () => {
    const headers = { "content-type": "application/cwl+json" };
    for (const [method, path, letter] of [
      ["POST", "", "a"],
      ["PUT", "/say", "b"],
    ] as const) {
      const body = JSON.stringify({ ...tool, arguments: [long(letter)], label: long(letter) });
      const sent = await fetch(`${plain.server.url}/processes${path}`, { method, headers, body });
      expect([sent.status, await sent.text()]).toEqual([sent.status < 300 ? sent.status : 0, expect.any(String)]);
    }
    await page.setViewportSize({ width: 360, height: 800 });
    await page.goto(`${plain.server.url}/processes/say/revisions?f=html`);
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByText("What it runs changes:").waitFor();
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
  }, 60_000);
});
