import { expect, test } from "bun:test";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { measureDirectory } from "../../../src/files/disk/measure-directory.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { makeDeepDirectory } from "../deep-directory.ts";

const bytes = 5_000_000;

test("what lies deeper than a path may be long counts like the rest", async () => {
  await using directory = await temporaryDirectory();
  makeDeepDirectory(directory.path, 60, bytes);
  expect(await measureDirectory(directory.path)).toBeGreaterThanOrEqual(bytes);
});

test("what lies too deep to be measured counts as is said, and nothing when nothing is said", async () => {
  await using directory = await temporaryDirectory();
  makeDeepDirectory(directory.path, 300, bytes);
  expect(await measureDirectory(directory.path)).toBeLessThan(bytes);
  expect(await measureDirectory(directory.path, Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
});

test("links are not followed, and what is closed ends no measurement", async () => {
  await using directory = await temporaryDirectory();
  const [tree, other] = [join(directory.path, "tree"), join(directory.path, "other")];
  for (const name of [tree, other, join(tree, "closed")]) await mkdir(name);
  await writeFile(join(other, "big"), Buffer.alloc(bytes, 1));
  await symlink(other, join(tree, "link"));
  await chmod(join(tree, "closed"), 0);
  expect(await measureDirectory(tree)).toBeLessThan(bytes);
  await chmod(join(tree, "closed"), 0o700);
});
