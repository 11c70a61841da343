import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { noBrowser, openPlain } from "./plain.ts";

const title =
  noBrowser === undefined ? "a workflow in a real browser" : `a workflow in a real browser (skipped: no ${noBrowser})`;

const tool = (script: string) => ({
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", script],
  inputs: { x: "File?" },
  outputs: { y: "stdout" },
});

describe.skipIf(noBrowser !== undefined)(title, () => {
  test("the drawing of a running job moves with its steps, without a reload", async () => {
    await using stack = new AsyncDisposableStack();
    const { browser, server, folder } = stack.use(await openPlain(["--sandbox", "off"]));
    const gates = ["one", "two"].map((name) => join(folder, name));
    const [one, two] = gates.map((gate) => tool(`until [ -e '${gate}' ]; do sleep 0.1; done`));
    const workflow = {
      cwlVersion: "v1.2",
      class: "Workflow",
      id: "flow",
      inputs: {},
      outputs: { out: { type: "File", outputSource: "second/y" } },
      steps: { first: { run: one, in: {}, out: ["y"] }, second: { run: two, in: { x: "first/y" }, out: ["y"] } },
    };
    const headers = { "content-type": "application/cwl+json" };
    const deployed = await fetch(`${server.url}/processes`, {
      method: "POST",
      headers,
      body: JSON.stringify(workflow),
    });
    expect(deployed.status).toBe(201);
    const context = await browser.newContext();
    stack.defer(() => context.close());
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    await page.goto(`${server.url}/processes/flow?f=html`);
    await page.locator("button.button-main").click();
    await page.waitForURL(/\/jobs\//);
    let loads = 0;
    page.on("load", () => {
      loads += 1;
    });
    const states = async (...words: readonly string[]) => {
      for (const word of words) await page.locator("svg.graph g", { hasText: word }).first().waitFor();
    };
    await states("▶ first", "○ second");
    await page.getByText("Running: first", { exact: true }).waitFor();
    await page.getByText("The workflow as a list").click();
    await page.locator("li", { hasText: "Step first, running" }).waitFor();
    await Bun.write(gates[0] ?? "", "");
    await states("✓ first", "▶ second");
    await page.getByText("Running: second", { exact: true }).waitFor();
    // The list stays unfolded, and says the same.
    await page.locator("li", { hasText: "Step first, done" }).waitFor();
    await Bun.write(gates[1] ?? "", "");
    await states("✓ first", "✓ second");
    await page.locator('p > [data-status="successful"]').first().waitFor();
    expect(loads).toBe(0);
  }, 90_000);
});
