import { expect, test } from "bun:test";
import { takeIn } from "../../../src/store/job-lists/take-in.ts";
import { dismissJob } from "../../../src/store/jobs/dismiss-job.ts";
import { processesOfJobs } from "../../../src/store/processes/processes-of-jobs.ts";
import { insertNewJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("the processes of jobs are listed once each, of new jobs and of those in the indexes", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const ids = async () => (await processesOfJobs(database, false)).map(({ id }) => id).toSorted();
  expect(await ids()).toEqual([]);
  for (const processId of ["b", "a", "c", "b", "a"]) {
    const { id } = await insertNewJob(database, { processId });
    await dismissJob(database, { jobId: id, moveId: crypto.randomUUID(), at: startOfTest, message: "" });
  }
  expect(await ids()).toEqual(["a", "b", "c"]);
  await database.write(await takeIn(database.read, 9));
  expect(await ids()).toEqual(["a", "b", "c"]);
  await insertNewJob(database, { processId: "d" });
  await insertNewJob(database, { processId: "b" });
  expect(await ids()).toEqual(["a", "b", "c", "d"]);
});

test("jobs that were removed count for who asks for them", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const { id } = await insertNewJob(database, { processId: "gone" });
  await database.write([{ sql: "UPDATE jobs SET hidden = 1 WHERE id = ?", args: [id] }]);
  expect(await processesOfJobs(database, false)).toEqual([]);
  expect(await processesOfJobs(database, true)).toEqual([{ id: "gone" }]);
});
