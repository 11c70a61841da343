import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { ConnectionPool } from "@libsql/client/sqlite3";
import { openDriver } from "../../../src/store/database/driver.ts";
import { keepStatements, wholeRow } from "../../../src/store/database/prepared-statements.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function openTable(directory: string) {
  const driver = openDriver(join(directory, "test.db"));
  await driver.execute({ sql: "CREATE TABLE rows (id TEXT PRIMARY KEY, value INTEGER)", args: [] });
  return {
    driver,
    insert: (...args: (string | number)[]) =>
      driver.execute({ sql: "INSERT INTO rows VALUES (?, ?)", args, keep: true }),
    rows: async () =>
      (await driver.execute({ sql: "SELECT id, value FROM rows ORDER BY id", args: [], keep: true })).rows,
  };
}

describe("a kept statement", () => {
  test("is prepared once for a connection", async () => {
    await using dir = await temporaryDirectory();
    const connection = new ConnectionPool(join(dir.path, "test.db"), {}, 1).acquireSync();
    keepStatements(connection, (text) => text === "SELECT 1");
    expect(connection.prepare("SELECT 1")).toBe(connection.prepare("SELECT 1"));
    expect(connection.prepare("SELECT 2")).not.toBe(connection.prepare("SELECT 2"));
    connection.close();
  });

  test("gives the same rows each time, with large and negative integers", async () => {
    await using dir = await temporaryDirectory();
    const { insert, rows } = await openTable(dir.path);
    await insert("a", Number.MAX_SAFE_INTEGER);
    await insert("b", -1);
    for (let run = 0; run < 3; run += 1) {
      expect((await rows()).map(wholeRow)).toEqual([
        ["a", Number.MAX_SAFE_INTEGER],
        ["b", -1],
      ]);
    }
  });

  test("refuses too few arguments instead of writing those of the last call", async () => {
    await using dir = await temporaryDirectory();
    const { insert, rows } = await openTable(dir.path);
    await insert("a", 1);
    expect(await insert("b").catch((error) => error)).toMatchObject({
      message: expect.stringContaining("1 arguments, 2 wanted"),
    });
    expect(await insert("c", 3, 4).catch((error) => error)).toMatchObject({
      message: expect.stringContaining("3 arguments"),
    });
    expect(await rows()).toHaveLength(1);
  });

  test("does not count question marks inside quotes", async () => {
    await using dir = await temporaryDirectory();
    const { driver } = await openTable(dir.path);
    const result = await driver.execute({ sql: `SELECT 'a?''?' AS "b?", ? AS c`, args: ["d"], keep: true });
    expect(result.rows.map(wholeRow)).toEqual([["a?'?", "d"]]);
  });

  test("works again after it failed", async () => {
    await using dir = await temporaryDirectory();
    const { insert, rows } = await openTable(dir.path);
    await insert("a", 1);
    expect(await insert("a", 2).catch((error) => error)).toMatchObject({ code: "SQLITE_CONSTRAINT" });
    await insert("b", 3);
    expect(await rows()).toHaveLength(2);
  });

  test("is prepared anew after the connection was dropped", async () => {
    await using dir = await temporaryDirectory();
    const { driver, insert, rows } = await openTable(dir.path);
    await insert("a", 1);
    await driver.reconnect();
    await insert("b", 2);
    expect(await rows()).toHaveLength(2);
  });
});

test("each connection gets its settings, also after a reconnection", async () => {
  await using dir = await temporaryDirectory();
  const { driver } = await openTable(dir.path);
  await driver.reconnect();
  const setting = async (name: string) =>
    Object.values((await driver.execute({ sql: `PRAGMA ${name}`, args: [] })).rows[0] ?? {});
  expect(await setting("synchronous")).toEqual([1]);
  expect(await setting("journal_mode")).toEqual(["wal"]);
  expect(await setting("busy_timeout")).toEqual([50]);
});
