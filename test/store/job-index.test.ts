import { describe, expect, test } from "bun:test";
import type { Job } from "../../src/domain/job.ts";
import type { JobSearch } from "../../src/domain/job-search.ts";
import type { Database } from "../../src/store/database.ts";
import { expiredJobs, removeJob } from "../../src/store/expire-jobs.ts";
import { indexJobs } from "../../src/store/job-index/index-jobs.ts";
import { settleWords } from "../../src/store/job-index/settle-words.ts";
import { dismissJob } from "../../src/store/jobs.ts";
import { type JobPosition, listJobs } from "../../src/store/list-jobs.ts";
import type { Statement } from "../../src/store/statements.ts";
import { insertNewJob, openTestDatabase, startOfTest } from "../support/jobs-in-store.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Jobs of a group, and of a block. */
const [group, block] = [992, 6944];

async function open() {
  const dir = await temporaryDirectory();
  const database = await openTestDatabase(dir.path);
  return {
    database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** Inserts a job that ended, under a number. */
async function endJob(
  database: Database,
  number: number,
  message: string,
  changes: Partial<Job> = {},
): Promise<string> {
  const { id } = await insertNewJob(database, changes);
  await database.write([{ sql: "UPDATE jobs SET number = ? WHERE id = ?", args: [number, id] }]);
  await dismissJob(database, { jobId: id, moveId: crypto.randomUUID(), at: startOfTest, message });
  return id;
}

async function found(database: Database, search: JobSearch, limit = 1000): Promise<readonly string[]> {
  const jobs = await listJobs(database, { now: startOfTest, limit, search });
  return jobs.map(({ job }) => job.id).toReversed();
}

async function settleAll(database: Database): Promise<void> {
  while (await settleWords(database, async () => {}));
}

async function count(database: Database, from: string): Promise<number> {
  const [row] = await database.read({ sql: `SELECT count(*) AS n FROM ${from}`, args: [] });
  return Number(row?.n);
}

describe("when a group of jobs is settled", () => {
  test("words that many of them say have sets, and every word finds the same jobs as before", async () => {
    await using store = await open();
    const { database } = store;
    const ids: string[] = [];
    // Four of each group say flood, one says storm, and one of the second says what all of the first say.
    for (const [at, number] of [1, 2, 3, 4, 5, group, group + 1, group + 2, group + 3, 2 * group].entries()) {
      const word = at === 8 ? "coast" : "flood";
      ids.push(
        await endJob(database, number, `${word} ${at === 2 || at === 8 ? "storm" : ""} ${at < 5 ? "coast" : ""}`),
      );
    }
    await indexJobs(database, 100);
    const texts = [[["flood"]], [["storm"]], [["coast"]], [["flood", "storm"]], [["storm"], ["coast"]]];
    const before = await Promise.all(texts.map((text) => found(database, { text })));
    expect(await count(database, "job_sets WHERE term LIKE 'w%'")).toBe(0);
    await settleAll(database);
    // The last group is not settled: later jobs may come.
    expect(await count(database, "job_groups WHERE is_settled = 1")).toBe(2);
    const words = await database.read({
      sql: "SELECT term FROM job_sets WHERE term LIKE 'w%' ORDER BY term",
      args: [],
    });
    expect(words.map(({ term }) => term)).toEqual(["wcoast", "wecho", "wflood"]);
    const after = await Promise.all(texts.map((text) => found(database, { text })));
    expect(after).toEqual(before);
    expect(after[2]).toEqual([...ids.slice(0, 5), ids[8] ?? ""]);
  });

  test("the same words have sets where more is said than is kept in memory", async () => {
    await using store = await open();
    const { database } = store;
    const lengthy = Array.from({ length: 100_001 }, (_, at) => `x${at}`).join(" ");
    for (const number of [1, 2, 3, 4]) await endJob(database, number, `flood ${number === 4 ? lengthy : ""}`);
    await endJob(database, 2 * group, "flood");
    await indexJobs(database, 100);
    await settleAll(database);
    const words = await database.read({
      sql: "SELECT term FROM job_sets WHERE term LIKE 'w%' ORDER BY term",
      args: [],
    });
    expect(words.map(({ term }) => term)).toEqual(["wecho", "wflood"]);
    expect(await found(database, { text: [["x100000", "flood"]] })).toHaveLength(1);
  });

  test("a job that ends later is found by words with and without sets", async () => {
    await using store = await open();
    const { database } = store;
    for (const number of [1, 2, 3, 4, 2 * group]) await endJob(database, number, "flood");
    await indexJobs(database, 100);
    await settleAll(database);
    const late = await endJob(database, 7, "flood storm");
    expect(await found(database, { text: [["storm"]] })).toEqual([]);
    await indexJobs(database, 100);
    expect(await found(database, { text: [["storm"]] })).toEqual([late]);
    expect(await found(database, { text: [["flood"]] })).toHaveLength(6);
  });
});

describe("a job that leaves the index", () => {
  test("while it is being taken up is not in it, and is found by what it says then", async () => {
    await using store = await open();
    const { database } = store;
    const jobId = await endJob(database, 5, "flood", { tags: ["red"] });
    const moving: Database = {
      ...database,
      async read(statement) {
        const rows = await database.read(statement);
        if (statement.sql.includes("json_each") && (await count(database, "job_gone")) === 0) await discardOnce();
        return rows;
      },
    };
    let isMoved = false;
    const discardOnce = async () => {
      if (isMoved) return;
      isMoved = true;
      await database.write([
        { sql: "UPDATE jobs SET move_id = 'other', message = 'storm' WHERE id = ?", args: [jobId] },
      ]);
    };
    await indexJobs(moving, 100);
    expect(isMoved).toBeTrue();
    expect(await found(database, { tags: ["red"] })).toEqual([jobId]);
    expect(await found(database, { text: [["flood"]] })).toEqual([]);
    // Erased first, then taken up.
    await indexJobs(database, 100);
    expect(await found(database, { text: [["storm"]] })).toEqual([jobId]);
    expect(await found(database, { text: [["flood"]] })).toEqual([]);
    expect(await count(database, "job_gone")).toBe(0);
  });

  test("leaves nothing to the one that has its number next", async () => {
    await using store = await open();
    const { database } = store;
    await endJob(database, 1, "first");
    const removed = await endJob(database, 2, "flood", { tags: ["red"], processId: "one" });
    await indexJobs(database, 100);
    expect(await removeJob(database, removed, startOfTest)).toBeTrue();
    const next = await insertNewJob(database, { processId: "two" });
    await dismissJob(database, { jobId: next.id, moveId: "m", at: startOfTest, message: "storm" });
    expect(await database.read({ sql: "SELECT number FROM jobs WHERE id = ?", args: [next.id] })).toMatchObject([
      { number: 2 },
    ]);
    for (const round of [0, 1, 2]) {
      expect(await found(database, { tags: ["red"] })).toEqual([]);
      expect(await found(database, { processIds: ["one"] })).toEqual([]);
      expect(await found(database, { processIds: ["two"] })).toEqual([next.id]);
      expect(await found(database, { text: [["storm"]] })).toEqual(round === 0 ? [] : [next.id]);
      await indexJobs(database, 100);
    }
  });

  test("while a page is read lets the next one onto it", async () => {
    await using store = await open();
    const { database } = store;
    const ids: string[] = [];
    for (let number = 1; number <= 5; number += 1)
      ids.push(await endJob(database, number * block, "m", { tags: ["red"] }));
    await indexJobs(database, 100);
    let isRemoved = false;
    const removing: Database = {
      ...database,
      async read(statement: Statement) {
        if (!isRemoved && statement.sql.includes("is_indexed = 1")) {
          isRemoved = true;
          await removeJob(database, ids[4] ?? "", startOfTest);
        }
        return database.read(statement);
      },
    };
    expect(await found(removing, { tags: ["red"] }, 3)).toEqual(ids.slice(1, 4));
    expect(isRemoved).toBeTrue();
  });
});

test("many jobs that left the index are erased block by block, and groups without jobs go", async () => {
  await using store = await open();
  const { database } = store;
  const ids: string[] = [];
  const thirdOf = (at: number) => 1 + Math.floor((at * group) / 3);
  for (let at = 0; at < 60; at += 1) ids.push(await endJob(database, thirdOf(at), "flood", { tags: ["red"] }));
  while ((await indexJobs(database, 100)) > 0) await settleAll(database);
  expect(await count(database, "job_groups")).toBe(20);
  const some = ids.slice(0, 50);
  // As every move does that changes a job which ended.
  const leave = "UPDATE jobs SET is_indexed = 0, message = 'gone' WHERE id IN (SELECT value FROM json_each(?))";
  await database.write([{ sql: leave, args: [JSON.stringify(some)] }]);
  expect(await found(database, { tags: ["red"] })).toEqual(ids);
  expect(await found(database, { text: [["flood"]] })).toEqual(ids.slice(50));
  while ((await indexJobs(database, 7)) > 0) await settleAll(database);
  expect(await found(database, { text: [["gone"]] })).toEqual(some);
  for (const jobId of some) await removeJob(database, jobId, startOfTest);
  expect(await expiredJobs(database, startOfTest, 100)).toEqual(ids.slice(50));
  while ((await indexJobs(database, 7)) > 0);
  expect(await found(database, {})).toEqual(ids.slice(50));
  expect(await count(database, "job_gone")).toBe(0);
  expect(await count(database, "job_groups")).toBe(4);
  expect(await count(database, "job_sets WHERE term = 'tred'")).toBe(1);
});

test("an order by a facet holds when it has more values than are looked at one by one", async () => {
  await using store = await open();
  const { database } = store;
  const name = (at: number) => `process-${String((at * 7) % 40).padStart(2, "0")}`;
  const jobs: { readonly id: string; readonly process: string; readonly at: number }[] = [];
  for (let at = 0; at < 60; at += 1) {
    const id = await endJob(database, 1 + at * 300, "m", { processId: name(at) });
    jobs.push({ id, process: name(at), at });
  }
  await indexJobs(database, 100);
  for (const isDescending of [true, false]) {
    const order = { key: "processID", isDescending } as const;
    const rising = jobs.toSorted((one, other) => one.process.localeCompare(other.process) || one.at - other.at);
    const ids: string[] = [];
    for (let from: JobPosition | undefined; ids.length < 60; ) {
      const page = { now: startOfTest, limit: 13, order, ...(from === undefined ? {} : { from }) };
      const listed = await listJobs(database, page);
      expect(listed.length).toBeGreaterThan(0);
      ids.push(...listed.map(({ job }) => job.id));
      from = listed.at(-1)?.position;
    }
    expect(ids).toEqual((isDescending ? rising.toReversed() : rising).map(({ id }) => id));
  }
});
