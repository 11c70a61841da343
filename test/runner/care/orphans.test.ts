import { expect, test } from "bun:test";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { createLayout, databaseFile, type Layout } from "../../../src/files/layout.ts";
import { filesWithoutDatabase } from "../../../src/files/missing-database.ts";
import { listSetAside, nextOrphanEnd, ownedDirectories } from "../../../src/files/orphans.ts";
import { tidyUp } from "../../../src/runner/care/housekeeping.ts";
import { bringBackKnown, clearOrphans, listWritten, makeRoom, removeAged } from "../../../src/runner/care/orphans.ts";
import type { Database } from "../../../src/store/database/database.ts";
import { removeJob } from "../../../src/store/jobs/expire-jobs.ts";
import { finishJob } from "../../../src/store/jobs/jobs.ts";
import { pendingRemovals } from "../../../src/store/jobs/removals.ts";
import { insertVaultFile, removeVaultFile } from "../../../src/store/uploads/vault.ts";
import { insertUpload } from "../../../src/store/uploads/vault-uploads.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { finishing, insertRunningJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const strange = "01a20a51-0000-7000-8000-000000000000";
const day = 24 * 60 * 60 * 1000;

async function layOut(directory: string): Promise<Layout> {
  const layout = createLayout(directory);
  for (const owned of ownedDirectories(layout)) await mkdir(owned, { recursive: true });
  return layout;
}

function depsOf(database: Database, layout: Layout, now = startOfTest) {
  const clock = fakeClock(now);
  return { database, layout, clock, logger: silentLogger, orphanDays: 30, hasLivingTool: async () => false };
}

async function put(...parts: readonly string[]): Promise<void> {
  await Bun.write(join(...parts), "content");
}

test("What no row knows is set aside where it lies, twice on one day too; what is known or somebody else's stays", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const layout = await layOut(dir.path);
  const known = await insertRunningJob(database);
  const deps = depsOf(database, layout);
  for (let time = 0; time < 2; time += 1) {
    for (const directory of ownedDirectories(layout)) {
      await put(directory, strange, "file");
      await put(directory, known.executionId, "file");
      await put(directory, "lost+found", "file");
    }
    await put(layout.outputsDirectory, `${strange}.log`);
    await clearOrphans(deps, await listWritten(deps));
  }
  for (const directory of ownedDirectories(layout)) {
    // A vault's file of this name is that of no upload: an id is an id.
    expect((await readdir(directory)).toSorted()).toEqual([".orphans", known.executionId, "lost+found"]);
    expect((await readdir(join(directory, ".orphans"))).length).toBe(2);
  }
  expect((await listSetAside(layout)).length).toBe(10);
});

test("What is there of an upload that no row knows is set aside and goes as other files do; that of a begun one stays", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const layout = await layOut(dir.path);
  const begun = "01a20a51-0000-7000-8000-000000000001";
  const facts = { tokenHash: "", name: "a", mediaType: "a/b", createdAt: 0, expiresAt: startOfTest + 100 * day };
  await insertUpload(database, { id: begun, ...facts, sizeBytes: 9, client: "a" }, { maxBytes: 99, maxUploads: 9 });
  const names = [`.${strange}.part`, `.${strange}.parts`, `.${begun}.parts`, ".own.part"];
  for (const name of names) await put(layout.vaultDirectory, name);
  // A body that comes in now has no row yet.
  await clearOrphans(depsOf(database, layout));
  expect((await readdir(layout.vaultDirectory)).toSorted()).toEqual(names.toSorted());
  await clearOrphans(depsOf(database, layout), await listWritten({ layout }));
  expect((await readdir(layout.vaultDirectory)).toSorted()).toEqual(
    [".orphans", `.${begun}.parts`, ".own.part"].toSorted(),
  );
  expect((await listSetAside(layout)).map(({ owner }) => owner)).toEqual([strange, strange]);
  await removeAged(depsOf(database, layout, startOfTest + 32 * day));
  expect(await listSetAside(layout)).toEqual([]);
});

test("The scratch of a tool that lives is not touched, nor its outputs and its log", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const layout = await layOut(dir.path);
  for (const directory of [layout.workDirectory, layout.outputsDirectory]) await put(directory, strange, "file");
  await put(layout.outputsDirectory, `${strange}.log`);
  await clearOrphans({ ...depsOf(database, layout), hasLivingTool: async (id) => id === strange });
  expect(await readdir(layout.workDirectory)).toEqual([strange]);
  expect((await readdir(layout.outputsDirectory)).toSorted()).toEqual([strange, `${strange}.log`]);
});

