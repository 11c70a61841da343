import { Database as Sqlite } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@libsql/client/sqlite3";
import { migrate } from "drizzle-orm/libsql/migrator";
import { drizzle } from "drizzle-orm/libsql/sqlite3";
import { readMigrationFiles } from "drizzle-orm/migrator";
import type { JobSearch } from "../../../src/domain/jobs/job-search.ts";
import { silentLogger } from "../../../src/domain/logger.ts";
import { Problem } from "../../../src/domain/problem.ts";
import { openDatabase } from "../../../src/store/database/database.ts";
import type { Migration } from "../../../src/store/database/migrate.ts";
import { type JobFilter, listJobs } from "../../../src/store/jobs/list-jobs.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const options = { clock: fakeClock(), logger: silentLogger };
const migrationsFolder = join(import.meta.dir, "..", "..", "..", "drizzle");

const first: Migration = { sql: ["CREATE TABLE one (id TEXT)"], folderMillis: 1, hash: "a" };
const second: Migration = { sql: ["CREATE TABLE two (id TEXT)"], folderMillis: 2, hash: "b" };
const broken: Migration = {
  sql: ["CREATE TABLE three (id TEXT)", "CREATE TABLE one (id TEXT)"],
  folderMillis: 3,
  hash: "c",
};

function tablesOf(file: string): readonly string[] {
  using sqlite = new Sqlite(file, { readonly: true });
  return sqlite
    .query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .values()
    .map(([name]) => String(name));
}

describe("opening", () => {
  test("makes the directory and the file, private to their owner", async () => {
    await using dir = await temporaryDirectory();
    const file = join(dir.path, "data", "heddle.db");
    await using _ = await openDatabase({ file, ...options });
    expect(statSync(join(dir.path, "data")).mode & 0o777).toBe(0o700);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(`${file}-wal`).mode & 0o777).toBe(0o600);
  });

  test("makes commits wait for the disk and keeps a write-ahead log", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    // The queue syncs the log itself, and a write resolves after that.
    expect((await database.figures()).synchronous).toBe(1);
    expect(await database.read({ sql: "PRAGMA journal_mode", args: [] })).toMatchObject([{ journal_mode: "wal" }]);
  });

  test("a second opening finds what the first one wrote", async () => {
    await using dir = await temporaryDirectory();
    {
      await using database = await openTestDatabase(dir.path);
      await database.write([insertKey("k")]);
    }
    await using database = await openTestDatabase(dir.path);
    expect(await keyIds(database)).toEqual(["k"]);
  });

  test("the closed file is whole without its write-ahead log", async () => {
    await using dir = await temporaryDirectory();
    {
      await using database = await openTestDatabase(dir.path);
      await database.write([insertKey("k")]);
    }
    await Bun.write(join(dir.path, "copy.db"), Bun.file(join(dir.path, "heddle.db")));
    using copy = new Sqlite(join(dir.path, "copy.db"));
    expect(copy.query("SELECT id FROM keys").all()).toEqual([{ id: "k" }]);
  });
});

