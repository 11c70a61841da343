import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import {
  endsBySigterm,
  findProcess,
  hasGroupMembers,
  hasStrangers,
  isAlive,
  isOpenSomewhere,
  parseProcessStat,
} from "../../../src/executors/local/process-table.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** Tells what ps shows of a process in one column. */
function shownBy(column: string, pid: number): string {
  return Bun.spawnSync(["ps", "-o", `${column}=`, "-p", String(pid)])
    .stdout.toString()
    .trim();
}

describe("parseProcessStat()", () => {
  test("counts the fields after the last parenthesis: a program may be called anything", () => {
    const line = "12 (a) b (c)) S 1 12 11 0 -1 4194304 65 0 0 0 1 2 3 4 20 0 1 0 132524 2654208 408\n";
    expect(parseProcessStat(line)).toEqual({
      pid: 12,
      name: "a) b (c)",
      state: "S",
      parentId: 1,
      groupId: 12,
      sessionId: 11,
      startTime: "132524",
    });
  });

  test("gives nothing for a line that is cut", () => {
    expect(parseProcessStat("12 (a) S 1")).toBeUndefined();
    expect(parseProcessStat("")).toBeUndefined();
  });
});

describe("findProcess()", () => {
  test("finds this process", () => {
    const found = findProcess(process.pid);
    expect(found).toMatchObject({ pid: process.pid });
    expect(isAlive({ pid: process.pid, startTime: found?.startTime ?? "" })).toBe(true);
    expect(isAlive({ pid: process.pid, startTime: "1" })).toBe(false);
  });

  test("takes a zombie for gone", async () => {
    // The child ends when nobody is left to wait for it: the shell has become another program by then.
    const script = 'exec 3<&0; sh -c "read -r line <&3" & echo $!; exec sleep 600';
    const parent = Bun.spawn(["sh", "-c", script], { stdin: "pipe", stdout: "pipe" });
    const reader = parent.stdout.getReader();
    const pid = Number(new TextDecoder().decode((await reader.read()).value));
    while (shownBy("comm", parent.pid) !== "sleep") await Bun.sleep(5);
    // The child reads the end of its input.
    await parent.stdin.end();
    while (!shownBy("stat", pid).startsWith("Z")) await Bun.sleep(5);
    expect(findProcess(pid)).toBeUndefined();
    parent.kill("SIGKILL");
    await parent.exited;
  });

  test("finds none for a number that nobody has", () => {
    expect(findProcess(2 ** 30)).toBeUndefined();
    expect(hasGroupMembers(2 ** 30)).toBe(false);
  });
});

describe("endsBySigterm()", () => {
  test.each([
    ["lets it be", "", true],
    ["listens to it", "trap 'echo heard' TERM; ", false],
    ["ignores it", "trap '' TERM; ", false],
  ])("tells of a process that %s", async (_, before, ends) => {
    const child = Bun.spawn(["sh", "-c", `${before}echo ready; read -r line`], { stdin: "pipe", stdout: "pipe" });
    await child.stdout.getReader().read();
    expect(endsBySigterm(child.pid)).toBe(ends);
    child.kill("SIGKILL");
    await child.exited;
    expect(endsBySigterm(child.pid)).toBe(false);
  });
});

describe("isOpenSomewhere()", () => {
  test("finds a file as long as a process has it open", async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, "file");
    const child = Bun.spawn(["sh", "-c", `exec 3>"$1"; echo ready; read -r line`, "sh", file], {
      stdin: "pipe",
      stdout: "pipe",
    });
    await child.stdout.getReader().read();
    expect(isOpenSomewhere(file)).toBe(true);
    expect(isOpenSomewhere(directory.path)).toBe(false);
    child.kill("SIGKILL");
    await child.exited;
    expect(isOpenSomewhere(file)).toBe(false);
  });
});

describe("hasStrangers()", () => {
  test("finds who lives in a group besides its leader, whichever ids were given meanwhile", async () => {
    const child = Bun.spawn(["sh", "-c", "sleep 600 & echo $!; wait"], { detached: true, stdout: "pipe" });
    const pid = Number(new TextDecoder().decode((await child.stdout.getReader().read()).value));
    const made = [
      { before: pid - 3, after: pid + 2 },
      { before: 1, after: pid + 2 },
      { before: pid + 2, after: 5 },
    ];
    expect(made.map((ids) => hasStrangers(child.pid, ids))).toEqual([true, true, true]);
    expect(hasStrangers(child.pid, { before: pid, after: pid + 2 })).toBe(false);
    process.kill(-child.pid, "SIGKILL");
    await child.exited;
    while (findProcess(pid) !== undefined) await Bun.sleep(5);
    expect(made.map((ids) => hasStrangers(child.pid, ids))).toEqual([false, false, false]);
  });
});
