import { expect, test } from "bun:test";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { createLayout } from "../../../src/files/layout.ts";
import { clearOrphans } from "../../../src/runner/care/orphans.ts";
import { removeAnsweredJobs, removeExpiredAudit, removeExpiredJobs } from "../../../src/runner/care/retention.ts";
import { takeIn } from "../../../src/store/job-lists/take-in.ts";
import { noteAnswer, showWaitedJobs } from "../../../src/store/jobs/hidden-jobs.ts";
import { findJob, finishJob } from "../../../src/store/jobs/jobs.ts";
import { keepForGood, keepNoLonger } from "../../../src/store/jobs/keep-job.ts";
import { firstJobEnds } from "../../../src/store/jobs/kept.ts";
import { addToAudit, listAudit } from "../../../src/store/people/audit.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { finishing, insertRunningJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("a link that leads nowhere stays while its job runs, which may be making it anew, and goes when the job is over", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const layout = createLayout(dir.path);
  for (const directory of [layout.outputsDirectory, layout.workDirectory]) await mkdir(directory, { recursive: true });
  const running = await insertRunningJob(database);
  const links = [running.jobId, `.${running.jobId}.link`].toSorted();
  for (const link of links) await symlink(running.executionId, join(layout.outputsDirectory, link));
  const deps = {
    database,
    layout,
    clock: fakeClock(startOfTest),
    logger: silentLogger,
    orphanDays: 30,
    hasLivingTool: async () => false,
  };
  await clearOrphans(deps);
  expect((await readdir(layout.outputsDirectory)).toSorted()).toEqual(links);
  await finishJob(database, finishing(running));
  await clearOrphans(deps);
  expect(await readdir(layout.outputsDirectory)).toEqual([]);
});

test("results that only the answer to a synchronous run leads to are kept for a day, and its history for longer", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const layout = createLayout(dir.path);
  for (const directory of [layout.outputsDirectory, layout.workDirectory]) await mkdir(directory, { recursive: true });
  const clock = fakeClock(startOfTest);
  const jobs = [await insertRunningJob(database, { hidden: "waited" }), await insertRunningJob(database)] as const;
  for (const job of jobs) {
    await mkdir(join(layout.outputsDirectory, job.executionId));
    await finishJob(database, finishing(job));
    await noteAnswer(database, job.jobId);
  }
  const [answered, other] = jobs;
  const deps = { database, layout, clock, logger: silentLogger, orphanDays: 30, hasLivingTool: async () => false };
  const hour = 3_600_000;
  clock.advance(23 * hour);
  await removeAnsweredJobs(deps);
  expect(await readdir(layout.outputsDirectory)).toHaveLength(2);
  clock.advance(2 * hour);
  await removeAnsweredJobs(deps);
  expect(await readdir(layout.outputsDirectory)).toEqual([other.executionId]);
  expect(await findJob(database, answered.jobId)).toMatchObject({ status: "dismissed", hidden: "answered" });
  expect(await showWaitedJobs(database)).toBe(0);
});

test("lines of the audit go when they were kept long enough", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const clock = fakeClock(startOfTest);
  const layout = createLayout(dir.path);
  const line = { user: "ann", action: "deploy", subject: "p", outcome: "done" } as const;
  for (let number = 0; number < 501; number += 1) await addToAudit(database, { ...line, at: clock.now() });
  const deps = { database, layout, clock, logger: silentLogger, orphanDays: 30, hasLivingTool: async () => false };
  const day = 24 * 3_600_000;
  clock.advance(400 * day);
  await addToAudit(database, { ...line, at: clock.now() });
  await removeExpiredAudit(deps);
  expect(await listAudit(database, { limit: 1000 })).toHaveLength(502);
  await removeExpiredAudit({ ...deps, auditMilliseconds: 400 * day });
  expect(await listAudit(database, { limit: 1000 })).toHaveLength(502);
  clock.advance(1);
  await removeExpiredAudit({ ...deps, auditMilliseconds: 400 * day });
  expect((await listAudit(database, { limit: 1000 })).map(({ at }) => at)).toEqual([clock.now() - 1]);
});

test("a job that is kept for good stays with its files when its time has come, in whatever list it is, until it is released", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const layout = createLayout(dir.path);
  for (const directory of [layout.outputsDirectory, layout.workDirectory]) await mkdir(directory, { recursive: true });
  const clock = fakeClock(startOfTest);
  // Its user and its process are in no table: what became of them is nothing to retention.
  const jobs = [await insertRunningJob(database, { user: "gone" }), await insertRunningJob(database)] as const;
  const [kept, other] = jobs;
  // It runs still.
  expect(await keepForGood(database, { jobId: kept.jobId, at: clock.now(), by: "ann" })).toBe(true);
  for (const job of jobs) {
    await mkdir(join(layout.outputsDirectory, job.executionId));
    await finishJob(database, finishing(job));
  }
  const hour = 3_600_000;
  const common = { database, layout, clock, logger: silentLogger, orphanDays: 30, hasLivingTool: async () => false };
  const deps = { ...common, keptMilliseconds: hour };
  clock.advance(2 * hour);
  // The first time it stands among the new ones, then in the indexes of the lists.
  await removeExpiredJobs(deps);
  await database.write(await takeIn(database.read, 9));
  await removeExpiredJobs(deps);
  expect(await readdir(layout.outputsDirectory)).toEqual([kept.executionId]);
  expect(await findJob(database, other.jobId)).toBeUndefined();
  expect(await firstJobEnds(database, 10)).toEqual([]);
  expect(await keepNoLonger(database, kept.jobId)).toBe(true);
  expect(await firstJobEnds(database, 10)).toHaveLength(1);
  await removeExpiredJobs(deps);
  expect(await readdir(layout.outputsDirectory)).toEqual([]);
});
