import { expect, test } from "bun:test";
import { isFinished } from "../../../src/domain/jobs/job-state.ts";
import { eventsOf } from "../../../src/store/jobs/job-events.ts";
import { findJob } from "../../../src/store/jobs/jobs.ts";
import { resultsOf } from "../../../src/store/results/results.ts";
import { until } from "../../support/jobs.ts";
import { insertNewJob, openTestDatabase } from "../../support/jobs-in-store.ts";
import { quickRunner, unwritten } from "../../support/quick-runner.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("a job that ends at once is one write, and is handed over as it is read from the database", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await using runner = quickRunner(dir.path, database).runner;
  await runner.start();
  const before = await database.figures();
  const job = unwritten();
  const ran = await runner.runAtOnce(job);
  expect((await database.figures()).writes - before.writes).toBe(1);
  if (ran?.kind !== "ended") throw new Error("The job did not end at once");
  expect(ran.end.job).toMatchObject({ id: job.job.id, status: "successful", attempt: 1, progress: 100, stage: "done" });
  expect(await findJob(database, job.job.id)).toEqual(ran.end.job);
  expect(ran.end.results).toEqual({ text: { kind: "value", value: "hello" } });
  expect(await resultsOf(database, job.job.id)).toEqual(ran.end.results);
  expect((await eventsOf(database, job.job.id, 0)).map(({ progress }) => progress)).toEqual([
    0, 1, 2, 4, 6, 8, 10, 15, 20, 85, 90, 95, 100,
  ]);
});

test("a job that was claimed is handed over as it is read from the database, to who waits for its end", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await using runner = quickRunner(dir.path, database).runner;
  await runner.start();
  const job = await insertNewJob(database, { request: unwritten().job.request });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  using _end = database.feed.onEnd(job.id, resolve);
  runner.wake(job);
  expect(await promise).toEqual({
    job: await findJob(database, job.id),
    results: await resultsOf(database, job.id),
  });
});

test("a job that takes longer is not run at once: nothing of it is written, and it can be claimed as others are", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await using runner = quickRunner(dir.path, database).runner;
  await runner.start();
  const { writes } = await database.figures();
  const slow = unwritten({ text: "hello", pause: 0.3 });
  expect(await runner.runAtOnce(slow)).toBeUndefined();
  expect((await database.figures()).writes).toBe(writes);
  expect(await findJob(database, slow.job.id)).toBeUndefined();
  expect(runner.figures()).toMatchObject({ quick: 0 });
  const job = await insertNewJob(database, slow.job);
  runner.wake(job);
  await until("it has ended", async () => isFinished((await findJob(database, job.id))?.status ?? "accepted"));
  expect(await findJob(database, job.id)).toMatchObject({ status: "successful", attempt: 1 });
});

test("no job runs before the start, without space, beside jobs that wait, or when the server stops", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const has = { space: true };
  await using runner = quickRunner(dir.path, database, { hasSpace: () => has.space }).runner;
  expect(await runner.runAtOnce(unwritten())).toBeUndefined();
  await runner.start();
  has.space = false;
  expect(await runner.runAtOnce(unwritten())).toBeUndefined();
  runner.wake(await insertNewJob(database, unwritten().job));
  has.space = true;
  expect(await runner.runAtOnce(unwritten())).toBeUndefined();
  runner.wake();
  await until("nothing waits", async () => runner.figures().waiting === 0);
  expect(await runner.runAtOnce(unwritten())).toMatchObject({ kind: "ended" });
  runner.stopClaiming();
  expect(await runner.runAtOnce(unwritten())).toBeUndefined();
});
