import { describe, expect, test } from "bun:test";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { lockDataDirectory } from "../../../src/store/database/lock.ts";
import { linesOf } from "../../support/lines.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const holder = { pid: process.pid, startedAt: Date.UTC(2021, 2, 2, 3, 32, 41) };
const program = join(import.meta.dir, "../../support/machine/hold-data-directory.ts");

/** Takes the directory in a process of its own, which starts a child that outlives it. */
async function holdElsewhere(directory: string) {
  const other = Bun.spawn([process.execPath, program, directory], { stdout: "pipe" });
  const line = (await linesOf(other.stdout).next()) ?? "";
  expect(line).toMatch(/^held \d+$/);
  return { other, childPid: Number(line.slice("held ".length)) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("lockDataDirectory()", () => {
  test("says who holds it, in a file private to its owner, until it is let go", async () => {
    await using dir = await temporaryDirectory();
    const file = join(dir.path, "data", "heddle.lock.json");
    {
      await using _ = await lockDataDirectory(join(dir.path, "data"), holder);
      expect(await Bun.file(file).json()).toEqual(holder);
      for (const one of [file, join(dir.path, "data", "heddle.lock")]) expect(statSync(one).mode & 0o777).toBe(0o600);
    }
    expect(existsSync(file)).toBe(false);
    await using _ = await lockDataDirectory(join(dir.path, "data"), holder);
  });

  test("refuses a second holder in the same process, and the first keeps it", async () => {
    await using dir = await temporaryDirectory();
    await using _ = await lockDataDirectory(dir.path, holder);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await lockDataDirectory(dir.path, { ...holder, pid: 1 }).catch((error) => error)).toMatchObject({
        kind: "conflict",
        message: `Cannot use data directory "${dir.path}": process ${process.pid} holds it since 2021-03-02T03:32:41.000Z`,
      });
    }
  });

  test("refuses while another process holds it, names that one, and takes it at once after its SIGKILL, though its child lives", async () => {
    await using dir = await temporaryDirectory();
    const { other, childPid } = await holdElsewhere(dir.path);
    try {
      expect(await lockDataDirectory(dir.path, holder).catch((error) => error)).toMatchObject({
        kind: "conflict",
        message: `Cannot use data directory "${dir.path}": process ${other.pid} holds it since 2021-03-02T00:00:00.000Z and listens at http://127.0.0.1:1`,
      });
      other.kill("SIGKILL");
      await other.exited;
      expect(isAlive(childPid)).toBe(true);
      await using _ = await lockDataDirectory(dir.path, holder);
      expect(await Bun.file(join(dir.path, "heddle.lock.json")).json()).toEqual(holder);
    } finally {
      other.kill("SIGKILL");
      process.kill(childPid, "SIGKILL");
    }
  });

  test("another process is refused while this one holds it, also after a refusal within this one", async () => {
    await using dir = await temporaryDirectory();
    await using _ = await lockDataDirectory(dir.path, holder);
    // A lock of POSIX is lost when any descriptor of the file is closed: SQLite must not close one here.
    await expect(lockDataDirectory(dir.path, holder)).rejects.toThrow();
    const other = Bun.spawn([process.execPath, program, dir.path], { stdout: "pipe", stderr: "pipe" });
    expect(await other.exited).toBe(1);
    expect(await other.stderr.text()).toContain(`process ${process.pid} holds it`);
  });

  test("refuses without a name when the holder has not said yet who it is", async () => {
    await using dir = await temporaryDirectory();
    await using _ = await lockDataDirectory(dir.path, holder);
    await Bun.write(join(dir.path, "heddle.lock.json"), "{");
    expect(await lockDataDirectory(dir.path, holder).catch((error) => error)).toMatchObject({
      message: `Cannot use data directory "${dir.path}": another process holds it`,
    });
  });
});
