import { expect, test } from "bun:test";
import { takeIn } from "../../../src/store/job-lists/take-in.ts";
import { countJobs } from "../../../src/store/jobs/count-jobs.ts";
import { discardJob } from "../../../src/store/jobs/dismiss-job.ts";
import { finishJob } from "../../../src/store/jobs/jobs.ts";
import { listJobs } from "../../../src/store/jobs/list-jobs.ts";
import {
  finishing,
  insertNewJob,
  insertRunningJob,
  openTestDatabase,
  startOfTest,
} from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("jobs are counted as lists show them: those that wait, run and have ended, and none that was removed", async () => {
  await using directory = await temporaryDirectory();
  await using database = await openTestDatabase(directory.path);
  const users = ["ada", "bob", undefined] as const;
  for (const user of users) {
    const owner = user === undefined ? {} : { user };
    await insertNewJob(database, owner);
    await insertRunningJob(database, owner);
    for (let ended = 0; ended < 2; ended += 1) {
      const running = await insertRunningJob(database, owner);
      await finishJob(database, finishing(running));
      if (ended === 0) continue;
      const move = { jobId: running.jobId, moveId: crypto.randomUUID(), at: startOfTest, message: "removed" };
      await discardJob(database, move);
    }
  }
  for (let taken = 0; taken < 2; taken += 1) {
    for (const user of [...users, null] as const) {
      const owner = user === undefined ? {} : { user };
      const listed = await listJobs(database, { ...owner, now: startOfTest, limit: 100 });
      expect([user, await countJobs(database, { ...owner, limit: 100 })]).toEqual([user, listed.length]);
      expect(listed.length).toBe(user === undefined ? 9 : 3);
      expect(await countJobs(database, { ...owner, limit: 2 })).toBe(2);
    }
    await database.write(await takeIn(database.read, 100));
  }
});
