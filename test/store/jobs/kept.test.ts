import { expect, test } from "bun:test";
import { takeIn } from "../../../src/store/job-lists/take-in.ts";
import { finishJob } from "../../../src/store/jobs/jobs.ts";
import {
  clientsBySpace,
  countHeldUploads,
  firstAnsweredEnds,
  firstJobEnds,
  firstUploadEnds,
  nextSessionEnds,
  spaceOfNewestJobs,
} from "../../../src/store/jobs/kept.ts";
import { insertSession } from "../../../src/store/people/sessions.ts";
import { insertVaultFile, type VaultFile } from "../../../src/store/uploads/vault.ts";
import { finishing, insertRunningJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const file = (id: string, expiresAt: number): VaultFile => ({
  id,
  user: "ada",
  tokenHash: "t",
  name: "a.txt",
  mediaType: "text/plain",
  sizeBytes: 30,
  sha256: "s",
  createdAt: 1,
  expiresAt,
});

test("the space of the newest jobs is told by job; that of clients by client, the largest first", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  for (const [user, outputBytes] of [
    ["ada", 5],
    ["bob", 700],
    ["bob", 0],
  ] as const) {
    const running = await insertRunningJob(database, { user });
    await finishJob(database, finishing(running, { outputBytes, outcome: { status: "successful", results: {} } }));
  }
  await insertVaultFile(database, file("a", 100));
  expect(await clientsBySpace(database, 10)).toEqual([
    { client: "user:bob", outputBytes: 700, uploadBytes: 0 },
    { client: "user:ada", outputBytes: 5, uploadBytes: 30 },
  ]);
  expect(await clientsBySpace(database, 1)).toHaveLength(1);
  const found = await spaceOfNewestJobs(database, 10);
  expect(found.map(({ user, bytes }) => [user, bytes]).toSorted()).toEqual([
    ["ada", 5],
    ["bob", 700],
  ]);
  expect(await spaceOfNewestJobs(database, 1)).toEqual([]);
});

test("the jobs that ended first are told by their ends; pinned ones and those that run are not", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await insertRunningJob(database);
  for (const at of [startOfTest + 3000, startOfTest + 2000]) {
    const running = await insertRunningJob(database);
    await finishJob(database, finishing(running, { at, outcome: { status: "successful", results: {} } }));
  }
  await database.write(await takeIn(database.read, 9));
  expect(await firstJobEnds(database, 10)).toEqual([startOfTest + 2000, startOfTest + 3000]);
  expect(await firstJobEnds(database, 1)).toEqual([startOfTest + 2000]);
});

test("sessions are told by their end, and of answered runs that are no jobs when they ended", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  for (const [tokenHash, expiresAt] of [
    ["c", 300],
    ["a", 100],
    ["b", 200],
  ] as const) {
    await insertSession(database, { tokenHash, user: "ada", createdAt: 1, expiresAt });
  }
  expect(await nextSessionEnds(database, 150, 10)).toEqual([200, 300]);
  expect(await nextSessionEnds(database, 150, 1)).toEqual([200]);
  for (const [finishedAt, syncRun, status] of [
    [30, "answered", "successful"],
    [20, "answered", "failed"],
    [10, "answered", "dismissed"],
    [5, null, "successful"],
  ] as const) {
    const running = await insertRunningJob(database);
    await database.write([
      {
        sql: "update jobs set sync_run = ?, status = ?, finished_at = ? where id = ?",
        args: [syncRun, status, finishedAt, running.jobId],
      },
    ]);
  }
  expect(await firstAnsweredEnds(database, 10)).toEqual([20, 30]);
  expect(await firstAnsweredEnds(database, 1)).toEqual([20]);
});

test("uploads that no job holds are told by their end", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  for (const one of [file("c", 300), file("a", 100), file("b", 200)]) await insertVaultFile(database, one);
  expect(await firstUploadEnds(database, 10)).toEqual([100, 200, 300]);
  expect(await firstUploadEnds(database, 1)).toEqual([100]);
  expect(await countHeldUploads(database, 150)).toBe(0);
});
