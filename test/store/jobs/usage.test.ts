import { expect, test } from "bun:test";
import type { Database } from "../../../src/store/database/database.ts";
import { recountUsage, wrongUsage } from "../../../src/store/database/recount.ts";
import { discardJob, dismissJob } from "../../../src/store/jobs/dismiss-job.ts";
import { removeJob } from "../../../src/store/jobs/expire-jobs.ts";
import { finishJob, insertJob } from "../../../src/store/jobs/jobs.ts";
import { retryJob } from "../../../src/store/jobs/retry-job.ts";
import { countQueuedOf, usageOf } from "../../../src/store/jobs/usage.ts";
import { waitingJobs } from "../../../src/store/jobs/waiting-jobs.ts";
import { insertVaultFile, removeVaultFile } from "../../../src/store/uploads/vault.ts";
import {
  acceptedEvent,
  finishing,
  insertNewJob,
  insertRunningJob,
  newJob,
  openTestDatabase,
  startOfTest,
} from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const ada = "user:ada";
const move = (jobId: string, moveId: string) => ({ jobId, moveId, at: startOfTest + 9000, message: "m" });
const upload = (id: string, sizeBytes: number) => ({
  id,
  user: "ada",
  tokenHash: "t",
  name: "n",
  mediaType: "text/plain",
  sizeBytes,
  sha256: "s",
  createdAt: 1,
  expiresAt: 2,
});

async function finishWith(database: Database, outputBytes: number, status: "successful" | "failed" = "successful") {
  const running = await insertRunningJob(database, { user: "ada" });
  await finishJob(database, finishing(running, { outputBytes, outcome: { status, results: {} } }));
  return running;
}

test("sums follow what is finished, dismissed, tried again and removed", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const outputs = async () => (await usageOf(database, ada)).outputBytes;
  const one = await finishWith(database, 10);
  const two = await finishWith(database, 5, "failed");
  const three = await finishWith(database, 100);
  expect(await outputs()).toBe(115);
  await discardJob(database, move(one.jobId, "m1"));
  expect(await outputs()).toBe(105);
  expect(await retryJob(database, { ...move(two.jobId, "m2"), keepsFinishedSteps: false })).toBe("accepted");
  await dismissJob(database, move(two.jobId, "m3"));
  expect(await outputs()).toBe(100);
  expect(await removeJob(database, three.jobId, startOfTest + 10_000)).toBe(true);
  expect(await usageOf(database, ada)).toEqual({ vaultBytes: 0, outputBytes: 0 });
});

test("a finish that loses its race adds nothing, and large values count as files do", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const running = await insertRunningJob(database, { user: "ada" });
  expect(await finishJob(database, finishing({ ...running, fence: running.fence + 1 }, { outputBytes: 7 }))).toBe(
    false,
  );
  expect((await usageOf(database, ada)).outputBytes).toBe(0);
  const results = { out: { kind: "value", value: "é".repeat(5000) } } as const;
  await finishJob(database, finishing(running, { outputBytes: 7, outcome: { status: "successful", results } }));
  expect((await usageOf(database, ada)).outputBytes).toBe(7 + JSON.stringify(results.out).length + 5000);
});

test("of uploads that come in at once no more are kept than fit", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const kept = await Promise.all(["a", "b", "c"].map((id) => insertVaultFile(database, upload(id, 40), 100)));
  expect(kept).toEqual([true, true, false]);
  expect((await usageOf(database, ada)).vaultBytes).toBe(80);
  await removeVaultFile(database, "a");
  expect((await usageOf(database, ada)).vaultBytes).toBe(40);
});

test("of jobs that come in at once no more are inserted than may wait, with and without Idempotency-Key", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const insert = (n: number) =>
    insertJob(database, newJob({ user: "ada" }), acceptedEvent(), {
      maxQueued: 3,
      ...(n % 2 === 0
        ? {}
        : { idempotency: { principal: "p", key: `k${n}`, bodyDigest: "d", expiresAt: startOfTest + 1 } }),
    });
  const inserted = await Promise.all([0, 1, 2, 3, 4].map(insert));
  expect(inserted.map(({ kind }) => kind)).toEqual(["inserted", "inserted", "inserted", "full", "full"]);
  expect(inserted[4]).toEqual({ kind: "full", queued: 3 });
  expect(await countQueuedOf(database, ada)).toBe(3);
  expect((await database.read({ sql: "SELECT count(*) AS n FROM job_events", args: [] }))[0]?.n).toBe(3);
  await insertNewJob(database, { user: "bob" });
  expect(await countQueuedOf(database, ada)).toBe(3);
});

test("the first jobs of each client are read, however many one has", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  for (let n = 0; n < 30; n += 1)
    await insertNewJob(database, { id: `a${n}`, user: "ada", createdAt: startOfTest + n });
  await insertNewJob(database, { id: "b", user: "bob", createdAt: startOfTest + 100 });
  await insertNewJob(database, { id: "urgent", user: "ada", createdAt: startOfTest + 200, priority: 5 });
  const ids = (await waitingJobs(database, 6)).map(({ id }) => id);
  expect(ids).toEqual(["urgent", "a0", "a1", "b"]);
  expect((await waitingJobs(database, 1)).map(({ id }) => id)).toEqual(["urgent"]);
  expect((await waitingJobs(database, 6, ada)).map(({ id }) => id)).toEqual(["b"]);
});

test("wrong sums are found, and counted anew by what there is", async () => {
  await using dir = await temporaryDirectory();
  const file = `${dir.path}/heddle.db`;
  const executionIds: string[] = [];
  {
    await using database = await openTestDatabase(dir.path);
    executionIds.push((await finishWith(database, 10)).executionId, (await finishWith(database, 20)).executionId);
    await insertVaultFile(database, upload("a", 3));
    await database.write([{ sql: "UPDATE client_usage SET vault_bytes = 99", args: [] }]);
  }
  expect(wrongUsage(file)).toEqual([ada]);
  const files = new Map(executionIds.map((id, index) => [id, [10, 25][index] ?? 0]));
  expect(recountUsage(file, files)).toBe(2);
  expect(wrongUsage(file)).toEqual([]);
  expect(recountUsage(file, files)).toBe(0);
  await using database = await openTestDatabase(dir.path);
  expect(await usageOf(database, ada)).toEqual({ vaultBytes: 3, outputBytes: 35 });
});
