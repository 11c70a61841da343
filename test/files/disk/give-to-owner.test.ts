import { expect, test } from "bun:test";
import { chown, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { giveToOwner } from "../../../src/files/disk/give-to-owner.ts";
import { runExecutable } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("what root makes over another user's data directory is that user's", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  await mkdir(join(data, "images", "names"), { recursive: true });
  await Bun.write(join(data, "heddle.db"), "");
  const ownerOf = async (name: string) => (await stat(join(data, name))).uid;
  const { uid } = await stat(data);
  // Only root may give files away: others find that they leave all as it is.
  await giveToOwner(data);
  expect(await ownerOf("heddle.db")).toBe(uid);
  if (process.getuid?.() === 0) {
    await chown(data, 12345, 12345);
    expect((await runExecutable(["keys", "create", "--role", "admin", "--data", data])).exitCode).toBe(0);
  }
  const { uid: owner } = await stat(data);
  for (const name of ["heddle.db", "images", "images/names"]) expect(await ownerOf(name)).toBe(owner);
});

test("of a directory that others use too, only images are given away", async () => {
  await using folder = await temporaryDirectory();
  const shared = join(folder.path, "shared");
  await mkdir(join(shared, "images", "names"), { recursive: true });
  await mkdir(join(shared, "areas"));
  if (process.getuid?.() === 0) await chown(shared, 12345, 12345);
  await giveToOwner(shared, process.getuid?.(), "images");
  const ownerOf = async (name: string) => (await stat(join(shared, name))).uid;
  const { uid: owner } = await stat(shared);
  for (const name of ["images", "images/names"]) expect(await ownerOf(name)).toBe(owner);
  expect(await ownerOf("areas")).toBe(process.getuid?.() ?? owner);
});
