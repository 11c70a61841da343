import type { Job, NewJobEvent } from "../../src/domain/jobs/job.ts";
import { type StageName, stages } from "../../src/domain/jobs/progress.ts";
import { silentLogger } from "../../src/domain/logger.ts";
import { type Database, openDatabase } from "../../src/store/database/database.ts";
import { claimJobs, type FinishMove, insertJob } from "../../src/store/jobs/jobs.ts";
import { fakeClock } from "./fake-clock.ts";

/** The time at which the jobs of these tests are made. */
export const startOfTest = Date.UTC(2021, 2, 2, 3, 32, 41);

/** Opens `heddle.db` in a directory. */
export function openTestDatabase(directory: string): Promise<Database> {
  return openDatabase({ file: `${directory}/heddle.db`, clock: fakeClock(startOfTest), logger: silentLogger });
}

/** Words an accepted job. */
export function newJob(changes: Partial<Job> = {}): Job {
  return {
    id: Bun.randomUUIDv7(),
    processId: "echo",
    processRevision: "sha256:0",
    isRemote: false,
    status: "accepted",
    isSync: false,
    tags: [],
    request: { inputs: {} },
    priority: 0,
    attempt: 0,
    fence: 0,
    progress: 0,
    message: "Job accepted",
    createdAt: startOfTest,
    updatedAt: startOfTest,
    earlyCrashes: 0,
    ...changes,
  };
}

/** Words the event of a job's acceptance. */
export function acceptedEvent(at: number = startOfTest): NewJobEvent {
  return { at, kind: "status", status: "accepted", progress: 0, message: "Job accepted" };
}

/** Words the event with which a stage of a running job begins. */
export function stageEvent(stage: StageName, changes: Partial<NewJobEvent> = {}): NewJobEvent {
  const { percent, message } = stages[stage];
  return { at: startOfTest, kind: "stage", status: "running", stage, progress: percent, message, ...changes };
}

/** Inserts an accepted job. */
export async function insertNewJob(database: Database, changes: Partial<Job> = {}): Promise<Job> {
  const job = newJob(changes);
  await insertJob(database, job, acceptedEvent(job.createdAt));
  return job;
}

/** Inserts a job and claims it. */
export async function insertRunningJob(database: Database, changes: Partial<Job> = {}) {
  const job = await insertNewJob(database, changes);
  const executionId = Bun.randomUUIDv7();
  const claims = await claimJobs(
    database,
    [{ jobId: job.id, executionId, moveId: Bun.randomUUIDv7(), event: stageEvent("setup") }],
    startOfTest,
  );
  const claim = claims.get(job.id);
  if (claim === undefined) throw new Error("Cannot claim a job that was just inserted");
  return { jobId: job.id, executionId, fence: claim.fence };
}

/** Words the write that ends a running job, well unless the changes say otherwise. */
export function finishing(
  running: Pick<FinishMove, "jobId" | "executionId" | "fence">,
  changes: Partial<FinishMove> = {},
): FinishMove {
  return {
    ...running,
    moveId: Bun.randomUUIDv7(),
    at: startOfTest + 5000,
    outcome: { status: "successful", results: {} },
    progress: 100,
    stage: "done",
    message: "Job complete",
    events: [stageEvent("done", { status: "successful" })],
    executionEnded: true,
    ...changes,
  };
}
