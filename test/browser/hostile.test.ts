import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { noBrowser, openPlain } from "./plain.ts";

const title =
  noBrowser === undefined
    ? "a hostile process in a real browser"
    : `a hostile process in a real browser (skipped: no ${noBrowser})`;

/** Markup that would change the title of the page, in a text, an attribute, a script and a name of a file. */
const evil = `"'></textarea></script><img src=x onerror=document.title=1><script>document.title=1</script><b id=hit>`;
const evilName = `'"><img src=x onerror=document.title=1>.html`;

const script = [
  'printf "%s\\n" "$1" >&2',
  'printf "%s\\n" "$1" > "$2"',
  'printf "%s" "$1" > said.txt',
  'printf "[%s]" "\\"<b id=hit>\\"" > said.json',
  "sleep 1",
].join("; ");

const tool = {
  class: "CommandLineTool",
  label: evil,
  baseCommand: ["sh", "-c", script, "sh"],
  inputs: {
    words: { type: "string", label: evil, doc: evil, default: evil, inputBinding: { position: 1 } },
    choice: { type: ["null", { type: "enum", symbols: [evil, "b"] }], label: evil },
    name: { type: "string", default: evilName, inputBinding: { position: 2 } },
  },
  outputs: {
    pages: { type: "File[]", label: evil, outputBinding: { glob: "*.html" } },
    text: { type: "File", outputBinding: { glob: "said.txt" } },
    json: { type: "File", outputBinding: { glob: "said.json" } },
  },
};
const workflow = {
  cwlVersion: "v1.2",
  class: "Workflow",
  label: evil,
  doc: evil,
  inputs: { words: { type: "string", label: evil, default: evil } },
  outputs: {
    pages: { type: "File[]", label: evil, outputSource: "say/pages" },
    text: { type: "File", outputSource: "say/text" },
    json: { type: "File", outputSource: "say/json" },
  },
  steps: { say: { label: evil, run: tool, in: { words: "words" }, out: ["pages", "text", "json"] } },
};
const packageOf = (version: string) => ({
  processDescription: { id: "evil", version, title: evil, description: evil, keywords: [evil] },
  executionUnit: { type: "application/cwl", unit: workflow },
});

/** Tells what markup of the process became on a page: nothing, where all of it stayed text. */
async function marksOf(page: Page): Promise<readonly string[]> {
  await page.waitForLoadState("networkidle").catch(() => undefined);
  const marks = await page.evaluate(
    `[document.title === "1" ? "title" : "", ...[...document.querySelectorAll("#hit, [onerror], img[src='x'], script:not([type=module])")].map((one) => one.outerHTML)].filter((one) => one !== "")`,
  );
  return Array.isArray(marks) ? marks.map(String) : [];
}

describe.skipIf(noBrowser !== undefined)(title, () => {
  test("changes nothing in any page: titles, logs, names of files, results, tags, faults and drafts stay text", async () => {
    await using stack = new AsyncDisposableStack();
    const { browser, server } = stack.use(await openPlain(["--sandbox", "off"]));
    const { url } = server;
    const json = { "content-type": "application/ogcapppkg+json" };
    for (const [method, path, version] of [
      ["POST", "/processes", "1.0.0"],
      ["PUT", "/processes/evil", `2-${evil}`],
    ] as const) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: json,
        body: JSON.stringify(packageOf(version)),
      });
      expect([path, response.ok, response.ok ? "" : await response.text()]).toEqual([path, true, ""]);
    }
    const context = await browser.newContext();
    stack.defer(() => context.close());
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    const dialogs: string[] = [];
    page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    const seen: string[] = [];
    const look = async (place: string) => {
      seen.push(place);
      expect([place, await marksOf(page)]).toEqual([place, []]);
    };
    await page.goto(`${url}/processes/evil?f=html`);
    await look("the process");
    await page.locator('[name="/inputs/words"]').fill(`${evil} typed`);
    await page.getByText("More: title").click();
    await page.locator('[name="~title"]').fill(evil);
    await page.locator('[name="~tags"]').fill(evil);
    await look("the form with its request");
    await page.reload();
    await page.getByText("What you typed before is here again.").waitFor();
    await look("the draft");
    await page.locator('[name="~success"]').evaluate((input) => input.setAttribute("type", "text"));
    await page.locator('[name="~success"]').fill(evil);
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("Nothing was run: this is not right yet.").waitFor();
    await look("the faults");
    await page.locator('[name="~success"]').fill("");
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    const job = page.url().replace(/\?.*/, "");
    await look("the job while it runs");
    await page.locator('p > [data-status="successful"]').first().waitFor();
    await look("the job");
    const paths = [
      ...["?f=html", "/results?f=html", "/inputs?f=html", "/log?f=html", "/statistics?f=html", "/prov?f=html"].map(
        (path) => job + path,
      ),
      ...["/jobs?f=html", "/?f=html", "/processes?f=html", `/jobs?f=html&q=${encodeURIComponent(evil)}`].map(
        (path) => url + path,
      ),
      `${url}/processes/evil/revisions?f=html&old=1.0.0&new=${encodeURIComponent(`2-${evil}`)}`,
      `${url}/processes/evil?f=html&from=${job.split("/").at(-1)}`,
      `${url}/processes/evil?f=html&inputs=${encodeURIComponent(evil)}`,
    ];
    for (const path of paths) {
      await page.goto(path);
      await look(path);
    }
    await page.goto(`${url}/_/deploy?f=html`);
    await page
      .locator('[name="text"]')
      .fill(JSON.stringify({ ...packageOf("3"), processDescription: { id: "other", title: evil } }));
    await page.getByRole("button", { name: "Look" }).click();
    await page.getByText("Understood:").waitFor();
    await look("what was understood");
    await page.locator("details", { hasText: "Change the package" }).first().locator("summary").click();
    await page.locator('[name="text"]').fill(`class: ${JSON.stringify(evil)}\ncwlVersion: v1.2`);
    await page.getByRole("button", { name: "Look" }).click();
    await page.getByRole("alert").waitFor();
    await look("what was not understood");
    expect(dialogs).toEqual([]);
    expect(seen).toHaveLength(21);
  }, 180_000);
});
