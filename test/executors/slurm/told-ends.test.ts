import { expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { createConfinement } from "../../../src/executors/sandbox/confinement.ts";
import { sandboxStatusFile } from "../../../src/executors/sandbox/unmade-sandbox.ts";
import { jobFiles } from "../../../src/executors/slurm/job-files.ts";
import { createSlurmCommands } from "../../../src/executors/slurm/slurm-commands.ts";
import { createSlurmExecutor } from "../../../src/executors/slurm/slurm-executor.ts";
import type { SlurmJob } from "../../../src/executors/slurm/slurm-job.ts";
import { createLayout, taskDirectory, taskLogFile, taskRecordFile } from "../../../src/files/layout.ts";
import { realClock } from "../../support/real-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const key = { executionId: "e1", step: "main", shard: 0, try: 1 } as const;
const never = new AbortController().signal;

/** A try of which a job left the record of its end, and of whose job the controller says what it is told. */
async function openTry(record: string, sandbox?: { readonly status: string; readonly log: string }) {
  const directory = await temporaryDirectory();
  const layout = createLayout(directory.path);
  const files = jobFiles(layout, key);
  for (const path of [files.end, taskRecordFile(layout, key)]) await mkdir(dirname(path), { recursive: true });
  await writeFile(taskRecordFile(layout, key), "executor slurm\nend\n");
  await writeFile(files.begin, "job 7\nnode n12\nend\n");
  await writeFile(files.job, "7\n");
  await writeFile(files.end, record);
  if (sandbox !== undefined) {
    const task = taskDirectory(layout, key);
    await mkdir(task, { recursive: true });
    await writeFile(sandboxStatusFile(task), sandbox.status);
    await writeFile(taskLogFile(layout, key), sandbox.log);
  }
  const endBy = (state: string | undefined) => {
    const job: SlurmJob | undefined =
      state === undefined ? undefined : { id: "7", name: "n", reason: "", node: "n12", state };
    const executor = createSlurmExecutor({
      ...{ layout, clock: realClock, logger: silentLogger },
      commands: { ...createSlurmCommands({}), list: async () => [], show: async () => job },
      confinement: createConfinement(
        { use: "off", toolPath: "/usr/bin:/bin", toolDirectories: [], hidden: [] },
        realClock,
      ),
      settings: { options: [], pollSeconds: 5, graceSeconds: 5 },
    });
    return executor.ended(key, never);
  };
  return { endBy, [Symbol.asyncDispose]: directory[Symbol.asyncDispose] };
}

const times = "0m0.01s 0m0.00s\n0m1.50s 0m0.25s\n";

test("a tool that was killed at the memory limit of its job says so, also when Slurm has forgotten the job", async () => {
  await using it = await openTry(`code 137\npeak 2048\n${times}end\n`);
  const end = { kind: "failed", cause: "OUT_OF_MEMORY" };
  expect(await it.endBy("OUT_OF_MEMORY")).toMatchObject(end);
  expect(await it.endBy(undefined)).toMatchObject(end);
});

test("a tool that killed itself has its exit code", async () => {
  await using it = await openTry(`code 137\npeak 2048\n${times}end\n`);
  expect(await it.endBy("FAILED")).toMatchObject({ kind: "exited", exitCode: 137, cpuSeconds: 1.75 });
});

test("a tool that Slurm told to stop at the time limit of its job says so", async () => {
  await using it = await openTry(`code 143\npeak 2048\ntold\n${times}end\n`);
  expect(await it.endBy("TIMEOUT")).toMatchObject({ kind: "failed", cause: "TIMEOUT" });
});

test("a tool whose sandbox could not be made on its node has not started, and one that failed in it has failed", async () => {
  const log = "bwrap: Can't bind mount /oldroot/dev/null on /newroot/etc/shadow: No such file or directory\n";
  const record = (code: number) => `${times}code ${code}\npeak 0\nend\n`;
  const begun = '{ "child-pid": 12 }\n';
  const unmade = await openTry(record(1), { status: begun, log });
  await using _ = unmade;
  const reason = expect.stringContaining("the sandbox could not be made: Can't bind mount");
  expect(await unmade.endBy("FAILED")).toEqual({ kind: "notStarted", reason });
  for (const [code, status] of [
    [1, `${begun}{ "exit-code": 1 }\n`],
    [2, begun],
    [0, begun],
  ] as const) {
    await using it = await openTry(record(code), { status, log });
    expect(await it.endBy("FAILED")).toMatchObject({ kind: "exited", exitCode: code });
  }
});
