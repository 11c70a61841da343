import { afterAll, describe, expect, test } from "bun:test";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runExecutable, startServer } from "../support/executable.ts";
import { deployCwl, readStatus, statusOf, submit, until, untilFinished } from "../support/jobs.ts";
import { shellTool } from "../support/shell-tool.ts";
import { noSlurm, startSlurm, type TestSlurm } from "../support/slurm.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const example = join(import.meta.dir, "../../examples/climate");

/** Writes into a ledger that it started, and goes on when somebody makes the file `go` beside it. */
const waiting = shellTool('echo started >>"$LEDGER"; while [ ! -e "$LEDGER.go" ]; do sleep 0.1; done; echo done');

const scatter = {
  cwlVersion: "v1.2",
  class: "Workflow",
  requirements: { ScatterFeatureRequirement: {}, StepInputExpressionRequirement: {} },
  inputs: { ledger: "string", words: "string[]" },
  outputs: { said: { type: "File[]", outputSource: "each/said" } },
  steps: {
    each: {
      run: {
        class: "CommandLineTool",
        baseCommand: ["/bin/sh", "-c", 'echo "$2" >>"$1"; echo "said $2"', "tool"],
        inputs: {
          ledger: { type: "string", inputBinding: { position: 1 } },
          word: { type: "string", inputBinding: { position: 2 } },
        },
        outputs: { said: { type: "stdout" } },
        stdout: "said.txt",
      },
      scatter: "word",
      in: { ledger: "ledger", word: "words" },
      out: ["said"],
    },
  },
} as const;

const why = noSlurm();
if (why !== undefined) test.skip(`jobs on Slurm: ${why}`, () => undefined);
else {
  const slurm = await startSlurm();
  afterAll(() => slurm[Symbol.asyncDispose]());
  describe("jobs on Slurm", () => describeJobs(slurm));
}

/** A server over a data directory of this machine and a work directory that it shares with the node. */
async function openPlace({ environment, resume, untilIdle }: TestSlurm, more: readonly string[] = []) {
  await untilIdle();
  const directory = await temporaryDirectory();
  const shared = join(directory.path, "shared");
  await mkdir(shared);
  const ledger = join(directory.path, "ledger");
  await writeFile(ledger, "");
  const flags = ["--executor", "slurm", "--work-dir", shared, "--slurm-poll-seconds", "5", ...more];
  const start = () => startServer(join(directory.path, "data"), flags, { environment });
  const starts = async () => (await readFile(ledger, "utf8")).split("\n").filter((line) => line !== "");
  const hasStarted = () =>
    until("the tool has started", async () => {
      if ((await starts()).length > 0) return true;
      resume();
      return false;
    });
  const letGo = () => writeFile(`${ledger}.go`, "");
  return { ledger, shared, start, starts, hasStarted, letGo, [Symbol.asyncDispose]: directory[Symbol.asyncDispose] };
}

async function endOf(url: string, job: string) {
  return (await untilFinished(url, job, 200)).at(-1);
}

