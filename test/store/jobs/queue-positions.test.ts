import { expect, test } from "bun:test";
import { listRunning, queuePositionOf, queuePositionsOf } from "../../../src/store/jobs/queue.ts";
import { insertNewJob, insertRunningJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("the places of several jobs are those that each is told by itself", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const jobs = [];
  for (let at = 0; at < 40; at += 1) {
    const user = ["ada", "bob", "cy"][(at * at) % 3] ?? "ada";
    const createdAt = startOfTest + ((at * 7) % 11);
    jobs.push(await insertNewJob(database, { id: `job-${(at * 13) % 40}`, user, priority: (at % 4) - 1, createdAt }));
  }
  const all = await queuePositionsOf(
    database,
    jobs.map(({ id }) => id),
  );
  for (const job of jobs) expect([job.id, all.get(job.id)]).toEqual([job.id, await queuePositionOf(database, job)]);
  expect(new Set(all.values()).size).toBeGreaterThan(30);
  expect(await queuePositionsOf(database, ["job-3", "nobody"])).toEqual(new Map([["job-3", all.get("job-3") ?? 0]]));
  expect((await queuePositionsOf(database, [])).size).toBe(0);
});

test("the jobs that run are listed, and no others", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await insertNewJob(database, { id: "waits" });
  const { jobId } = await insertRunningJob(database, { id: "runs" });
  expect(await listRunning(database)).toEqual([{ id: jobId, startedAt: startOfTest }]);
});
