// Prints how many jobs a second the store takes from insert to finish, each with 12 events, all of them durable.
// Run: bun test/bench/store.ts [jobs] [concurrency] [directory]
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Job, NewJobEvent } from "../../src/domain/jobs/job.ts";
import { stageNames } from "../../src/domain/jobs/progress.ts";
import { silentLogger } from "../../src/domain/logger.ts";
import { type Database, openDatabase } from "../../src/store/database/database.ts";
import { claimJobs, finishJob, insertJob } from "../../src/store/jobs/jobs.ts";
import { acceptedEvent, newJob, stageEvent } from "../support/jobs-in-store.ts";
import { realClock } from "../support/real-clock.ts";

const jobCount = Number(process.argv[2] ?? 10_000);
const concurrency = Number(process.argv[3] ?? 64);
const parent = process.argv[4] ?? tmpdir();

/** Setup, nine stages more and the end: with the acceptance 12 events. */
const events: readonly NewJobEvent[] = [
  ...stageNames
    .filter((stage) => stage !== "setup" && stage !== "monitorError" && stage !== "done")
    .map((stage) => stageEvent(stage)),
  stageEvent("done", { kind: "status", status: "successful" }),
];

const directory = await mkdtemp(join(parent, "heddle-bench-"));
try {
  await using database = await openDatabase({
    file: join(directory, "heddle.db"),
    clock: realClock,
    logger: silentLogger,
  });
  await run(database, Math.min(jobCount, 2_000)); // warm
  for (let round = 1; round <= 3; round += 1) {
    const before = { ...(await database.figures()), cpu: process.cpuUsage().user + process.cpuUsage().system };
    const since = performance.now();
    await run(database, jobCount);
    const seconds = (performance.now() - since) / 1000;
    const after = await database.figures();
    const cpu = process.cpuUsage().user + process.cpuUsage().system - before.cpu;
    console.log(
      [
        `round ${round}: ${Math.round(jobCount / seconds)} jobs/s`,
        `${jobCount} jobs, ${concurrency} at a time, ${events.length + 2} events each`,
        `${after.commits - before.commits} commits`,
        `${(cpu / 1000 / jobCount).toFixed(3)} ms CPU a job`,
        `synchronous=${after.synchronous}`,
      ].join(", "),
    );
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}

/** Keeps `concurrency` jobs under way; those that are waiting at the same time are claimed in one write. */
async function run(database: Database, count: number): Promise<void> {
  let inserted = 0;
  let waiting: { job: Job; claimed: (fence: { executionId: string; fence: number }) => void }[] = [];
  let isClaiming = false;

  async function claimAll(): Promise<void> {
    if (isClaiming) return;
    isClaiming = true;
    while (waiting.length > 0) {
      const taken = waiting;
      waiting = [];
      const claims = taken.map(({ job }) => ({
        jobId: job.id,
        executionId: Bun.randomUUIDv7(),
        moveId: Bun.randomUUIDv7(),
        event: stageEvent("setup"),
      }));
      const claimed = await claimJobs(database, claims, job(taken).createdAt);
      for (const [index, { job, claimed: tell }] of taken.entries()) {
        const fence = claimed.get(job.id)?.fence;
        const executionId = claims[index]?.executionId;
        if (fence === undefined || executionId === undefined) throw new Error("A claim was lost");
        tell({ executionId, fence });
      }
    }
    isClaiming = false;
  }
  const job = (taken: typeof waiting) => taken[0]?.job ?? newJob();

  async function oneAfterAnother(): Promise<void> {
    while (inserted < count) {
      inserted += 1;
      const job = newJob({ request: { inputs: { text: { kind: "value", value: "Hello, weaver" } } } });
      await insertJob(database, job, acceptedEvent());
      const { executionId, fence } = await new Promise<{ executionId: string; fence: number }>((claimed) => {
        waiting.push({ job, claimed });
        void claimAll();
      });
      const hasWon = await finishJob(database, {
        jobId: job.id,
        executionId,
        fence,
        moveId: Bun.randomUUIDv7(),
        at: job.createdAt,
        outcome: { status: "successful", results: { text: { kind: "value", value: "Hello, weaver" } } },
        progress: 100,
        stage: "done",
        message: "Job complete",
        events,
        executionEnded: true,
      });
      if (!hasWon) throw new Error("A finish was lost");
    }
  }
  await Promise.all(Array.from({ length: concurrency }, oneAfterAnother));
}
