import { describe, expect, test } from "bun:test";
import { appendFile, mkdir, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { stderrTail } from "../../../src/cwl/tool/stderr-tail.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

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
