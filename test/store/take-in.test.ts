import { expect, test } from "bun:test";
import type { Database } from "../../src/store/database.ts";
import { takeIn } from "../../src/store/job-lists/take-in.ts";
import { dismissJob } from "../../src/store/jobs.ts";
import { listJobs } from "../../src/store/list-jobs.ts";
import { insertNewJob, openTestDatabase, startOfTest } from "../support/jobs-in-store.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

async function endJobs(database: Database, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const { id } = await insertNewJob(database, { tags: ["red"] });
    const move = { jobId: id, moveId: crypto.randomUUID(), at: startOfTest, message: "flood" };
    expect(await dismissJob(database, move)).toBe("dismissed");
  }
}

async function count(database: Database, from: string): Promise<unknown> {
  const [row] = await database.read({ sql: `SELECT count(*) AS n FROM ${from}`, args: [] });
  return row?.n;
}

const texts = "job_texts WHERE job_texts MATCH 'flood'";
const isNew = "jobs WHERE is_new = 1";
const found = (database: Database, limit = 1000) =>
  listJobs(database, { now: startOfTest, limit, search: { text: [["flood"]], tags: ["red"] } });

test("the first end and each 128th one after it take in the jobs that ended before; each is found at once", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  for (const [ended, left] of [
    [1, 1],
    [128, 128],
    [129, 1],
    [130, 2],
  ] as const) {
    await endJobs(database, ended - Number(await count(database, "jobs")));
    // The job whose end takes the others in has not ended when they are read.
    expect([await count(database, isNew), await count(database, texts)]).toEqual([left, ended - left]);
    expect(await found(database)).toHaveLength(ended);
  }
});

test("jobs that someone else takes in between reading and writing are taken in once, and moved ones not at all", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await endJobs(database, 3);
  const [one, other] = [await takeIn(database.read, 9), await takeIn(database.read, 9)];
  await database.write([{ sql: "UPDATE jobs SET move_id = 'other' WHERE number = 3", args: [] }]);
  await database.write(one);
  const [words, tags, , listed] = await database.write(other);
  expect([words, tags, listed].map((result) => result?.rowsAffected)).toEqual([0, 0, 0]);
  expect([await count(database, texts), await count(database, "job_tags"), await count(database, isNew)]).toEqual([
    2, 2, 1,
  ]);
  expect(await found(database)).toHaveLength(3);
});

test("a job ends though what is to be taken in cannot be read", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const takeInFails = { ...database, takeIn: () => Promise.reject(new Error("damaged")) };
  await endJobs(takeInFails, 1);
  expect(await found(database)).toHaveLength(1);
});
