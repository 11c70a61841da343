import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Database } from "../../../src/store/database/database.ts";
import { takeIn } from "../../../src/store/job-lists/take-in.ts";
import { finishJob } from "../../../src/store/jobs/jobs.ts";
import { runsByUser } from "../../../src/store/jobs/use-by-user.ts";
import { createRandom } from "../../fuzz/random.ts";
import { finishing, insertRunningJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("jobs that ended in a time are added up by user, before and after the lists take them in", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await insertRunningJob(database, { user: "still runs" });
  const end = async (user: string | undefined, at: number, isGood = true) => {
    const running = await insertRunningJob(database, user === undefined ? {} : { user });
    const outcome = isGood
      ? ({ status: "successful", results: {} } as const)
      : ({ status: "failed", results: {}, failure: { message: "no" } } as const);
    await finishJob(database, finishing(running, { at, outcome }));
  };
  await end("ada", startOfTest + 5000);
  await end("ada", startOfTest + 9000, false);
  await end("bob", startOfTest + 60_000);
  await end(undefined, startOfTest + 2000);
  const read = async (since: number) =>
    (await runsByUser(database, since)).map(({ user, jobs, failed }) => [user, jobs, failed]);
  const looks = async () => [await read(0), await read(startOfTest + 6000), await read(startOfTest + 70_000)];
  const wanted = [
    [
      ["bob", 1, 0],
      ["ada", 2, 1],
      ["", 1, 0],
    ],
    [
      ["bob", 1, 0],
      ["ada", 1, 1],
    ],
    [],
  ];
  expect(await looks()).toEqual(wanted);
  const before = await runsByUser(database, 0);
  await database.write(await takeIn(database.read, 2));
  expect(await looks()).toEqual(wanted);
  await database.write(await takeIn(database.read, 100));
  expect(await looks()).toEqual(wanted);
  expect(await runsByUser(database, 0)).toEqual(before);
  expect(before[0]?.milliseconds).toBeGreaterThan(0);
});

const counted = `select coalesce(user, '') as user, count(*) as jobs, sum(status = 'failed') as failed,
  sum(coalesce(finished_at - started_at, 0)) as milliseconds
  from jobs where finished_at >= ? and hidden < 2 group by 1 order by milliseconds desc, jobs desc, user`;

async function counting(database: Database, since: number): Promise<readonly unknown[]> {
  const rows = await database.read({ sql: counted, args: [since] });
  return rows.map(({ user, jobs, failed, milliseconds }) => ({ user, jobs, failed, milliseconds }));
}

/** A job that ended, with all that is told of it made up by a number. */
const inserted = `insert into jobs (id, process_id, process_revision, status, is_sync, user, tags, request, priority, attempt, fence, progress,
  message, created_at, started_at, finished_at, updated_at, early_crashes, hidden, is_new) values (?1, 'p', 'r', ?2, 0, ?3, '[]', '{}', 0, 1, 1, 100, '',
  ?4, ?4, ?5, ?5, 0, ?6, ?7)`;

test("sums by hour tell what a count of all jobs tells, whatever becomes of the jobs", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const { below, pick } = createRandom(7);
  const time = () => startOfTest + below(20 * 3_600_000);
  const moves: readonly ((id: string) => readonly [sql: string, args: readonly (string | number | null)[]])[] = [
    (id) => ["update jobs set status = 'accepted', started_at = null, finished_at = null where id = ?", [id]],
    (id) => ["update jobs set status = 'failed', started_at = ?, finished_at = ? where id = ?", [time(), time(), id]],
    (id) => ["update jobs set status = 'dismissed', hidden = 1 where id = ? and finished_at is not null", [id]],
    (id) => ["update jobs set hidden = 2 where id = ?", [id]],
    (id) => ["update jobs set hidden = 0, is_new = 1 where id = ?", [id]],
    (id) => ["update jobs set is_new = 0 where id = ?", [id]],
    (id) => ["update jobs set message = 'other', progress = 5 where id = ?", [id]],
    (id) => ["delete from jobs where id = ?", [id]],
  ];
  for (let turn = 0; turn < 400; turn += 1) {
    const id = String(below(60));
    const status = pick(["successful", "failed", "dismissed"]);
    const user = pick(["ann", "bob", null]);
    const [start, end] = [time(), pick([time(), time(), null])];
    const make = [
      inserted.replace("insert", "insert or ignore"),
      [id, status, user, start, end, below(3), below(2)],
    ] as const;
    const [sql, args] = below(2) === 0 ? make : pick(moves)(id);
    await database.write([{ sql, args: [...args] }]);
    const since = startOfTest + below(21 * 3_600_000);
    expect<unknown>([turn, await runsByUser(database, since)]).toEqual([turn, await counting(database, since)]);
  }
  const sums = { sql: "select * from runs_by_hour where jobs > 0 order by hour, user", args: [] };
  const before = await database.read(sums);
  expect(before.length).toBeGreaterThan(5);
  // A database of before gets the same by its migration.
  const migration = await Bun.file(join(import.meta.dir, "../../../drizzle/0028_notices-and-runs.sql")).text();
  const [fill = ""] = migration.split("--> statement-breakpoint").filter((one) => /^\s*INSERT INTO/.test(one));
  await database.write([
    { sql: "delete from runs_by_hour", args: [] },
    { sql: fill, args: [] },
  ]);
  expect(JSON.stringify(await database.read(sums))).toBe(JSON.stringify(before));
});

test("a look costs what the hours and users cost, not what the jobs do", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const plans: string[] = [];
  const watching: Database = {
    ...database,
    async read(statement) {
      const rows = await database.read({ sql: `explain query plan ${statement.sql}`, args: statement.args });
      plans.push(...rows.map((row) => String(Object(row).detail)));
      return database.read(statement);
    },
  };
  await runsByUser(watching, startOfTest + 1);
  const scans = plans.filter((plan) => /jobs|runs_by_hour/.test(plan));
  expect(scans).toEqual([
    expect.stringContaining("SEARCH runs_by_hour USING PRIMARY KEY (hour>?)"),
    expect.stringContaining("jobs_by_end (hidden=? AND finished_at>? AND finished_at<?)"),
    expect.stringContaining("jobs_new (finished_at>? AND finished_at<?)"),
  ]);
});
