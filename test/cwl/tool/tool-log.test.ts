import { describe, expect, test } from "bun:test";
import { appendFile, mkdir, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { followProgress, stderrTail } from "../../../src/cwl/tool/tool-log.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("followProgress() tells how far a bar has come in a line that has not ended", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "log");
  const told: number[] = [];
  const following = new AbortController();
  await appendFile(file, "0...10...20...30.");
  await followProgress({ file, within: folder.path }, following.signal, ({ percent }) => {
    told.push(percent);
    following.abort();
  });
  expect(told).toEqual([32.5]);
});

describe("stderrTail()", () => {
  test("gives the last whole lines, without those that tell progress", async () => {
    await using folder = await temporaryDirectory();
    const file = join(folder.path, "log");
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index} of the tool`);
    await appendFile(file, `${lines.join("\n")}\nPROGRESS 42 half\nthe end\n`);
    const tail = (await stderrTail({ file, within: folder.path })).split("\n");
    expect(tail).toEqual([...lines.slice(-19), "the end"]);
  });

  test("gives nothing of a file that lies elsewhere, whatever leads to it", async () => {
    await using folder = await temporaryDirectory();
    const within = join(folder.path, "out");
    await mkdir(join(within, "logs"), { recursive: true });
    await appendFile(join(folder.path, "secret"), "secret\n");
    const linked = join(within, "err");
    await symlink(join(folder.path, "secret"), linked);
    expect(await stderrTail({ file: linked, within })).toBe("");
    await rename(join(within, "logs"), join(within, "away"));
    await symlink(folder.path, join(within, "logs"));
    expect(await stderrTail({ file: join(within, "logs", "secret"), within })).toBe("");
  });

  test("waits for no pipe", async () => {
    await using folder = await temporaryDirectory();
    const file = join(folder.path, "err");
    expect(Bun.spawnSync(["mkfifo", file]).exitCode).toBe(0);
    expect(await stderrTail({ file, within: folder.path })).toBe("");
  });
});
