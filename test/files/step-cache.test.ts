import { expect, test } from "bun:test";
import { mkdir, readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { markUsed, pruneStepCache, removePartialEntries } from "../../src/files/step-cache.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("what was used longest ago goes first, until the rest is within the bound", async () => {
  await using folder = await temporaryDirectory();
  for (const [index, name] of ["oldest", "older", "newer"].entries()) {
    const entry = join(folder.path, name);
    await mkdir(entry);
    await Bun.write(join(entry, "out", "file"), "x".repeat(100_000));
    await markUsed(entry);
    await utimes(join(entry, "used"), 1000 + index, 1000 + index);
  }
  await pruneStepCache(folder.path, 300_000);
  expect((await readdir(folder.path)).toSorted()).toEqual(["newer", "older"]);
  await markUsed(join(folder.path, "older"));
  await pruneStepCache(folder.path, 150_000);
  expect(await readdir(folder.path)).toEqual(["older"]);
  await pruneStepCache(folder.path, 0);
  expect(await readdir(folder.path)).toEqual([]);
  await pruneStepCache(join(folder.path, "not there"), 0);
});

test("what a crash left of an entry is removed, and nothing else", async () => {
  await using folder = await temporaryDirectory();
  for (const name of ["partial-a1", "whole", "asset-partial-"]) await Bun.write(join(folder.path, name, "file"), "x");
  await removePartialEntries(folder.path);
  expect((await readdir(folder.path)).toSorted()).toEqual(["asset-partial-", "whole"]);
  await removePartialEntries(join(folder.path, "not there"));
});
