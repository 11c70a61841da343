import { expect, test } from "bun:test";
import { silentLogger } from "../../../src/domain/logger.ts";
import { openDatabase } from "../../../src/store/database/database.ts";
import { questionOf } from "../../../src/store/job-lists/question.ts";
import { createSlices } from "../../../src/store/job-lists/slices.ts";
import { listJobs } from "../../../src/store/jobs/list-jobs.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { insertNewJob, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** Slices of a list, of which each takes as long as it is told. */
function slicesOf(search: Parameters<typeof questionOf>[0] = {}) {
  const question = questionOf(search, undefined);
  if (question === undefined) throw new Error("Nothing can be found");
  let now = 0;
  const slices = createSlices({ elapsed: () => now }, question);
  return { size: slices.size, takes: (milliseconds: number) => slices.run(async () => (now += milliseconds)) };
}

test("a slice that was short is followed by a longer one, up to a bound, one that took long by a shorter one", async () => {
  const slices = slicesOf();
  const sizes = [slices.size()];
  for (const milliseconds of [1, 5, 10, 30, 1000, 1, 1, 1, 1, 1]) {
    await slices.takes(milliseconds);
    sizes.push(slices.size());
  }
  expect(sizes).toEqual([1024, 4096, 16_384, 16_384, 8192, 4096, 16_384, 65_536, 131_072, 131_072, 131_072]);
});

test("after a slice that was not short everything else has its turn", async () => {
  const slices = slicesOf();
  let turns = 0;
  setImmediate(() => {
    turns += 1;
  });
  await slices.takes(1);
  expect(turns).toBe(0);
  await slices.takes(10);
  expect(turns).toBe(1);
});

test.each([
  [{ text: [["flood"]] }, "one of the filters processID, datetime, tags, status"],
  [{ statuses: ["failed"], tags: ["a"] }, "one of the filters processID, datetime beside"],
  [{ statuses: ["failed"], tags: ["a"], processIds: ["a"], createdFrom: 1 }, "wanted a shorter interval of datetime"],
] as const)("a list of %j that takes longer than 5 s is unavailable, with a hint", async (search, hint) => {
  const slices = slicesOf(search);
  await slices.takes(4999);
  await slices.takes(2);
  const refused = slices.takes(1);
  await expect(refused).rejects.toMatchObject({ kind: "unavailable", message: expect.stringContaining(hint) });
});

test("a list over many numbers ends when it takes too long", async () => {
  await using dir = await temporaryDirectory();
  let now = 0;
  const clock = { ...fakeClock(startOfTest), elapsed: () => (now += 1000) };
  await using database = await openDatabase({ file: `${dir.path}/heddle.db`, clock, logger: silentLogger });
  for (const number of [1, 100_000]) {
    const { id } = await insertNewJob(database);
    await database.write([{ sql: "UPDATE jobs SET number = ? WHERE id = ?", args: [number, id] }]);
  }
  const list = (createdTo?: number) =>
    listJobs(database, { now: startOfTest, limit: 9, search: createdTo === undefined ? {} : { createdTo } });
  await expect(list()).rejects.toMatchObject({ kind: "unavailable" });
  // No ended job was created then: nothing is to be gone through.
  expect(await list(startOfTest)).toHaveLength(2);
});
