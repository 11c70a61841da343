import { expect, test } from "bun:test";
import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { createLogSync } from "../../../src/store/database/log-sync.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** Counts the descriptors of this process that are open at a path. */
function openAt(path: string): number {
  return readdirSync("/proc/self/fd").filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`) === path;
    } catch {
      // That of the listing itself.
      return false;
    }
  }).length;
}

test("the log beside the database is opened once, and closed when its connection is", async () => {
  await using dir = await temporaryDirectory();
  const file = join(dir.path, "test.db");
  await Bun.write(`${file}-wal`, "log");
  const log = createLogSync(file);
  await Promise.all([log.sync(), log.sync()]);
  expect(openAt(`${file}-wal`)).toBe(1);
  log.forget();
  expect(openAt(`${file}-wal`)).toBe(0);
  await log.sync();
  expect(openAt(`${file}-wal`)).toBe(1);
  log.forget();
});

test("a log that is being synced is closed only after that", async () => {
  await using dir = await temporaryDirectory();
  const file = join(dir.path, "test.db");
  await Bun.write(`${file}-wal`, "log");
  const disk = Promise.withResolvers<void>();
  const log = createLogSync(file, () => disk.promise);
  const synced = log.sync();
  log.forget();
  expect(openAt(`${file}-wal`)).toBe(1);
  disk.resolve();
  await synced;
  expect(openAt(`${file}-wal`)).toBe(0);
});

test("where no other thread comes to it, the log is synced all the same", async () => {
  await using dir = await temporaryDirectory();
  const file = join(dir.path, "test.db");
  await Bun.write(`${file}-wal`, "log");
  const log = createLogSync(file, () => new Promise(() => undefined));
  await log.sync();
});

test("an error is told", async () => {
  await using dir = await temporaryDirectory();
  const file = join(dir.path, "test.db");
  expect(createLogSync(file).sync()).rejects.toThrow("ENOENT");
  await Bun.write(`${file}-wal`, "log");
  const failing = createLogSync(file, () => Promise.reject(new Error("EIO")));
  expect(failing.sync()).rejects.toThrow("EIO");
});
