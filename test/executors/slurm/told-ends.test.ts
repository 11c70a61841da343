import { expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { createConfinement } from "../../../src/executors/sandbox/confinement.ts";
import { jobFiles } from "../../../src/executors/slurm/job-files.ts";
import { createSlurmCommands, type SlurmJob } from "../../../src/executors/slurm/slurm-commands.ts";
import { createSlurmExecutor } from "../../../src/executors/slurm/slurm-executor.ts";
import { createLayout, taskRecordFile } from "../../../src/files/layout.ts";
import { realClock } from "../../support/real-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const key = { executionId: "e1", step: "main", shard: 0, try: 1 } as const;
const never = new AbortController().signal;

/** A try of which a job left the record of its end, and of whose job the controller says what it is told. */
async function openTry(record: string) {
  const directory = await temporaryDirectory();
  const layout = createLayout(directory.path);
  const files = jobFiles(layout, key);
  for (const path of [files.end, taskRecordFile(layout, key)]) await mkdir(dirname(path), { recursive: true });
  await writeFile(taskRecordFile(layout, key), "executor slurm\nend\n");
  await writeFile(files.begin, "job 7\nnode n12\nend\n");
  await writeFile(files.job, "7\n");
  await writeFile(files.end, record);
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
