import { expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { findByPattern } from "../../../src/cwl/tool/glob.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("patterns find what glob(3) finds, sorted", async () => {
  await using directory = await temporaryDirectory();
  await mkdir(join(directory.path, "sub"));
  for (const name of ["b.txt", "a.txt", ".hidden.txt", "c.csv", "item #1.txt", "sub/d.txt", "[x].txt"]) {
    await Bun.write(join(directory.path, name), "");
  }
  const find = (pattern: string) => findByPattern(directory.path, pattern);
  expect(await find("?.txt")).toEqual(["a.txt", "b.txt"]);
  expect(await find("*/*.txt")).toEqual(["sub/d.txt"]);
  expect(await find("[!a].txt")).toEqual(["b.txt"]);
  expect(await find(".*.txt")).toEqual([".hidden.txt"]);
  expect(await find("item #1.txt")).toEqual(["item #1.txt"]);
  expect(await find("\\[x\\].txt")).toEqual(["[x].txt"]);
  expect(await find(`${directory.path}/c.*`)).toEqual(["c.csv"]);
  expect(await find("none*")).toEqual([]);
  expect(await find(".")).toEqual(["."]);
});

test("patterns that lead out of the directory are refused", async () => {
  await using directory = await temporaryDirectory();
  for (const pattern of ["../*", "a/../../b", "/etc/*", "\\.\\./*", "a/.\\./b"]) {
    await expect(findByPattern(directory.path, pattern)).rejects.toThrow("leads out of the output directory");
  }
});

test("names that no file can have are found nowhere", async () => {
  await using directory = await temporaryDirectory();
  for (const pattern of ["x".repeat(300), "a\0b", "é".repeat(200)]) {
    expect(await findByPattern(directory.path, pattern)).toEqual([]);
  }
});
