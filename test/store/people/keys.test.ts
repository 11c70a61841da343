import { expect, test } from "bun:test";
import {
  findKey,
  hasAnyKey,
  insertKey,
  type KeyRow,
  listKeys,
  revokeKey,
  touchKey,
} from "../../../src/store/people/keys.ts";
import { openTestDatabase } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const key: KeyRow = { id: "k1", user: "ada", role: "deployer", secretHash: "h", isService: false, createdAt: 1 };

test("a key is found and listed as it was inserted", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const other: KeyRow = { ...key, id: "k0", createdAt: 2, revokedAt: 3, lastUsedAt: 4 };
  await insertKey(database, other);
  await insertKey(database, key);
  expect(await findKey(database, "k1")).toStrictEqual(key);
  expect(await findKey(database, "none")).toBeUndefined();
  expect(await listKeys(database)).toStrictEqual([key, other]);
});

test("a key is revoked once and counts as having been made", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  expect(await hasAnyKey(database)).toBe(false);
  await insertKey(database, key);
  expect(await revokeKey(database, "k1", 5)).toBe(true);
  expect(await revokeKey(database, "k1", 6)).toBe(false);
  expect(await revokeKey(database, "none", 6)).toBe(false);
  expect((await findKey(database, "k1"))?.revokedAt).toBe(5);
  expect(await hasAnyKey(database)).toBe(true);
});

test("a key's last use is noted", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await insertKey(database, key);
  await touchKey(database, "k1", 7);
  expect((await findKey(database, "k1"))?.lastUsedAt).toBe(7);
});

test("a running server sees a key that another connection made or revoked", async () => {
  await using dir = await temporaryDirectory();
  await using server = await openTestDatabase(dir.path);
  await using command = await openTestDatabase(dir.path);
  expect(await findKey(server, "k1")).toBeUndefined();
  await insertKey(command, key);
  expect(await findKey(server, "k1")).toEqual(key);
  await revokeKey(command, "k1", 5);
  expect((await findKey(server, "k1"))?.revokedAt).toBe(5);
});
