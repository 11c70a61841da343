import { expect, test } from "bun:test";
import { defined } from "../../src/domain/defined.ts";
import { usualRun } from "../../src/domain/usual-run.ts";
import type { Database } from "../../src/store/database.ts";
import { takeIn } from "../../src/store/job-lists/take-in.ts";
import { findJob, finishJob } from "../../src/store/jobs.ts";
import { earlierRuns } from "../../src/store/queue.ts";
import { finishing, insertRunningJob, openTestDatabase, startOfTest } from "../support/jobs-in-store.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

async function usualMilliseconds(database: Database, of: Parameters<typeof earlierRuns>[1]) {
  return usualRun(await earlierRuns(database, of), {})?.usual;
}

test("how long a process usually takes is told by its runs, not by those of a provider's process of the same name", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await finishJob(database, finishing(await insertRunningJob(database)));
  const there = await insertRunningJob(database, { providerId: "far" });
  await finishJob(database, finishing(there, { at: startOfTest + 90_000 }));
  expect(await usualMilliseconds(database, { processId: "echo" })).toBe(5000);
  expect(await usualMilliseconds(database, { processId: "echo", providerId: "far" })).toBe(90_000);
  expect(await usualMilliseconds(database, { processId: "echo", providerId: "other" })).toBeUndefined();
});

test("of a revision that never ended well nothing is told, whatever an earlier one took", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await finishJob(database, finishing(await insertRunningJob(database, { processRevision: "old" })));
  const failing = await insertRunningJob(database, { processRevision: "new" });
  const failure = { message: "no" };
  await finishJob(database, finishing(failing, { outcome: { status: "failed", results: {}, failure } }));
  expect(await usualMilliseconds(database, { processId: "echo", processRevision: "old" })).toBe(5000);
  expect(await usualMilliseconds(database, { processId: "echo", processRevision: "new" })).toBeUndefined();
});

test("of an even number of runs the usual time is the mean of the two in the middle", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  for (const seconds of [90, 4, 6, 1]) {
    const job = await insertRunningJob(database);
    await finishJob(database, finishing(job, { at: startOfTest + seconds * 1000 }));
  }
  expect(await usualMilliseconds(database, { processId: "echo" })).toBe(5000);
});

test("runs that took all from earlier ones, and retries that kept steps, tell nothing of how long a process usually takes", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const endAt = async (seconds: number, isFromCache?: true) => {
    const outcome = { status: "successful", results: {}, ...defined({ isFromCache }) } as const;
    const running = await insertRunningJob(database);
    await finishJob(database, finishing(running, { at: startOfTest + seconds * 1000, outcome }));
    return (await findJob(database, running.jobId))?.isFromCache;
  };
  const retried = await insertRunningJob(database, { resumeFrom: "earlier" });
  await finishJob(database, finishing(retried, { at: startOfTest + 3000 }));
  expect([await endAt(60), await endAt(1, true), await endAt(2, true)]).toEqual([undefined, true, true]);
  expect(await usualMilliseconds(database, { processId: "echo" })).toBe(60_000);
  // In the indexes of the lists they count as little.
  await database.write(await takeIn(database.read, 1));
  expect(await usualMilliseconds(database, { processId: "echo" })).toBe(60_000);
});
