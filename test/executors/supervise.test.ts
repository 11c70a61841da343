import { describe, expect, test } from "bun:test";
import { realpathSync } from "node:fs";
import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Task } from "../../src/executors/executor.ts";
import { supervisorBeginning, taskScript } from "../../src/executors/supervisor-script.ts";
import { parseExitRecord, parseStartRecord } from "../../src/executors/task-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Every shell of this machine that can play /bin/sh. */
const shells = ["dash", "bash", "busybox", "ksh", "mksh", "yash", "zsh"].flatMap((name) => Bun.which(name) ?? []);

function taskOf(directory: string): Task {
  return {
    key: { executionId: "e", step: "main", shard: 0, try: 1 },
    command: ["/usr/bin/env", "-0"],
    environment: { PATH: "/usr/bin:/bin", A: "two words" },
    workingDirectory: directory,
    stdout: join(directory, "out"),
    log: join(directory, "log"),
  };
}

function runScript(shell: string, directory: string, task: Task) {
  const records = { start: join(directory, "start"), exit: join(directory, "exit") };
  const script = supervisorBeginning + taskScript(task, records, realpathSync(shell));
  return Bun.spawnSync([shell, "-s"], { env: { PATH: "/usr/bin:/bin" }, stdin: Buffer.from(script) });
}

describe("a supervisor's script", () => {
  test("finds a shell to be tried with", () => {
    expect(shells.length).toBeGreaterThan(0);
  });

  for (const path of shells) {
    test(`records start and end, and hands on a clean environment, with ${path}`, async () => {
      await using directory = await temporaryDirectory();
      // Shells keep to POSIX when they are called sh.
      const shell = join(directory.path, "sh");
      await symlink(path, shell);
      const done = runScript(shell, directory.path, taskOf(directory.path));
      expect(done.stderr.toString()).toBe("");
      expect(done.stdout.toString()).toMatch(/^started\nended 0 \d+ \d+ \d+ \d+\n$/);
      const start = parseStartRecord(await readFile(join(directory.path, "start"), "utf8"));
      expect(start).toMatchObject({ kind: "started", leader: { startTime: expect.stringMatching(/^\d+$/) } });
      expect(parseExitRecord(await readFile(join(directory.path, "exit"), "utf8"))).toMatchObject({ exitCode: 0 });
      const entries = (await readFile(join(directory.path, "out"), "utf8")).split("\0");
      expect(entries.toSorted()).toEqual(["", "A=two words", "PATH=/usr/bin:/bin"]);
    });

    test(`runs nothing when the start record exists, with ${path}`, async () => {
      await using directory = await temporaryDirectory();
      const shell = join(directory.path, "sh");
      await symlink(path, shell);
      await Bun.write(join(directory.path, "start"), "abandoned\nend\n");
      const done = runScript(shell, directory.path, taskOf(directory.path));
      expect(done.exitCode).toBe(75);
      expect(await readFile(join(directory.path, "start"), "utf8")).toBe("abandoned\nend\n");
      expect(await Bun.file(join(directory.path, "out")).exists()).toBe(false);
      expect(await Bun.file(join(directory.path, "exit")).exists()).toBe(false);
    });
  }
});

describe("parseStartRecord()", () => {
  test("takes a record whose last line is not whole for incomplete", () => {
    const whole = "pid 12\nstarted 34\nboot 0a-1b\nend\n";
    expect(parseStartRecord(whole)).toEqual({ kind: "started", leader: { pid: 12, startTime: "34" }, bootId: "0a-1b" });
    for (let length = 0; length < whole.length; length += 1) {
      expect(parseStartRecord(whole.slice(0, length))).toEqual({ kind: "incomplete" });
    }
    expect(parseStartRecord("abandoned\nen")).toEqual({ kind: "incomplete" });
    expect(parseStartRecord("abandoned\nend\n")).toEqual({ kind: "abandoned" });
  });
});

describe("parseExitRecord()", () => {
  test("takes a record whose last line is not whole for none", () => {
    const whole = "code 143\ncpu 12 34\nend\n";
    expect(parseExitRecord(whole)).toEqual({ exitCode: 143, cpuSeconds: 0.46 });
    for (let length = 0; length < whole.length; length += 1) {
      expect(parseExitRecord(whole.slice(0, length))).toBeUndefined();
    }
  });
});
