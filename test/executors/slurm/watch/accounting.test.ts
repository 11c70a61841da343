import { expect, test } from "bun:test";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { silentLogger } from "../../../../src/domain/logger.ts";
import { createConfinement } from "../../../../src/executors/sandbox/confinement.ts";
import { jobFiles, mostOf } from "../../../../src/executors/slurm/job-files.ts";
import { createSlurmCommands } from "../../../../src/executors/slurm/slurm-commands.ts";
import { createSlurmExecutor } from "../../../../src/executors/slurm/slurm-executor.ts";
import type { LastWord } from "../../../../src/executors/slurm/watch/accounting.ts";
import { createLayout, taskRecordFile } from "../../../../src/files/layout.ts";
import { realClock } from "../../../support/real-clock.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

const key = { executionId: "e1", step: "main", shard: 0, try: 1 } as const;

// What scontrol and sacct of 22.05 say.
const forgotten = "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1";
const ofAnother = "echo 'JobId=7 JobName=other UserId=root(0) JobState=RUNNING Reason=None NodeList=n1'";
const silent =
  "echo 'sacct: error: Sending PersistInit msg: Connection refused' >&2; echo 'sacct: error: Problem talking to the database: Connection refused' >&2; exit 1";
const row = (state: string) => `echo '7|${state}|n12|ours'`;

test.each([
  ["a job that the controller knows", ofAnother.replace("other", "ours"), silent, "RUNNING"],
  ["one that it has forgotten", forgotten, row("CANCELLED by 0"), "CANCELLED by 0"],
  ["one whose number another job has now", ofAnother, row("TIMEOUT"), "TIMEOUT"],
  [
    "one that was begun again, by its last time",
    forgotten,
    `${row("NODE_FAIL")}; ${row("OUT_OF_MEMORY")}`,
    "OUT_OF_MEMORY",
  ],
  ["one of which the accounting has no end yet", forgotten, row("RUNNING"), "later"],
  [
    "one of a controller that does not answer",
    "echo 'Unable to contact slurm controller' >&2; exit 1",
    row("RUNNING"),
    "RUNNING",
  ],
  ["an accounting that does not answer", forgotten, silent, "later"],
  ["an accounting that knows nothing", forgotten, "true", undefined],
  ["no accounting", forgotten, "echo 'Slurm accounting storage is disabled' >&2; exit 1", undefined],
] as const)("the last word of Slurm: %s (programs that play them)", async (_, scontrol, sacct, wanted) => {
  await using directory = await temporaryDirectory();
  const calls = join(directory.path, "calls");
  for (const [name, text] of [
    ["scontrol", scontrol],
    ["sacct", sacct],
  ] as const) {
    await writeFile(join(directory.path, name), `#!/bin/sh\necho "${name} $*" >>${calls}\n${text}\n`);
    await chmod(join(directory.path, name), 0o755);
  }
  const told = await createSlurmCommands({ PATH: `${directory.path}:/usr/bin:/bin` }).show("7", "ours");
  expect(typeof told === "object" ? told.state : told).toBe(wanted);
  const asked = (await readFile(calls, "utf8")).split("\n").filter((line) => line.startsWith("sacct"));
  if (asked.length > 0) expect(asked).toEqual([expect.stringContaining("-D -n -P -S now-30days -j 7 --name=ours -o")]);
});

test.each([
  ["whose tool was told to stop", "0m0.01s 0m0.00s\n0m1.50s 0m0.25s\ncode 143\npeak 2048\ntold\nend\n"],
  ["that left no record", undefined],
])(
  "a job %s waits for an accounting that does not answer, or lacks it yet, and ends by its word",
  async (_, record) => {
    await using directory = await temporaryDirectory();
    const layout = createLayout(directory.path);
    const files = jobFiles(layout, key);
    for (const path of [files.end, taskRecordFile(layout, key)]) await mkdir(dirname(path), { recursive: true });
    await writeFile(taskRecordFile(layout, key), "executor slurm\nend\n");
    await writeFile(files.begin, "job 7\nnode n12\nend\n");
    await writeFile(files.job, "7\n");
    if (record !== undefined) await writeFile(files.end, record);
    const cancelled = { id: "7", name: files.name, reason: "", node: "n12", state: "CANCELLED by 0" };
    const words: LastWord[] = ["later", "later", undefined, undefined];
    const warnings: string[] = [];
    const executor = createSlurmExecutor({
      ...{ layout, clock: realClock },
      logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
      commands: {
        ...createSlurmCommands({}),
        list: async () => [],
        show: async () => (words.length === 0 ? cancelled : words.shift()),
      },
      confinement: createConfinement(
        { use: "off", toolPath: "/usr/bin:/bin", toolDirectories: [], hidden: [] },
        realClock,
      ),
      settings: { options: [], pollSeconds: 0.1, graceSeconds: 0.1 },
    });
    const end = await executor.ended(key, new AbortController().signal);
    expect(end).toMatchObject({ kind: "failed", reason: expect.stringContaining("somebody else cancelled") });
    expect(words).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("accounting of Slurm does not tell")]);
  },
);

test("what the accounting could not count hides nothing that was seen of a task", () => {
  const seen = { cpuSeconds: 2, peakMemoryBytes: 70_000_000 };
  expect(mostOf([{}, { cpuSeconds: 0, peakMemoryBytes: 0 }, seen])).toEqual(seen);
  expect(mostOf([{}, { cpuSeconds: 3, peakMemoryBytes: 5 }, seen])).toEqual({ ...seen, cpuSeconds: 3 });
  expect(mostOf([{}, { cpuSeconds: 0, peakMemoryBytes: 0 }, undefined])).toEqual({});
});
