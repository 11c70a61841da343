import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildExecutable } from "../../../src/build.ts";
import { startTestApp } from "../../support/app.ts";
import { killPoints, runKilled } from "../../support/machine/kill-stages.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

let folder = "";
let executable = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "heddle-failpoints-"));
  executable = await buildExecutable(join(folder, "heddle-failpoints"), "failpoints");
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A process that counts how often it was started. */
const counting = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", 'echo started >> "$1"; sleep 0.5; echo done', "count"],
  inputs: { ledger: { type: "string", inputBinding: { position: 1 } } },
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
} as const;

test("A job on another Heddle, killed once in each stage, ends well and is started once", async () => {
  await using there = await temporaryDirectory();
  await using peer = await startTestApp(join(there.path, "data"));
  await fetch(`${peer.url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/ogcapppkg+json" },
    body: JSON.stringify({ processDescription: { id: "counting" }, executionUnit: { unit: counting } }),
  });
  const provider = { url: peer.url, type: "ogc-api-processes" };
  const runs = killPoints.map(async ({ point }, index) => {
    const ledger = join(there.path, `ledger-${index}`);
    const body = { inputs: { ledger } };
    const end = await runKilled({ executable, provider, process: "counting", body }, point);
    return { point, status: end.status, message: end.message, starts: await Bun.file(ledger).text() };
  });
  for (const run of await Promise.all(runs)) {
    // The other Heddle honours the idempotency key: even the unknowable window ends well.
    expect(run).toMatchObject({ point: run.point, status: "successful", starts: "started\n" });
  }
}, 120_000);
