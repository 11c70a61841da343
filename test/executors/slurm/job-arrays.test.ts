import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { createCancelling, idWords } from "../../../src/executors/slurm/cancelling.ts";
import { createGathering, type Gathered } from "../../../src/executors/slurm/gathering.ts";
import { createArrayBound, handOver } from "../../../src/executors/slurm/helper/hand-over.ts";
import { jobFiles, manifestNames } from "../../../src/executors/slurm/job-files.ts";
import { createJobPlaces } from "../../../src/executors/slurm/job-places.ts";
import { type CancelHow, createSlurmCommands, type Submitted } from "../../../src/executors/slurm/slurm-commands.ts";
import { createListings } from "../../../src/executors/slurm/watch/listings.ts";
import { createQueue } from "../../../src/executors/slurm/watch/queue.ts";
import { createLayout } from "../../../src/files/layout.ts";
import { realClock } from "../../support/real-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const never = new AbortController().signal;

/** Jobs of an execution, and what hands them to a controller that is told what to answer. */
async function openRig(answer: (words: readonly string[]) => Submitted) {
  const directory = await temporaryDirectory();
  const layout = createLayout(directory.path);
  const submitted: (readonly string[])[] = [];
  const commands = {
    ...createSlurmCommands({}),
    submit: async (words: readonly string[]) => {
      submitted.push(words);
      return answer(words);
    },
    list: async () => [],
  };
  const placesOf = () => createJobPlaces(createListings(layout, realClock));
  const places = placesOf();
  const deps = { logger: silentLogger, commands, queue: createQueue(commands, realClock, 1000), places };
  const job = (shard: number, words: readonly string[] = ["--mem=1M"]) => ({
    ...{ executionId: "e1", words, signal: never },
    files: jobFiles(layout, { executionId: "e1", step: "each", shard, try: 1 }),
  });
  await mkdir(dirname(job(0).files.base), { recursive: true });
  const gather = (most: number) =>
    createGathering(realClock.elapsed, (gathered) => handOver(deps, gathered, most), 10_000);
  return { job, gather, placesOf, submitted, [Symbol.asyncDispose]: directory[Symbol.asyncDispose] };
}

const accepted: Submitted = { kind: "accepted", id: "12" };
const arraysOf = (submitted: readonly (readonly string[])[]) =>
  submitted.map((words) => words.find((word) => word.startsWith("--array="))).toSorted();

test("equal jobs that come together are one array, whose manifest is there before it is handed over", async () => {
  const manifests: string[] = [];
  await using rig = await openRig((words) => {
    const manifest = words.at(-1)?.replace(/\.sh$/, ".array") ?? "";
    if (existsSync(manifest)) manifests.push(readFileSync(manifest, "utf8"));
    return accepted;
  });
  const gather = rig.gather(1001);
  const jobs = Array.from({ length: 5 }, (_, shard) => rig.job(shard));
  await Promise.all([...jobs.map(gather), gather(rig.job(9, ["--mem=2M"]))]);
  expect(arraysOf(rig.submitted)).toEqual(["--array=0-4", undefined]);
  expect(manifestNames(manifests[0] ?? "")).toEqual(jobs.map(({ files }) => files.name));
  const array = rig.submitted.find((words) => words.some((word) => word.startsWith("--array=")));
  expect(array?.[0]).toMatch(/^--job-name=heddle-e1-array-[0-9a-f]{16}$/);
});

test("another server finds the elements of an array by its manifest, with the numbers of their jobs", async () => {
  await using rig = await openRig(() => accepted);
  const jobs = Array.from({ length: 3 }, (_, shard) => rig.job(shard));
  await Promise.all(jobs.map(rig.gather(1001)));
  const places = rig.placesOf();
  const [, , last] = jobs;
  const files = last?.files ?? rig.job(2).files;
  expect((await places.find("e1", files)).name).toMatch(/^heddle-e1-array-[0-9a-f]{16}\[2\]$/);
  expect(await places.numberOf("e1", files)).toBe("12_2");
  expect(await places.find("e1", rig.job(7).files)).toEqual({ name: rig.job(7).files.name });
});

test("an array is cut where the cluster takes no larger ones", async () => {
  await using rig = await openRig(() => accepted);
  await Promise.all(Array.from({ length: 7 }, (_, shard) => rig.job(shard)).map(rig.gather(3)));
  expect(arraysOf(rig.submitted)).toEqual(["--array=0-2", "--array=0-2", undefined]);
  await using without = await openRig(() => accepted);
  await Promise.all(Array.from({ length: 2 }, (_, shard) => without.job(shard)).map(without.gather(0)));
  expect(arraysOf(without.submitted)).toEqual([undefined, undefined]);
});

