import { expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  giveUpJob,
  jobFiles,
  makeFile,
  parseEnd,
  readBegin,
  readEnd,
  writeEnd,
} from "../../../src/executors/slurm/job-files.ts";
import { jobScript } from "../../../src/executors/slurm/job-script.ts";
import { jobWords } from "../../../src/executors/slurm/job-words.ts";
import { createSlurmCommands } from "../../../src/executors/slurm/slurm-commands.ts";
import type { SlurmJob } from "../../../src/executors/slurm/slurm-job.ts";
import { endByCause, waitingReason } from "../../../src/executors/slurm/watch/causes.ts";
import { pollFault } from "../../../src/executors/slurm/watch/poll-fault.ts";
import { createQueue } from "../../../src/executors/slurm/watch/queue.ts";
import { createLayout } from "../../../src/files/layout.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const key = { executionId: "e1", step: "main", shard: 0, try: 1 } as const;
const job = (state: string): SlurmJob => ({ id: "7", name: "n", state, reason: "None", node: "n12" });

test("a record of an end tells exit code, memory, CPU time and the limit that was passed", () => {
  const times = "0m0.01s 0m0.00s\n0m1.50s 0m0.25s\n";
  const whole = `${times}code 3\npeak 2048\nlisted\nend\n`;
  expect(parseEnd(whole)).toEqual({
    ...{ wasTold: false, hasList: true },
    end: { kind: "exited", exitCode: 3, cpuSeconds: 1.75, peakMemoryBytes: 2 * 2 ** 20 },
  });
  for (let length = 0; length < whole.length; length += 1) expect(parseEnd(whole.slice(0, length))).toBeUndefined();
  // As jobs of an earlier release write it.
  expect(parseEnd(`code 3\npeak 2048\nfiles 12\n${times}end\n`)).toEqual({
    ...{ wasTold: false, hasList: false },
    end: { kind: "exited", exitCode: 3, cpuSeconds: 1.75, peakMemoryBytes: 2 * 2 ** 20 },
  });
  expect(parseEnd(`code 143\npeak 1\nstopped seconds 20\n${times}end\n`)?.end).toMatchObject({
    kind: "stopped",
    at: { limit: "seconds", found: 0.2 },
  });
  expect(parseEnd(`code 143\npeak 1\ntold\n${times}end\n`)?.wasTold).toBe(true);
  expect(parseEnd(`code 0\npeak 1\n${times}`)).toBeUndefined();
});

test("whoever is first decides whether a job begins, and how it ended", async () => {
  await using directory = await temporaryDirectory();
  const layout = createLayout(directory.path);
  const [begun, given] = [jobFiles(layout, key), jobFiles(layout, { ...key, try: 2 })];
  expect(await makeFile(begun.begin, "job 7\nnode n12\nend\n")).toBe(true);
  expect(await giveUpJob(begun)).toBe(false);
  expect(await readBegin(begun)).toEqual({ kind: "begun", job: "7", node: "n12" });
  expect(await giveUpJob(given)).toBe(true);
  expect(await giveUpJob(given)).toBe(true);
  expect(await makeFile(given.begin, "")).toBe(false);
  const lost = { kind: "lost", reason: "its node failed", cause: "NODE_FAIL" } as const;
  expect(await writeEnd(begun, lost)).toEqual(lost);
  expect(await writeEnd(begun, { kind: "exited", exitCode: 0 })).toEqual(lost);
  expect((await readEnd(begun))?.end).toEqual(lost);
});

test.each([
  ["OUT_OF_MEMORY", "failed", "more memory"],
  ["TIMEOUT", "failed", "time limit"],
  ["CANCELLED by 0", "failed", "cancelled"],
  ["NODE_FAIL", "lost", "node failed"],
  ["PREEMPTED", "lost", "goes before it"],
  ["COMPLETED", "lost", "without a record of its end, in state COMPLETED (node n12)"],
] as const)("a job that Slurm ended as %s has %s, with its cause", (state, kind, words) => {
  const end = endByCause(job(state), true);
  expect(end.kind).toBe(kind);
  expect("reason" in end && end.reason).toContain(words);
  const isNamed = state === "OUT_OF_MEMORY" || state === "TIMEOUT" || state === "NODE_FAIL";
  expect("cause" in end ? end.cause : undefined).toBe(isNamed ? state : undefined);
});

