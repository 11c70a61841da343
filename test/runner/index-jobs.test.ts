import { expect, test } from "bun:test";
import { createCondition } from "../../src/domain/condition.ts";
import { silentLogger } from "../../src/domain/logger.ts";
import { startIndexing } from "../../src/runner/index-jobs.ts";
import { dismissJob } from "../../src/store/jobs.ts";
import { listJobs } from "../../src/store/list-jobs.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { until } from "../support/jobs.ts";
import { insertNewJob, openTestDatabase, startOfTest } from "../support/jobs-in-store.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("jobs that end are found by their words a little later, those of a batch and more too, until indexing stops", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const endSome = async (count: number) => {
    const jobs = await Promise.all(Array.from({ length: count }, () => insertNewJob(database)));
    const moves = jobs.map(({ id }) => ({ jobId: id, moveId: crypto.randomUUID(), at: startOfTest, message: "flood" }));
    await Promise.all(moves.map((move) => dismissJob(database, move)));
  };
  const found = async () =>
    (await listJobs(database, { now: startOfTest, limit: 1000, search: { text: [["flood"]] } })).length;
  await endSome(450);
  {
    await using _ = startIndexing({
      database,
      clock: fakeClock(startOfTest),
      logger: silentLogger,
      condition: createCondition(),
    });
    while ((await found()) < 450) await Bun.sleep(5);
    await endSome(1);
    while ((await found()) < 451) await Bun.sleep(5);
  }
  await endSome(1);
  expect(await found()).toBe(451);
});

test("groups of jobs that are full are settled", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  for (const number of [1, 1025, 2049]) {
    const { id } = await insertNewJob(database);
    await database.write([{ sql: "UPDATE jobs SET number = ? WHERE id = ?", args: [number, id] }]);
    await dismissJob(database, { jobId: id, moveId: crypto.randomUUID(), at: startOfTest, message: "flood" });
  }
  await using _ = startIndexing({
    database,
    clock: fakeClock(startOfTest),
    logger: silentLogger,
    condition: createCondition(),
  });
  const settled = { sql: "SELECT group_concat(number) AS numbers FROM job_groups WHERE is_settled = 1", args: [] };
  // The last group is not full: one that is follows within a second.
  await until("two groups are settled", async () => (await database.read(settled))[0]?.numbers === "0,1");
});