describe("migrations", () => {
  test("Drizzle's own migrator finds nothing left to do, and the schema is the one that it makes", async () => {
    await using dir = await temporaryDirectory();
    const theirs = createClient({ url: `file:${join(dir.path, "theirs.db")}` });
    await migrate(drizzle(theirs), { migrationsFolder });
    {
      await using _ = await openTestDatabase(dir.path);
    }
    const ours = createClient({ url: `file:${join(dir.path, "heddle.db")}` });
    const schema = "SELECT sql FROM sqlite_master WHERE name NOT LIKE '\\_\\_drizzle%' ESCAPE '\\' ORDER BY name";
    const applied = "SELECT hash, created_at FROM __drizzle_migrations";
    expect((await ours.execute(schema)).rows).toEqual((await theirs.execute(schema)).rows);
    expect((await ours.execute(applied)).rows).toEqual((await theirs.execute(applied)).rows);
    await migrate(drizzle(ours), { migrationsFolder });
    expect((await ours.execute(applied)).rows).toEqual((await theirs.execute(applied)).rows);
    ours.close();
    theirs.close();
  });

  test("only those that are missing are applied", async () => {
    await using dir = await temporaryDirectory();
    const file = join(dir.path, "heddle.db");
    await (await openDatabase({ file, ...options, migrations: [first] }))[Symbol.asyncDispose]();
    await (await openDatabase({ file, ...options, migrations: [first, second] }))[Symbol.asyncDispose]();
    expect(tablesOf(file)).toEqual(["__drizzle_migrations", "one", "two"]);
  });

  test("one that fails leaves nothing of those beside it", async () => {
    await using dir = await temporaryDirectory();
    const file = join(dir.path, "heddle.db");
    await (await openDatabase({ file, ...options, migrations: [first] }))[Symbol.asyncDispose]();
    const opening = openDatabase({ file, ...options, migrations: [first, second, broken] });
    expect(await opening.catch((error) => error)).toMatchObject({ message: expect.stringContaining("already exists") });
    expect(tablesOf(file)).toEqual(["__drizzle_migrations", "one"]);
  });

  test("a database of a newer program is refused, with no byte changed", async () => {
    await using dir = await temporaryDirectory();
    const file = join(dir.path, "heddle.db");
    await (await openDatabase({ file, ...options, migrations: [first, second] }))[Symbol.asyncDispose]();
    const before = readFileSync(file);
    const problem = await openDatabase({ file, ...options, migrations: [first] }).catch((error) => error);
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ kind: "unavailable", message: expect.stringContaining("at least as new") });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test("several processes that open a new database at once all succeed", async () => {
    await using dir = await temporaryDirectory();
    const program = `
      import { openTestDatabase, startOfTest } from ${JSON.stringify(join(import.meta.dir, "../../support/jobs-in-store.ts"))};
      await using database = await openTestDatabase(${JSON.stringify(dir.path)});
      await database.write([{ sql: "UPDATE keys SET user = user", args: [] }]);`;
    await Bun.write(join(dir.path, "open.ts"), program);
    const processes = [1, 2, 3].map(() =>
      Bun.spawn([process.execPath, join(dir.path, "open.ts")], {
        stderr: "pipe",
        cwd: join(import.meta.dir, "../../.."),
      }),
    );
    expect(await Promise.all(processes.map((one) => one.exited))).toEqual([0, 0, 0]);
  }, 30_000);

  test("jobs of a database of before the lists had their indexes are found by tags, words and order, and removed ones are not", async () => {
    await using dir = await temporaryDirectory();
    const file = join(dir.path, "heddle.db");
    const all = readMigrationFiles({ migrationsFolder });
    const before = all.findIndex(({ sql }) => sql.some((statement) => statement.includes("`job_tags`")));
    {
      await using database = await openDatabase({ file, ...options, migrations: all.slice(0, before) });
      // As programs of then wrote it: the columns that there were.
      const row = (id: string, status: string, changes: Readonly<Record<string, string | number>> = {}) => {
        const ended = ["accepted", "running"].includes(status) ? {} : { finished_at: startOfTest, is_indexed: 1 };
        const values = { id, status, tags: "[]", message: "m", updated_at: startOfTest, ...ended, ...changes };
        const names = Object.keys(values);
        return {
          sql: `INSERT INTO jobs (process_id, process_revision, is_sync, request, priority, attempt, fence, progress, created_at, early_crashes, ${names.join()})
            VALUES ('echo', 'r', 0, '{"inputs":{}}', 0, 0, 0, 0, ${startOfTest}, 0, ${names.map(() => "?").join()})`,
          args: Object.values(values),
        };
      };
      const old = [
        "INSERT INTO process_revisions VALUES ('echo', 'r', '{\"title\":\"Flood map\"}', '{}', 0, 0, 'public', '[]', 1, NULL)",
        "INSERT INTO job_sets VALUES ('sdismissed', 0, x'0200', NULL, NULL), ('pother', 0, x'0100', NULL, NULL)",
        "INSERT INTO job_columns VALUES (1, x'00')",
        "INSERT INTO job_groups VALUES (0, 1, 1, 1, 1, 1, 1, 1, 1)",
        "INSERT INTO job_values VALUES (1, 'process', 'other')",
        "INSERT INTO job_gone VALUES (7)",
        "INSERT INTO job_texts (rowid, words) VALUES (-1, 'wrong')",
      ];
      await database.write([
        ...old.map((sql) => ({ sql, args: [] })),
        row("first", "successful", { tags: '["red", "x,y"]', finished_at: startOfTest + 9 }),
        row("second", "failed", { failure: '{"message":"No Überraschung"}', finished_at: startOfTest + 5 }),
        row("removed", "dismissed", { updated_at: startOfTest + 1, tags: '["red"]', message: "gone" }),
        row("stopped", "dismissed", { user: "ada", finished_at: startOfTest + 7, updated_at: startOfTest + 7 }),
        row("waiting", "accepted", { tags: '["red"]' }),
      ]);
    }
    for (const time of ["first", "second"]) {
      await using database = await openDatabase({ file, ...options });
      const found = async (search: JobSearch, more: Partial<JobFilter> = {}) =>
        (await listJobs(database, { now: startOfTest, limit: 9, search, ...more })).map(({ job }) => job.id);
      expect(await found({})).toEqual(["waiting", "stopped", "second", "first"]);
      expect(await found({ tags: ["red"] })).toEqual(["waiting", "first"]);
      expect(await found({ tags: ["red"] }, { withRemoved: true })).toEqual(["waiting", "removed", "first"]);
      expect(await found({ text: [["uberraschung"]] })).toEqual(["second"]);
      expect(await found({ text: [["flood", "map"]] })).toEqual(["waiting", "stopped", "second", "first"]);
      expect(await found({ text: [["gone"]] })).toEqual([]);
      expect(await found({ text: [["gone"]] }, { withRemoved: true })).toEqual(["removed"]);
      expect(await found({ text: [["wrong"]] })).toEqual([]);
      expect(await found({ createdTo: startOfTest }, { user: "ada" })).toEqual(["stopped"]);
      const order = { key: "finished", isDescending: true } as const;
      expect(await found({ statuses: ["successful", "failed"] }, { order })).toEqual(["first", "second"]);
      const [left] = await database.read({ sql: "SELECT count(*) AS n FROM jobs WHERE is_new = 1", args: [] });
      expect(left?.n).toBe(time === "first" ? 1 : 3);
      // What is left is found, and taken in when the next job ends.
      if (time === "second") break;
      const anew = ["DELETE FROM job_texts WHERE rowid IN (1, 2)", "UPDATE jobs SET is_new = 1 WHERE number < 3"];
      await database.write(anew.map((sql) => ({ sql, args: [] })));
      expect(await found({ text: [["uberraschung"]] })).toEqual(["second"]);
    }
    const old = ["job_sets", "job_columns", "job_groups", "job_values", "job_gone"];
    expect(tablesOf(file).filter((name) => old.includes(name))).toEqual([]);
  });
});

