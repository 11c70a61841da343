import { describe, expect, test } from "bun:test";
import { realpathSync } from "node:fs";
import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Task } from "../../../src/executors/executor.ts";
import { supervisorBeginning, taskScript } from "../../../src/executors/local/supervisor-script.ts";
import { parseTaskRecord } from "../../../src/executors/local/task-records.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

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
  const script =
    supervisorBeginning({ id: "0f", name: "here" }) +
    taskScript(task, join(directory, "try.record"), realpathSync(shell));
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
      expect(done.stdout.toString()).toMatch(/^started\n(?:[\dms. ]+\n){2}ended 0 \d+ \d+\n$/);
      expect(parseTaskRecord(await readFile(join(directory.path, "try.record"), "utf8"))).toMatchObject({
        kind: "started",
        leader: { startTime: expect.stringMatching(/^\d+$/) },
        exit: { exitCode: 0, cpuSeconds: expect.any(Number) },
      });
      const entries = (await readFile(join(directory.path, "out"), "utf8")).split("\0");
      expect(entries.toSorted()).toEqual(["", "A=two words", "PATH=/usr/bin:/bin"]);
    });

    test(`runs nothing when the start record exists, with ${path}`, async () => {
      await using directory = await temporaryDirectory();
      const shell = join(directory.path, "sh");
      await symlink(path, shell);
      await Bun.write(join(directory.path, "try.record"), "abandoned\nend\n");
      const done = runScript(shell, directory.path, taskOf(directory.path));
      expect(done.exitCode).toBe(75);
      expect(await readFile(join(directory.path, "try.record"), "utf8")).toBe("abandoned\nend\n");
      expect(await Bun.file(join(directory.path, "out")).exists()).toBe(false);
    });
  }
});

const started = "pid 12\nstarted 34\nboot 0a-1b\n0m0.010000s 0m0.020000s\n1m2.030000s 0m0.500000s\nend\n";
const known = { kind: "started", leader: { pid: 12, startTime: "34" }, bootId: "0a-1b" } as const;

describe("parseTaskRecord()", () => {
  test("takes a record for incomplete when the last line of its start is not whole", () => {
    expect(parseTaskRecord(started)).toEqual(known);
    for (let length = 0; length < started.length; length += 1) {
      expect(parseTaskRecord(started.slice(0, length))).toEqual({ kind: "incomplete" });
    }
    expect(parseTaskRecord("abandoned\nen")).toEqual({ kind: "incomplete" });
    expect(parseTaskRecord("abandoned\nend\n")).toEqual({ kind: "abandoned" });
  });

  test("takes an end for none when its last line is not whole", () => {
    const ended = "code 143\n0m0.010000s 0m0.030000s\n1m2.330000s 0m0.660000s\nend\n";
    expect(parseTaskRecord(started + ended)).toEqual({ ...known, exit: { exitCode: 143, cpuSeconds: 0.46 } });
    for (let length = 0; length < ended.length; length += 1) {
      expect(parseTaskRecord(started + ended.slice(0, length))).toEqual(known);
    }
  });

  test("knows an exit code also where the shell words its times in another way", () => {
    const text = "pid 12\nstarted 34\nboot 0a-1b\nuser 1\nend\ncode 0\nuser 2\nend\n";
    expect(parseTaskRecord(text)).toEqual({ ...known, exit: { exitCode: 0 } });
  });
});