test("a job that was cancelled has not started when its node refused it, and has failed when it waited", () => {
  expect(endByCause(job("CANCELLED"), false)).toMatchObject({ kind: "notStarted" });
  expect(endByCause({ ...job("CANCELLED"), node: "" }, false)).toMatchObject({ kind: "failed" });
});

test("a job that is gone and never began has not started", () => {
  expect(endByCause(undefined, false)).toMatchObject({ kind: "notStarted" });
  expect(waitingReason({ ...job("PENDING"), reason: "Priority" })).toBe("waiting for Slurm: Priority");
});

test("sbatch is told what a task asks for, and the operator's options last", () => {
  const task = {
    ...({ key, command: ["true"], environment: {}, workingDirectory: "/w", log: "/l" } as const),
    limits: { seconds: 90, memoryMebibytes: 100.5 },
    reserves: { cores: 2.5, memoryMebibytes: 10 },
  };
  const words = jobWords(task, { partition: "p", options: ["--qos=q"], pollSeconds: 15, graceSeconds: 30 });
  expect(words).toContain("--cpus-per-task=3");
  expect(words).toContain("--mem=101M");
  expect(words).toContain("--time=4");
  expect(words).toContain("--no-requeue");
  expect(words.slice(-2)).toEqual(["--partition=p", "--qos=q"]);
});

test("the script takes the figure of its job's control group when that is more than it has seen", async () => {
  await using directory = await temporaryDirectory();
  const files = jobFiles(createLayout("/d"), key);
  const task = { key, command: ["true"], environment: {}, workingDirectory: "/w", log: "/l" } as const;
  const [counted = ""] = /^counted\(\) \{\n.*?^\}\n/ms.exec(jobScript(task, files, {})) ?? [];
  const group = "/system.slice/slurmstepd.scope/job_3/step_batch/user/task_0";
  await mkdir(join(directory.path, "cgroup", group), { recursive: true });
  await writeFile(join(directory.path, "cgroup", group, "memory.peak"), `${8 * 2 ** 20}\n`);
  const peakIn = async (groups: string) => {
    await writeFile(join(directory.path, "groups"), groups);
    const words = counted.replace("/proc/self/cgroup", `${directory.path}/groups`);
    const script = `peak=5\n${words.replace("/sys/fs/cgroup", `${directory.path}/cgroup`)}counted\necho $peak`;
    return Bun.spawnSync(["/bin/sh", "-c", script]).stdout.toString().trim();
  };
  expect(await peakIn(`3:cpu:/a\n0::${group}\n`)).toBe("8192");
  expect(await peakIn("0::/user.slice\n")).toBe("5");
  expect(await peakIn("0::/system.slice/job_9/none\n")).toBe("5");
});

test("sbatch is told whose a job is, in words that nothing of a user's name can end, and its account and processors", () => {
  const task = {
    ...({ key, command: ["true"], environment: {}, workingDirectory: "/w", log: "/l" } as const),
    ...{ owner: { job: "j1", user: "ana $(id)\nJobState=FAILED 'x'", account: "water" }, gpus: 2 },
  };
  const words = jobWords(task, { account: "usual", options: [], pollSeconds: 15, graceSeconds: 30 });
  expect(words).toContain("--comment=heddle user=ana___id__JobState_FAILED__x_ job=j1 execution=e1");
  expect(words).toContain("--account=water");
  expect(words).toContain("--gpus=2");
  const anonymous = jobWords(
    { ...task, owner: { job: "j1" } },
    { account: "usual", options: [], pollSeconds: 15, graceSeconds: 30 },
  );
  expect(anonymous).toContain("--comment=heddle user=- job=j1 execution=e1");
  expect(anonymous).toContain("--account=usual");
});

test("looks at the queue that are too seldom for MinJobAge are told", () => {
  expect(pollFault({ jobAgeSeconds: 300 }, { pollSeconds: 100 })).toBeUndefined();
  expect(pollFault({ jobAgeSeconds: 30 }, { pollSeconds: 15 })).toContain("wanted at most 10 s");
});

test("the queue keeps what it knew while the controller does not answer, and prefers what may still run", async () => {
  let answer: readonly SlurmJob[] | undefined = [job("RUNNING"), job("COMPLETED")];
  const commands = { ...createSlurmCommands({}), list: async () => answer };
  const clock = fakeClock();
  const queue = createQueue(commands, clock, 1000);
  expect((await queue.ask("n"))?.job?.state).toBe("RUNNING");
  answer = undefined;
  expect(await queue.ask("n")).toBeUndefined();
  expect(queue.look("n")?.job?.state).toBe("RUNNING");
});
