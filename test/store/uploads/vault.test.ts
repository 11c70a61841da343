import { expect, test } from "bun:test";
import { dismissJob } from "../../../src/store/jobs/dismiss-job.ts";
import { insertJob } from "../../../src/store/jobs/jobs.ts";
import {
  expiredVaultFiles,
  findVaultFile,
  insertVaultFile,
  removeVaultFile,
  type VaultFile,
} from "../../../src/store/uploads/vault.ts";
import { acceptedEvent, newJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const file = (id: string, expiresAt = 100): VaultFile => ({
  id,
  user: "ada",
  tokenHash: "t",
  name: "a b.txt",
  mediaType: "text/plain",
  sizeBytes: 3,
  sha256: "s",
  createdAt: 1,
  expiresAt,
});

test("a file is found as it was inserted, with and without an owner", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const { user: _, ...anonymous } = file("b");
  await insertVaultFile(database, file("a"));
  await insertVaultFile(database, anonymous);
  expect(await findVaultFile(database, "a")).toStrictEqual(file("a"));
  expect(await findVaultFile(database, "b")).toStrictEqual(anonymous);
  expect(await findVaultFile(database, "none")).toBeUndefined();
});

test("files expire, but not while an unfinished job holds them", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  for (const one of [file("held"), file("free"), file("young", 101)]) await insertVaultFile(database, one);
  const job = newJob();
  await insertJob(database, job, acceptedEvent(), { vaultFileIds: ["held", "held"] });
  const expired = async () => (await expiredVaultFiles(database, 100)).map((one) => one.id);
  expect(await expired()).toEqual(["free"]);
  expect(await removeVaultFile(database, "held")).toBe(false);
  await dismissJob(database, { jobId: job.id, moveId: "m", at: startOfTest, message: "m" });
  expect((await expired()).toSorted()).toEqual(["free", "held"]);
});

test("a removed file leaves no row", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await insertVaultFile(database, file("a"));
  const job = newJob();
  await insertJob(database, job, acceptedEvent(), { vaultFileIds: ["a"] });
  await dismissJob(database, { jobId: job.id, moveId: "m", at: startOfTest, message: "m" });
  expect(await removeVaultFile(database, "a")).toBe(true);
  expect(await removeVaultFile(database, "a")).toBe(false);
  expect(await findVaultFile(database, "a")).toBeUndefined();
  expect(await database.read({ sql: "SELECT * FROM vault_uses", args: [] })).toEqual([]);
});
