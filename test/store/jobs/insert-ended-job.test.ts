import { expect, test } from "bun:test";
import { clientOf } from "../../../src/domain/people/access.ts";
import { findExecution, openExecutions } from "../../../src/store/jobs/executions.ts";
import { type EndedJob, insertEndedJob } from "../../../src/store/jobs/insert-ended-job.ts";
import { eventsOf } from "../../../src/store/jobs/job-events.ts";
import { findJob } from "../../../src/store/jobs/jobs.ts";
import { countQueuedOf, usageOf } from "../../../src/store/jobs/usage.ts";
import { resultsOf } from "../../../src/store/results/results.ts";
import {
  acceptedEvent,
  insertNewJob,
  newJob,
  openTestDatabase,
  stageEvent,
  startOfTest,
} from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** Words a job that ran before it was written. */
function endedJob(changes: Partial<EndedJob> = {}): EndedJob {
  const executionId = Bun.randomUUIDv7();
  const endedAt = startOfTest + 2;
  const end = { status: "successful", stage: "done", progress: 100, message: "Job complete." } as const;
  const job = newJob({
    ...end,
    user: "ada",
    isSync: true,
    attempt: 1,
    fence: 1,
    executionId,
    startedAt: startOfTest + 1,
    finishedAt: endedAt,
    updatedAt: endedAt,
  });
  return {
    job,
    results: { text: { kind: "value", value: "hello" }, number: { kind: "value", value: 1 } },
    moveId: Bun.randomUUIDv7(),
    executionId,
    startedAt: startOfTest + 1,
    endedAt,
    events: [acceptedEvent(), stageEvent("setup"), stageEvent("done", { status: "successful" })],
    ...changes,
  };
}

test("a job that ran before it was written is read as it was handed over, with its execution, events and results", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const ended = endedJob();
  const { commits } = await database.figures();
  expect(await insertEndedJob(database, ended, undefined)).toEqual({ kind: "inserted" });
  expect((await database.figures()).commits - commits).toBe(1);
  expect(await findJob(database, ended.job.id)).toEqual(ended.job);
  expect(await resultsOf(database, ended.job.id)).toEqual(ended.results);
  const events = await eventsOf(database, ended.job.id, 0);
  expect(events.map(({ number, status, progress }) => [number, status, progress])).toEqual([
    [1, "accepted", 0],
    [2, "running", 1],
    [3, "successful", 100],
  ]);
  const { startedAt, endedAt, executionId } = ended;
  const execution = { id: executionId, jobId: ended.job.id, attempt: 1, startedAt, endedAt };
  expect(await findExecution(database, executionId)).toEqual(execution);
  expect(await openExecutions(database)).toEqual([]);
});

test("the large values of a job that is inserted with its end count as what its client uses", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const value = "x".repeat(5000);
  for (let times = 1; times <= 2; times += 1) {
    const ended = endedJob({ results: { text: { kind: "value", value }, small: { kind: "value", value: 1 } } });
    await insertEndedJob(database, ended, undefined);
    const bytes = JSON.stringify({ kind: "value", value }).length;
    expect((await usageOf(database, clientOf(ended.job))).outputBytes).toBe(times * bytes);
  }
});

test("a job whose client has as many that wait as it may leaves no row, however it ended", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const waiting = await insertNewJob(database, { user: "ada" });
  const ended = endedJob();
  expect(await insertEndedJob(database, ended, 1)).toEqual({ kind: "full", queued: 1 });
  expect(await countQueuedOf(database, clientOf(waiting))).toBe(1);
  for (const table of ["job_events", "results", "executions"]) {
    const found = await database.read({ sql: `SELECT job_id FROM ${table} WHERE job_id = ?`, args: [ended.job.id] });
    expect([table, found.length]).toEqual([table, 0]);
  }
  expect(await insertEndedJob(database, endedJob(), 2)).toEqual({ kind: "inserted" });
});
