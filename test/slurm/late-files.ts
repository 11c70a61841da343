import { afterAll, describe, expect, test } from "bun:test";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl, submit, untilFinished } from "../support/jobs.ts";
import { mountLate, noLateFiles } from "../support/machine/late-files.ts";
import { insideOwnTmp, noSlurm, startSlurm, type TestSlurm } from "../support/machine/slurm.ts";
import { mayMount } from "../support/machine/small-disk.ts";
import { startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Each machine has a view of its own of one directory, in which files of others are seen so late. */
const lateSeconds = 5;
const nodes = ["n1", "n2"];

const why = noSlurm() ?? noLateFiles() ?? ((await mayMount()) ? undefined : "no file system can be mounted here");
if (why !== undefined) test.skip(`files that are seen late: ${why}`, () => undefined);
else {
  const directory = await temporaryDirectory();
  const at = (name: string) => join(directory.path, name);
  await mkdir(at("real"));
  const views = [await mountLate(at("real"), at("shared"), lateSeconds)];
  for (const name of nodes) views.push(await mountLate(at("real"), at(`view-${name}`), lateSeconds));
  const inside = insideOwnTmp(at("shared"), (name) => at(`view-${name}`));
  const slurm = await startSlurm({}, { names: nodes, cpus: 8, inside });
  afterAll(async () => {
    await slurm[Symbol.asyncDispose]();
    for (const view of views) await view[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  });
  describe(`files that other machines see ${lateSeconds} s late (a file system of FUSE)`, () =>
    describeLate(slurm, directory.path));
}

const said = { said: { type: "File", outputBinding: { glob: "said.txt" } } } as const;
const ledger = { type: "string", inputBinding: { position: 1 } } as const;

/** Each word is said, then turned round by another tool, on whatever node; then all are joined. */
const three = {
  cwlVersion: "v1.2",
  class: "Workflow",
  requirements: { ScatterFeatureRequirement: {} },
  inputs: { ledger: "string", words: "string[]" },
  outputs: { all: { type: "File", outputSource: "join/all" } },
  steps: {
    say: {
      run: {
        class: "CommandLineTool",
        baseCommand: ["/bin/sh", "-c", ': >"$1/say $2 $$"; echo "$2" >said.txt', "tool"],
        inputs: { ledger, word: { type: "string", inputBinding: { position: 2 } } },
        outputs: said,
      },
      scatter: "word",
      in: { ledger: "ledger", word: "words" },
      out: ["said"],
    },
    turn: {
      run: {
        class: "CommandLineTool",
        baseCommand: ["/bin/sh", "-c", ': >"$1/turn $(cat "$2") $$"; rev "$2" >said.txt', "tool"],
        inputs: { ledger, text: { type: "File", inputBinding: { position: 2 } } },
        outputs: said,
      },
      scatter: "text",
      in: { ledger: "ledger", text: "say/said" },
      out: ["said"],
    },
    join: {
      run: {
        class: "CommandLineTool",
        baseCommand: "cat",
        inputs: { parts: { type: "File[]", inputBinding: {} } },
        outputs: { all: { type: "stdout" } },
        stdout: "all.txt",
      },
      in: { parts: "turn/said" },
      out: ["all"],
    },
  },
} as const;

function describeLate(slurm: TestSlurm, directory: string): void {
  test("no tool starts twice, none is lost or fails, and what each left is all there", async () => {
    // A start leaves an empty file with a name of its own: lines that two machines append to one file can overwrite each other.
    const told = join(directory, "real", "ledger");
    await mkdir(told);
    await Bun.sleep(lateSeconds * 1000);
    const flags = ["--executor", "slurm", "--work-dir", join(directory, "shared"), "--slurm-poll-seconds", "5"];
    await using server = await startServer(join(directory, "data"), [...flags, "--sandbox", "off"], {
      environment: slurm.environment,
      hidesLedgers: true,
    });
    await deployCwl(server.url, "three", three);
    const words = Array.from({ length: 10 }, (_, index) => `word${index}`);
    const inputs = { ledger: join(directory, "shared", "ledger"), words };
    const job = await submit(server.url, "three", inputs);
    const end = (await untilFinished(server.url, job, 500)).at(-1);
    const log = await (await fetch(`${server.url}/jobs/${job}/log`)).text();
    expect({ status: end?.status, log }).toEqual({ status: "successful", log });
    const all = await (await fetch(`${server.url}/jobs/${job}/results/all`)).text();
    expect(all.split("\n").slice(0, -1)).toEqual(words.map((word) => word.split("").toReversed().join("")));
    const started = (await readdir(told)).map((name) => name.replace(/ \d+$/, ""));
    expect(started.toSorted()).toEqual(words.flatMap((word) => [`say ${word}`, `turn ${word}`]).toSorted());
    expect(log).toContain("at node n1");
    expect(log).toContain("at node n2");
    expect(log).not.toContain("again");
  }, 280_000);
}