test("What is known again is brought back, unless something took its place", async () => {
  await using dir = await temporaryDirectory();
  await using before = await temporaryDirectory();
  await using empty = await openTestDatabase(before.path);
  await using database = await openTestDatabase(dir.path);
  const layout = await layOut(dir.path);
  const [one, other] = [await insertRunningJob(database), await insertRunningJob(database)];
  for (const { executionId } of [one, other]) await put(layout.outputsDirectory, executionId, "file");
  await put(layout.outputsDirectory, strange, "file");
  await clearOrphans(depsOf(empty, layout));
  expect(await readdir(layout.outputsDirectory)).toEqual([".orphans"]);
  await put(layout.outputsDirectory, other.executionId, "new");
  await bringBackKnown(depsOf(database, layout));
  expect(await readdir(join(layout.outputsDirectory, one.executionId))).toEqual(["file"]);
  expect(await readdir(join(layout.outputsDirectory, other.executionId))).toEqual(["new"]);
  expect((await listSetAside(layout)).map(({ owner }) => owner).toSorted()).toEqual(
    [strange, other.executionId].toSorted(),
  );
});

test("What was set aside goes after its days, or when the disk has less room than it should", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const layout = await layOut(dir.path);
  const setAsideOn = async (now: number) => {
    await put(layout.outputsDirectory, strange, "file");
    await clearOrphans(depsOf(database, layout, now));
  };
  expect(await nextOrphanEnd(layout, 30)).toBeUndefined();
  await setAsideOn(startOfTest);
  await setAsideOn(startOfTest + 10 * day);
  // It goes when its day has been kept as a whole.
  expect(await nextOrphanEnd(layout, 30)).toBe(startOfTest - (startOfTest % day) + 31 * day);
  await removeAged(depsOf(database, layout, startOfTest + 29 * day));
  expect((await listSetAside(layout)).length).toBe(2);
  await removeAged(depsOf(database, layout, startOfTest + 32 * day));
  expect((await listSetAside(layout)).length).toBe(1);
  await makeRoom(depsOf(database, layout), 0);
  expect((await listSetAside(layout)).length).toBe(1);
  await makeRoom(depsOf(database, layout), Number.MAX_SAFE_INTEGER);
  expect(await readdir(layout.outputsDirectory)).toEqual([]);
});

test("What the database removed itself is deleted at once, also when a crash came before its files went", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const layout = await layOut(dir.path);
  const job = await insertRunningJob(database);
  await finishJob(database, finishing(job));
  const file = { tokenHash: "", name: "a", mediaType: "a/b", sizeBytes: 1, sha256: "", createdAt: 0, expiresAt: 1 };
  await insertVaultFile(database, { id: strange, ...file });
  await put(layout.outputsDirectory, job.executionId, "file");
  await put(layout.outputsDirectory, `${job.jobId}.log`);
  await put(layout.workDirectory, job.executionId, "file");
  await put(layout.vaultDirectory, strange);
  // As after a crash: the rows are gone, nothing else is.
  expect(await removeJob(database, job.jobId, Number.MAX_SAFE_INTEGER)).toBe(true);
  expect(await removeVaultFile(database, strange)).toBe(true);
  expect((await pendingRemovals(database, 10)).toSorted()).toEqual([strange, job.executionId, job.jobId].toSorted());
  await tidyUp(depsOf(database, layout), { written: await listWritten({ layout }) });
  for (const directory of ownedDirectories(layout)) expect(await readdir(directory)).toEqual([]);
  expect(await pendingRemovals(database, 10)).toEqual([]);
});

test("A directory with files of jobs and no database, or one without a byte, is told from an empty one and a used one", async () => {
  await using dir = await temporaryDirectory();
  const layout = await layOut(dir.path);
  expect(await filesWithoutDatabase(layout)).toBeUndefined();
  await put(layout.outputsDirectory, "index.html");
  expect(await filesWithoutDatabase(layout)).toBeUndefined();
  await put(layout.vaultDirectory, strange);
  expect(await filesWithoutDatabase(layout)).toContain("1 entries");
  await Bun.write(databaseFile(layout), "");
  expect(await filesWithoutDatabase(layout)).toContain("1 entries");
  await Bun.write(`${databaseFile(layout)}-wal`, "log");
  expect(await filesWithoutDatabase(layout)).toContain("heddle.db-wal");
  await Bun.write(databaseFile(layout), "something");
  expect(await filesWithoutDatabase(layout)).toBeUndefined();
});
