import { expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { findBubblewrap } from "../../../src/executors/sandbox/bubblewrap.ts";
import { deployCwl, submit, untilFinished } from "../../support/jobs.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const hasSandbox = findBubblewrap().kind === "found";

const step = (more: Readonly<Record<string, unknown>> = {}) => ({
  run: {
    class: "CommandLineTool",
    baseCommand: ["/bin/sh", "-c", 'echo "$1"; cat /proc/sys/kernel/random/uuid', "tool"],
    inputs: { text: { type: "string", inputBinding: { position: 1 } } },
    outputs: { said: { type: "stdout" } },
    stdout: "said.txt",
    ...more,
  },
  in: { text: "text" },
  out: ["said"],
});

/** Two steps that never say the same twice; the second asks not to be used again. */
const workflow = {
  cwlVersion: "v1.2",
  class: "Workflow",
  inputs: { text: "string" },
  outputs: {
    kept: { type: "File", outputSource: "kept/said" },
    fresh: { type: "File", outputSource: "fresh/said" },
  },
  steps: { kept: step(), fresh: step({ requirements: { WorkReuse: { enableReuse: false } } }) },
};

async function outputsOf(url: string, text: string): Promise<readonly string[]> {
  const job = await submit(url, "workflow", { text });
  expect((await untilFinished(url, job)).at(-1)?.status).toBe("successful");
  const read = async (id: string) => (await fetch(`${url}/jobs/${job}/results/${id}`)).text();
  return Promise.all([read("kept"), read("fresh")]);
}

test.skipIf(!hasSandbox)(
  "a step in a sandbox runs once for the same inputs, also after a restart, unless it says otherwise",
  async () => {
    await using folder = await temporaryDirectory();
    const before = await startServer(folder.path, [], { hidesLedgers: true });
    await deployCwl(before.url, "workflow", workflow);
    const [kept, fresh] = await outputsOf(before.url, "one");
    const [other] = await outputsOf(before.url, "two");
    await before.stop();
    await using after = await startServer(folder.path, [], { hidesLedgers: true });
    const again = await outputsOf(after.url, "one");
    expect(again[0]).toBe(kept ?? "");
    expect(again[1]).not.toBe(fresh);
    expect(other).not.toBe(kept);
  },
);

test.skipIf(!hasSandbox)(
  "a run that took all its steps from an earlier one does not count in the usual time, and is told in the statistics",
  async () => {
    await using folder = await temporaryDirectory();
    await using server = await startServer(folder.path, [], { hidesLedgers: true });
    const slow = step({ baseCommand: ["/bin/sh", "-c", 'sleep 1; echo "$1"', "tool"] });
    const outputs = { kept: { type: "File", outputSource: "kept/said" } };
    await deployCwl(server.url, "workflow", { ...workflow, outputs, steps: { kept: slow } });
    for (const text of ["one", "one", "one", "two"]) {
      const job = await submit(server.url, "workflow", { text });
      expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
    }
    const process = await (await fetch(`${server.url}/processes/workflow?statistics=true`)).json();
    const { runs, fromCache, medianSeconds, lastRuns } = Object(process).statistics;
    expect([runs, fromCache, medianSeconds >= 1]).toEqual([4, 2, true]);
    expect([lastRuns].flat().map((run) => Object(run).fromCache)).toEqual([undefined, true, true, undefined]);
    const page = await (await fetch(`${server.url}/processes/workflow?f=html`)).text();
    expect(page).toMatch(/4 of the last 4 runs, since [\d-]+, succeeded, usual time 1\./);
    expect(page).toContain("2 runs were taken from the cache. They ran no tools, and do not count in the usual time.");
    const list = await (await fetch(`${server.url}/processes?f=html`)).text();
    expect(list).toContain("(2 runs were taken from the cache)</small>");
  },
  60_000,
);

test.skipIf(!hasSandbox)(
  "provenance tells which job made what was taken from the cache; an entry that does not say has none",
  async () => {
    await using folder = await temporaryDirectory();
    await using server = await startServer(folder.path, [], { hidesLedgers: true });
    const { url } = server;
    await deployCwl(url, "workflow", workflow);
    const run = async () => {
      const job = await submit(url, "workflow", { text: "one" });
      expect((await untilFinished(url, job)).at(-1)?.status).toBe("successful");
      return job;
    };
    const pageOf = async (job: string) => (await fetch(`${url}/jobs/${job}/prov?f=html`)).text();
    const maker = await run();
    expect(await pageOf(maker)).not.toContain("From the cache");
    const taker = await run();
    const page = await pageOf(taker);
    expect(page.match(/From the cache/g)).toHaveLength(1);
    expect(page).toContain(`Made by <a href="${url}/jobs/${maker}?f=html">`);
    const { activity } = Object(await (await fetch(`${url}/jobs/${taker}/prov`)).json());
    expect(Object.values(activity).map((facts) => Object(facts)["heddle:cachedFromJob"])).toContain(maker);
    await fetch(`${url}/jobs/${maker}`, { method: "DELETE" });
    expect(await pageOf(taker)).toContain("a job that was removed, or that you may not see,");
    const entries = await Array.fromAsync(
      new Bun.Glob("**/cache/*/made.json").scan({ cwd: folder.path, absolute: true }),
    );
    expect(entries).toHaveLength(1);
    for (const entry of entries) await rm(entry);
    expect(await pageOf(await run())).toContain("The job that made it is not recorded.");
  },
  60_000,
);

test.skipIf(!hasSandbox)("without room for it, nothing is kept to be used again", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path, ["--cache-bytes", "0"], { hidesLedgers: true });
  await deployCwl(server.url, "workflow", workflow);
  const [kept] = await outputsOf(server.url, "one");
  expect((await outputsOf(server.url, "one"))[0]).not.toBe(kept);
});