function describeJobs(slurm: TestSlurm): void {
  const goesOnWithout = async (daemon: "slurmctld" | "slurmd") => {
    await using place = await openPlace(slurm);
    await using server = await place.start();
    await deployCwl(server.url, "waiting", waiting);
    const job = await submit(server.url, "waiting", { ledger: place.ledger });
    await place.hasStarted();
    await slurm.kill(daemon);
    await place.letGo();
    const end = await endOf(server.url, job);
    await slurm.start(daemon);
    expect(end).toMatchObject({ status: "successful" });
    expect(await place.starts()).toEqual(["started"]);
  };

  test("a scatter of 50 runs each of its tools once, and their results are published", async () => {
    await using place = await openPlace(slurm);
    await using server = await place.start();
    await deployCwl(server.url, "scatter", scatter);
    const words = Array.from({ length: 50 }, (_, index) => `word${index}`);
    const job = await submit(server.url, "scatter", { ledger: place.ledger, words });
    expect(await endOf(server.url, job)).toMatchObject({ status: "successful" });
    expect((await place.starts()).toSorted()).toEqual(words.toSorted());
    const outputs = await readdir(join(place.shared, "outputs"), { recursive: true });
    expect(outputs.filter((name) => name.includes("said")).length).toBeGreaterThanOrEqual(50);
  });

  test("the climate example gives its expected results byte for byte", async () => {
    await using directory = await temporaryDirectory();
    const out = join(directory.path, "out");
    await mkdir(out);
    const { exitCode, talk } = await runExecutable(
      [
        ...["run", join(example, "climate.cwl"), join(example, "job.yml"), "--executor", "slurm", "--outdir", out],
        ...["--tmpdir-prefix", join(directory.path, "scratch-"), "--data", join(directory.path, "data")],
      ],
      { environment: { ...slurm.environment } },
    );
    expect(`${exitCode} ${exitCode === 0 ? "" : talk}`).toBe("0 ");
    const results = (await readdir(join(example, "expected"))).filter((name) => !/^[a-z]+\.txt$/.test(name));
    expect(results.length).toBeGreaterThan(0);
    for (const name of results) {
      expect(await readFile(join(out, name), "utf8")).toBe(await readFile(join(example, "expected", name), "utf8"));
    }
  });

  test("a job goes on when the server is killed and started again, and its tool starts once", async () => {
    await using place = await openPlace(slurm);
    const job = await (async () => {
      await using server = await place.start();
      await deployCwl(server.url, "waiting", waiting);
      const id = await submit(server.url, "waiting", { ledger: place.ledger });
      await place.hasStarted();
      await server.stop("SIGKILL");
      return id;
    })();
    await using server = await place.start();
    await place.letGo();
    expect(await endOf(server.url, job)).toMatchObject({ status: "successful" });
    expect(await place.starts()).toEqual(["started"]);
  });

  test("a job that an administrator cancels fails and says so", async () => {
    await using place = await openPlace(slurm);
    await using server = await place.start();
    await deployCwl(server.url, "waiting", waiting);
    const job = await submit(server.url, "waiting", { ledger: place.ledger });
    await place.hasStarted();
    expect(slurm.run(["scancel", "--me"]).exitCode).toBe(0);
    const end = await endOf(server.url, job);
    expect(end).toMatchObject({ status: "failed" });
    expect(JSON.stringify(end)).toContain("cancelled its job in Slurm");
    expect(await place.starts()).toEqual(["started"]);
  });

  test("a job that is held says what it waits for, and is dismissed without a start", async () => {
    await using place = await openPlace(slurm, ["--slurm-options=--hold"]);
    await using server = await place.start();
    await deployCwl(server.url, "waiting", waiting);
    const job = await submit(server.url, "waiting", { ledger: place.ledger });
    await until("the reason is told", async () =>
      (await (await fetch(`${server.url}/jobs/${job}/log`)).text()).includes("waiting for Slurm: JobHeldUser"),
    );
    const answer = await fetch(`${server.url}/jobs/${job}`, { method: "DELETE" });
    expect((await readStatus(answer)).status).toBe("dismissed");
    await until("the queue is empty", () => slurm.run(["squeue", "-h"]).out === "");
    expect(await place.starts()).toEqual([]);
  });

  test("a job goes on when slurmd is killed, and its tool starts once", () => goesOnWithout("slurmd"));

  test("a job waits while the controller takes no jobs", async () => {
    await using place = await openPlace(slurm);
    await using server = await place.start();
    await deployCwl(server.url, "waiting", waiting);
    await place.letGo();
    await slurm.kill("slurmctld");
    const job = await submit(server.url, "waiting", { ledger: place.ledger });
    await until("sbatch was refused", () => server.talk().includes("takes no job now"));
    expect((await statusOf(server.url, job)).status).toBe("running");
    await slurm.start("slurmctld");
    expect(await endOf(server.url, job)).toMatchObject({ status: "successful" });
    expect(await place.starts()).toEqual(["started"]);
  });

  // The last one: a controller that was killed may give the numbers of its last jobs to new ones, which the node then refuses.
  test("a job goes on when slurmctld is killed, and its tool starts once", () => goesOnWithout("slurmctld"));
}