test("an array that is more than may be submitted is divided, and its manifest goes", async () => {
  await using rig = await openRig((words) =>
    words.some((word) => /^--array=0-[2-9]$/.test(word))
      ? { kind: "busy", reason: "AssocMaxSubmitJobLimit" }
      : accepted,
  );
  const jobs = Array.from({ length: 4 }, (_, shard) => rig.job(shard));
  await Promise.all(jobs.map(rig.gather(1001)));
  expect(arraysOf(rig.submitted)).toEqual(["--array=0-1", "--array=0-1", "--array=0-3"]);
  const names = await readdir(dirname(rig.job(0).files.base));
  const manifests = names.filter((name) => name.endsWith(".array"));
  const texts = await Promise.all(
    manifests.map((name) => readFile(join(dirname(rig.job(0).files.base), name), "utf8")),
  );
  expect(texts.flatMap(manifestNames).toSorted()).toEqual(jobs.map(({ files }) => files.name).toSorted());
});

test("what Slurm refuses of a divided array fails alone", async () => {
  let parts = 0;
  await using rig = await openRig(() => {
    parts += 1;
    return parts === 1 ? accepted : { kind: "refused", reason: "no" };
  });
  const ends = await Promise.allSettled(Array.from({ length: 4 }, (_, shard) => rig.job(shard)).map(rig.gather(2)));
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "rejected"]);
});

test("a job that leaves before its array is handed over is not in it", async () => {
  const handed: Gathered[] = [];
  const gather = createGathering(
    realClock.elapsed,
    async (gathered) => {
      handed.push(gathered);
      for (const { resolve } of gathered.jobs) resolve();
    },
    10,
  );
  await using rig = await openRig(() => accepted);
  const leaving = new AbortController();
  const left = gather({ ...rig.job(0), signal: leaving.signal });
  const stays = gather(rig.job(1));
  leaving.abort(new Error("stopped"));
  expect(left).rejects.toThrow("stopped");
  await stays;
  expect(handed.flatMap(({ jobs }) => jobs.map(({ files }) => files.name))).toEqual([rig.job(1).files.name]);
});

test("the first of many are handed over while others still come, and those are gathered for longer", async () => {
  const sizes: number[] = [];
  const gather = createGathering(
    realClock.elapsed,
    async ({ jobs }) => {
      sizes.push(jobs.length);
      for (const { resolve } of jobs) resolve();
    },
    10_000,
  );
  await using rig = await openRig(() => accepted);
  const handed: Promise<void>[] = [];
  while (sizes.length < 2) {
    handed.push(gather(rig.job(handed.length)));
    await Bun.sleep(10);
  }
  await Promise.all(handed);
  const [first = 0, second = 0] = sizes;
  expect(first * 2).toBeLessThan(second);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(handed.length);
});

test("the size of an array is asked for until the controller tells it", async () => {
  let answers = 0;
  const told = { countsFigures: false, tellsNodeFailures: true };
  const limits = async () => {
    answers += 1;
    return answers === 1
      ? undefined
      : { arraySize: 50, jobAgeSeconds: 300, holdsMemory: true, hasAccounting: true, hidesJobs: false, ...told };
  };
  const bound = createArrayBound({ ...createSlurmCommands({}), limits });
  expect([await bound(), await bound(), await bound()]).toEqual([1001, 50, 50]);
  expect(answers).toBe(2);
});

test("jobs that are ended at one moment are ended by one command, elements of an array as ranges", async () => {
  expect(idWords(["7", "12_3", "12_1", "12_2", "12_9", "13_0"])).toEqual(["7", "12_[1-3,9]", "13_[0]"]);
  const asked: (readonly string[])[] = [];
  const cancel = async (ids: readonly string[], { signal, user }: CancelHow = {}) => {
    asked.push([...ids, `${signal ?? "end"} ${user ?? "ours"}`]);
    return true;
  };
  const cancelOne = createCancelling({ ...createSlurmCommands({}), cancel });
  expect(
    await Promise.all([
      ...[cancelOne("12_0"), cancelOne("12_1"), cancelOne("12_2", { user: 1001 })],
      cancelOne("7", { signal: "TERM" }),
    ]),
  ).toEqual([true, true, true, true]);
  expect(asked.toSorted()).toEqual([
    ["12_[0-1]", "end ours"],
    ["12_[2]", "end 1001"],
    ["7", "TERM ours"],
  ]);
});
