import { expect, test } from "bun:test";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readSecretKey } from "../../../src/files/disk/secret-key.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("A key that does not exist is made, for its owner only, and is the same from then on", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "secret.key");
  const made = await readSecretKey(file, new Uint8Array(32).fill(1));
  const again = await readSecretKey(file, new Uint8Array(32).fill(2));
  expect(made).toEqual(new Uint8Array(32).fill(1));
  expect(again).toEqual(made);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder.path)).toEqual(["secret.key"]);
});

test.each(["", "not a key", "ab".repeat(31)])("A file that holds %p is no key, and is left as it is", async (text) => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "secret.key");
  await writeFile(file, text);
  await expect(readSecretKey(file, new Uint8Array(32))).rejects.toThrow("found no 64 hexadecimal digits");
  expect(await readFile(file, "utf8")).toBe(text);
});
