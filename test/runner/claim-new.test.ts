import { expect, test } from "bun:test";
import type { Job } from "../../src/domain/jobs/job.ts";
import { isFinished } from "../../src/domain/jobs/job-state.ts";
import { acceptedEvent } from "../../src/operations/submit/new-job.ts";
import type { Runner } from "../../src/runner/runner.ts";
import type { Database } from "../../src/store/database/database.ts";
import { openExecutions } from "../../src/store/jobs/executions.ts";
import { eventsOf } from "../../src/store/jobs/job-events.ts";
import { findJob, insertJob } from "../../src/store/jobs/jobs.ts";
import { until } from "../support/jobs.ts";
import { insertNewJob, openTestDatabase } from "../support/jobs-in-store.ts";
import { quickRunner, unwritten } from "../support/quick-runner.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Begins to insert a job, and asks for its claim in the same turn. */
async function insertWithClaim(database: Database, runner: Runner, job: Job) {
  const insertion = insertJob(database, job, acceptedEvent(job));
  const claim = runner.claimNew(job);
  return { inserted: (await insertion).kind, isClaimed: await claim };
}

/** Starts a runner, and waits until it has read what waits: nobody is claimed before those. */
async function untilItClaims(database: Database, runner: Runner): Promise<void> {
  await runner.start();
  await until("it has read what waits", async () => {
    const { job } = unwritten();
    const { isClaimed } = await insertWithClaim(database, runner, job);
    if (!isClaimed) runner.wake(job);
    await untilEnded(database, job);
    return isClaimed;
  });
}

async function untilEnded(database: Database, { id }: Job): Promise<void> {
  await until("it has ended", async () => isFinished((await findJob(database, id))?.status ?? "accepted"));
}

test("a job that may run now is claimed by the commit that inserts it, and runs", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await using runner = quickRunner(dir.path, database, { isBuffered: true }).runner;
  await untilItClaims(database, runner);
  const { job } = unwritten({ text: "hello", pause: 0.05 });
  const { commits } = await database.figures();
  expect(await insertWithClaim(database, runner, job)).toEqual({ inserted: "inserted", isClaimed: true });
  expect((await database.figures()).commits - commits).toBe(1);
  expect(await findJob(database, job.id)).toMatchObject({ status: "running", attempt: 1, stage: "setup" });
  expect((await openExecutions(database)).map(({ job: { id } }) => id)).toEqual([job.id]);
  await untilEnded(database, job);
  const [accepted, setup] = await eventsOf(database, job.id, 0);
  expect([accepted?.status, setup?.stage]).toEqual(["accepted", "setup"]);
});

test("no job is claimed with its insertion before the start, without space, beside jobs that wait, or when the server stops", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const has = { space: true };
  await using runner = quickRunner(dir.path, database, { isBuffered: true, hasSpace: () => has.space }).runner;
  const waits = async () => {
    const { job } = unwritten();
    expect(await insertWithClaim(database, runner, job)).toEqual({ inserted: "inserted", isClaimed: false });
    expect(await findJob(database, job.id)).toMatchObject({ status: "accepted", attempt: 0 });
    return job;
  };
  const early = await waits();
  await runner.start();
  await untilEnded(database, early);
  has.space = false;
  runner.wake(await waits());
  has.space = true;
  const overtaken = await waits();
  runner.wake(overtaken);
  await untilEnded(database, overtaken);
  runner.stopClaiming();
  await waits();
});

test("of a job that is not inserted nothing is claimed, and others are", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await using runner = quickRunner(dir.path, database, { isBuffered: true }).runner;
  await untilItClaims(database, runner);
  const idempotency = { principal: "user", key: "one", bodyDigest: "digest", expiresAt: Number.MAX_SAFE_INTEGER };
  const first = await insertNewJob(database, unwritten().job);
  await insertJob(database, unwritten().job, acceptedEvent(first), { idempotency });
  const { job } = unwritten();
  const insertion = insertJob(database, job, acceptedEvent(job), { idempotency });
  expect(await runner.claimNew(job)).toBe(false);
  expect((await insertion).kind).toBe("existing");
  expect(await findJob(database, job.id)).toBeUndefined();
  expect(runner.figures()).toMatchObject({ tools: 0 });
  const next = unwritten({ text: "hello", pause: 0.05 }).job;
  expect(await insertWithClaim(database, runner, next)).toMatchObject({ isClaimed: true });
});

test("of jobs that come together no more are claimed than have a slot of their process", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await using runner = quickRunner(dir.path, database, { isBuffered: true }).runner;
  await untilItClaims(database, runner);
  const jobs = [1, 2, 3].map(() => {
    const { job } = unwritten({ text: "hello", pause: 0.05 });
    return { ...job, request: { ...job.request, run: { processSlots: 1 } } };
  });
  const claims = await Promise.all(jobs.map((job) => insertWithClaim(database, runner, job)));
  expect(claims.map(({ isClaimed }) => isClaimed)).toEqual([true, false, false]);
  for (const job of jobs.slice(1)) runner.wake(job);
  for (const job of jobs) await untilEnded(database, job);
});

test("a job of a process that ends at once is claimed with others", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await using runner = quickRunner(dir.path, database).runner;
  await runner.start();
  for (let count = 1; count <= 2; count += 1) {
    const { job } = unwritten();
    expect(await insertWithClaim(database, runner, job)).toEqual({ inserted: "inserted", isClaimed: false });
    runner.wake(job);
    await untilEnded(database, job);
  }
});
