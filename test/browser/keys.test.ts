import { expect, test } from "bun:test";
import { missing } from "./site.ts";
import { openViewsSite } from "./views-site.ts";

const title = "the form of keys lets nobody tick what the chosen role lacks, and a list of jobs counts on";

test.skipIf(missing !== undefined)(
  missing === undefined ? title : `${title} (skipped: no ${missing})`,
  async () => {
    await using site = await openViewsSite();
    const wrong: string[] = [];
    const page = await site.open(wrong);
    await page.goto(`${site.url}/_/keys?f=html`);
    await page.getByText("Hold the key to some actions (some processes: the field Processes)").click();
    const canBeTicked = (right: string) => page.locator(`input[value="${right}"]`).isEnabled();
    expect([await canBeTicked("execute"), await canBeTicked("deploy")]).toEqual([true, false]);
    await page.locator("select[name=role]").selectOption("deployer");
    expect([await canBeTicked("deploy"), await canBeTicked("manage-keys")]).toEqual([true, false]);
    await page.locator("select[name=role]").selectOption("overseer");
    expect([await canBeTicked("read-all-jobs"), await canBeTicked("execute")]).toEqual([true, false]);

    await site.deploy({
      cwlVersion: "v1.2",
      class: "CommandLineTool",
      id: "rests",
      baseCommand: ["sleep", "60"],
      inputs: {},
      outputs: {},
    });
    const headers = { "content-type": "application/json", prefer: "respond-async" };
    await fetch(`${site.url}/processes/rests/execution`, { method: "POST", headers, body: '{"inputs": {}}' });
    await page.goto(`${site.url}/jobs?f=html&datetime=today`);
    await page.locator('[data-status="running"]').waitFor();
    const soFar = page.locator("[data-so-far]");
    const first = await soFar.innerText();
    expect(first).toMatch(/^\d+ s so far$/);
    for (let looks = 0; looks < 200 && (await soFar.innerText()) === first; looks += 1) await page.waitForTimeout(100);
    expect(await soFar.innerText()).not.toBe(first);
    expect(wrong).toEqual([]);
  },
  90_000,
);