describe("writing", () => {
  test("writes of one turn share a commit", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await Promise.all(["a", "b", "c"].map((id) => database.write([insertKey(id)])));
    expect(await database.figures()).toMatchObject({ commits: 1, writes: 3, statements: 3 });
  });

  test("a commit holds at most 500 statements", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const two = (id: number) => [insertKey(`${id}`), insertKey(`${id}.`)];
    await Promise.all(Array.from({ length: 501 }, (_, id) => database.write(two(id))));
    expect(await database.figures()).toMatchObject({ commits: 3, writes: 501, statements: 1002 });
  });

  test("a write is all or nothing, and a bad one takes no neighbour along", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const outcomes = await Promise.allSettled([
      database.write([insertKey("a")]),
      database.write([insertKey("b"), insertKey("a"), insertKey("c")]),
      database.write([insertKey("d")]),
      database.write([{ sql: "INSERT INTO keys (id) VALUES (?)", args: [Number.NaN] }]),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected"]);
    expect(await keyIds(database)).toEqual(["a", "d"]);
  });

  test("each write gets the results of its own statements", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const [one, two] = await Promise.all([
      database.write([insertKey("a"), insertKey("b")]),
      database.write([
        { sql: "SELECT id FROM keys ORDER BY id", args: [] },
        { sql: "DELETE FROM keys", args: [] },
      ]),
    ]);
    expect(one.map((result) => result.rowsAffected)).toEqual([1, 1]);
    expect(two.map((result) => [result.rows.map((row) => row.id), result.rowsAffected])).toEqual([
      [["a", "b"], 0],
      [[], 2],
    ]);
  });

  test("closing waits for the writes that were accepted and refuses later ones", async () => {
    await using dir = await temporaryDirectory();
    const database = await openTestDatabase(dir.path);
    const accepted = database.write([insertKey("a")]);
    await database[Symbol.asyncDispose]();
    expect(await accepted).toHaveLength(1);
    expect(await database.write([insertKey("b")]).catch((error) => error)).toMatchObject({ kind: "unavailable" });
    expect(await database.read({ sql: "SELECT 1", args: [] }).catch((error) => error)).toMatchObject({
      kind: "unavailable",
    });
    expect(existsSync(join(dir.path, "heddle.db"))).toBe(true);
  });
});

function insertKey(id: string) {
  return {
    sql: "INSERT INTO keys (id, user, role, secret_hash, created_at) VALUES (?, 'u', 'admin', 'h', 1)",
    args: [id],
  };
}

async function keyIds(database: Awaited<ReturnType<typeof openTestDatabase>>): Promise<readonly unknown[]> {
  return (await database.read({ sql: "SELECT id FROM keys ORDER BY id", args: [] })).map((row) => row.id);
}
