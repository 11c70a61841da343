import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { type Driver, openDriver } from "../../../src/store/database/driver.ts";
import { createWriteQueue } from "../../../src/store/database/write-queue.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

class SqliteFailure extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** A real database whose next batches fail, before or after their commit, as told. */
async function openQueue(
  directory: string,
  failures: ("ioerr before" | "ioerr after" | "busy")[],
  syncs: (() => Promise<void>)[] = [],
) {
  const real = openDriver(join(directory, "test.db"));
  await real.execute({ sql: "CREATE TABLE rows (id TEXT PRIMARY KEY, number INTEGER)", args: [] });
  let reconnections = 0;
  const driver: Driver = {
    ...real,
    async batch(statements) {
      const failure = failures.shift();
      if (failure === "busy") throw new SqliteFailure("SQLITE_BUSY");
      if (failure === "ioerr before") throw new SqliteFailure("SQLITE_IOERR");
      const results = await real.batch(statements);
      if (failure === "ioerr after") throw new SqliteFailure("SQLITE_IOERR");
      return results;
    },
    async sync() {
      await syncs.shift()?.();
      await real.sync();
    },
    async reconnect() {
      reconnections += 1;
      await real.reconnect();
    },
  };
  const changed: string[] = [];
  const pauses: number[] = [];
  const queue = createWriteQueue({
    driver,
    clock: fakeClock(),
    logger: silentLogger,
    onChanged: (ids) => changed.push(...ids),
    pause: async (milliseconds) => {
      pauses.push(milliseconds);
    },
  });
  return {
    queue,
    changed,
    pauses,
    reconnections: () => reconnections,
    ids: async () =>
      (await queue.read({ sql: "SELECT id FROM rows ORDER BY number", args: [] })).rows.map((row) => row.id),
  };
}

/** Inserts a row whose number the database draws, so that a second time would be seen. */
const insert = (id: string) => ({
  sql: "INSERT INTO rows SELECT ?, (SELECT count(*) FROM rows) WHERE NOT EXISTS (SELECT 1 FROM rows WHERE id = ?)",
  args: [id, id],
});
const standing = (id: string) => ({ sql: "SELECT number FROM rows WHERE id = ?", args: [id] });

describe("an error that leaves open whether the commit took place", () => {
  test("a write that stands is not applied again, and answers as its first statement did", async () => {
    await using dir = await temporaryDirectory();
    const { queue, ids, changed } = await openQueue(dir.path, ["ioerr after"]);
    const results = await queue.write([insert("a"), insert("b")], { standing: standing("a"), changed: ["job"] });
    expect(results.map((result) => result.rowsAffected)).toEqual([1, 0]);
    expect(results[0]?.rows).toMatchObject([{ number: 0 }]);
    expect(await ids()).toEqual(["a", "b"]);
    expect(changed).toEqual(["job"]);
  });

  test("a write that does not stand is tried again", async () => {
    await using dir = await temporaryDirectory();
    const { queue, ids } = await openQueue(dir.path, ["ioerr before"]);
    const results = await queue.write([insert("a")], { standing: standing("a") });
    expect(results[0]?.rowsAffected).toBe(1);
    expect(await ids()).toEqual(["a"]);
  });

  test("a write that cannot be asked is rejected rather than tried again", async () => {
    await using dir = await temporaryDirectory();
    const { queue, ids } = await openQueue(dir.path, ["ioerr before"]);
    const outcomes = await Promise.allSettled([
      queue.write([insert("a")]),
      queue.write([insert("b")], { standing: standing("b") }),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["rejected", "fulfilled"]);
    expect(await ids()).toEqual(["b"]);
  });
});

describe("another process's lock", () => {
  test("is waited for, on a new connection after each refusal", async () => {
    await using dir = await temporaryDirectory();
    const { queue, ids, pauses, reconnections } = await openQueue(dir.path, ["busy", "busy"]);
    await queue.write([insert("a")]);
    expect(await ids()).toEqual(["a"]);
    expect(reconnections()).toBe(2);
    expect(pauses).toEqual([2, 4]);
    expect(queue.figures()).toMatchObject({ busy: 2, commits: 1 });
  });

  test("that is never released gives up as unavailable, and the queue goes on", async () => {
    await using dir = await temporaryDirectory();
    const { queue, ids } = await openQueue(
      dir.path,
      Array.from({ length: 601 }, () => "busy" as const),
    );
    expect(await queue.write([insert("a")]).catch((error) => error)).toMatchObject({ kind: "unavailable" });
    await queue.write([insert("b")]);
    expect(await ids()).toEqual(["b"]);
  });
});

describe("while what was committed is on its way to the disk", () => {
  test("a write is not told of, nor read; all of the meanwhile are one commit after it", async () => {
    await using dir = await temporaryDirectory();
    const disk = Promise.withResolvers<void>();
    const { queue, changed, ids } = await openQueue(dir.path, [], [() => disk.promise]);
    let isTold = false;
    const written = queue.write([insert("a")], { changed: ["job"] }).then(() => {
      isTold = true;
    });
    await Bun.sleep(20);
    let isRead = false;
    const read = ids().then((found) => {
      isRead = true;
      return found;
    });
    const later = [queue.write([insert("b")]), queue.write([insert("c")])];
    await Bun.sleep(20);
    expect([isTold, isRead, changed]).toEqual([false, false, []]);
    disk.resolve();
    expect(await read).toEqual(["a"]);
    await Promise.all([written, ...later]);
    expect(queue.figures()).toMatchObject({ commits: 2, writes: 3 });
    expect(changed).toEqual(["job"]);
  });

  test("a write whose sync failed is an error; one that can be asked for is looked for", async () => {
    await using dir = await temporaryDirectory();
    const fails = () => Promise.reject(new SqliteFailure("EIO"));
    const { queue, reconnections } = await openQueue(dir.path, [], [fails, fails]);
    expect(queue.write([insert("a")])).rejects.toThrow("EIO");
    const results = await queue.write([insert("b")], { standing: standing("b") });
    expect(results[0]?.rowsAffected).toBe(1);
    expect(reconnections()).toBe(1);
  });

  test("a disk without room is told as such", async () => {
    await using dir = await temporaryDirectory();
    const { queue } = await openQueue(dir.path, [], [() => Promise.reject(new SqliteFailure("ENOSPC"))]);
    expect(queue.write([insert("a")])).rejects.toThrow("Cannot write: found no room on the disk of the database");
  });
});
