import { describe, expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import type { Capacity } from "../../../src/domain/waiting/slots.ts";
import type { Executor, Task } from "../../../src/executors/executor.ts";
import { readHost } from "../../../src/executors/local/host.ts";
import { hasLivingTool } from "../../../src/executors/local/living-tools.ts";
import { createLocalExecutor } from "../../../src/executors/local/local-executor.ts";
import { findProcess, readBootId } from "../../../src/executors/local/process-table.ts";
import { taskMemoryBytes } from "../../../src/executors/local/task-usage.ts";
import { type Layout, taskRecordFile } from "../../../src/files/layout.ts";
import { childOfThread } from "../../support/machine/child-of-thread.ts";
import { livingBelow } from "../../support/packages/tools.ts";
import { realClock } from "../../support/real-clock.ts";
import { describeExecutorContract, endOf, executorRig, runTask, whenWritten } from "../contract.ts";

function makeExecutor(layout: Layout, capacity: Partial<Capacity> = {}): Executor {
  return createLocalExecutor({ layout, clock: realClock, logger: silentLogger, capacity });
}

const rig = () => executorRig(makeExecutor);

async function supervisorOf(layout: Layout, task: Task): Promise<number> {
  const record = await readFile(taskRecordFile(layout, task.key), "utf8");
  return Number(/^pid (\d+)$/m.exec(record)?.[1]);
}

async function writeRecords(layout: Layout, task: Task, records: { start: string; exit?: string }): Promise<void> {
  await writeFile(taskRecordFile(layout, task.key), records.start + (records.exit ?? ""));
}

describeExecutorContract("the local executor", makeExecutor);

describe("the local executor: supervisors", () => {
  test("record their process, its start time and the boot before the submission resolves", async () => {
    await using r = await rig();
    const task = await r.task("sleep 600");
    await r.executor.submit(task);
    const record = await readFile(taskRecordFile(r.layout, task.key), "utf8");
    expect(record).toMatch(
      /^pid \d+\nstarted \d+\nboot [0-9a-f-]+\nexecutor local\nhost [0-9a-f]+ \S+\n(?:[\dms. ]+\n){2}end\n$/,
    );
    expect(record).toContain(readBootId());
    const stat = await readFile(`/proc/${await supervisorOf(r.layout, task)}/stat`, "utf8");
    expect(record).toContain(`started ${stat.slice(stat.lastIndexOf(")")).split(" ")[20]}\n`);
  });

  test("lead a session and a group of their own", async () => {
    await using r = await rig();
    const task = await r.task("sleep 600");
    await r.executor.submit(task);
    const pid = await supervisorOf(r.layout, task);
    const found = Bun.spawnSync(["ps", "-o", "pgid=,sid=", "-p", String(pid)])
      .stdout.toString()
      .trim()
      .split(/\s+/);
    expect(found).toEqual([String(pid), String(pid)]);
  });

  test("show none of the environment among their arguments", async () => {
    await using r = await rig();
    const task = await r.task("echo >ready; sleep 600", {
      environment: { PATH: "/usr/bin:/bin", TOKEN: "very-secret" },
    });
    await r.executor.submit(task);
    await whenWritten(join(task.workingDirectory, "ready"));
    const session = await supervisorOf(r.layout, task);
    const shown = Bun.spawnSync(["ps", "-o", "args=", "-s", String(session)]).stdout.toString();
    expect(shown).toContain(`heddle-supervisor ${r.layout.dataDirectory}`);
    expect(shown).not.toContain("very-secret");
  });

  test("make files that only the owner can read", async () => {
    await using r = await rig();
    const task = await r.task("echo x >made; umask >mask");
    await runTask(r.executor, task);
    expect(await readFile(join(task.workingDirectory, "mask"), "utf8")).toBe("0077\n");
  });

  test("that are killed leave no tool behind, and the task is lost", async () => {
    await using r = await rig();
    for (const executor of [r.executor, r.restart()]) {
      const task = await r.task("echo >ready; sleep 600");
      await r.executor.submit(task);
      await whenWritten(join(task.workingDirectory, "ready"));
      process.kill(await supervisorOf(r.layout, task), "SIGKILL");
      expect(await endOf(executor, task.key)).toMatchObject({ kind: "lost" });
      expect(await livingBelow(task.workingDirectory)).toEqual([]);
    }
  });

  test("that are killed with their whole group leave a lost task", async () => {
    await using r = await rig();
    const task = await r.task("sleep 600");
    await r.executor.submit(task);
    process.kill(-(await supervisorOf(r.layout, task)), "SIGKILL");
    expect(await endOf(r.restart(), task.key)).toMatchObject({ kind: "lost" });
    expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "lost" });
  });

  test("serve the tools of different jobs one after the other, each on the record of its own job", async () => {
    await using r = await rig();
    const tasks = [await r.task("exit 3"), await r.task("exit 4")].map((task, index) => ({
      ...task,
      key: { ...task.key, executionId: `job${index}` },
    }));
    const pids: number[] = [];
    for (const [index, task] of tasks.entries()) {
      expect(await runTask(r.executor, task)).toMatchObject({ kind: "exited", exitCode: 3 + index });
      pids.push(await supervisorOf(r.layout, task));
      expect(await r.restart().find(task.key)).toMatchObject({ kind: "ended", end: { exitCode: 3 + index } });
    }
    expect(new Set(pids).size).toBe(1);
  });

  test("that are killed while they wait for work are not given any", async () => {
    await using r = await rig();
    const first = await r.task("exit 0");
    await runTask(r.executor, first);
    const pid = await supervisorOf(r.layout, first);
    const second = await r.task("exit 5");
    process.kill(pid, "SIGKILL");
    // Nothing of this process has heard of it when the next task comes, but the kernel knows.
    expect(await runTask(r.executor, second)).toMatchObject({ kind: "exited", exitCode: 5 });
    expect(await supervisorOf(r.layout, second)).not.toBe(pid);
  });

  test("survive SIGTERM, SIGINT and SIGHUP while their tool runs", async () => {
    await using r = await rig();
    const task = await r.task("trap '' TERM INT HUP; echo >ready; read -r line <go; exit 8");
    Bun.spawnSync(["mkfifo", join(task.workingDirectory, "go")]);
    await r.executor.submit(task);
    await whenWritten(join(task.workingDirectory, "ready"));
    const pid = await supervisorOf(r.layout, task);
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.kill(-pid, signal);
    await writeFile(join(task.workingDirectory, "go"), "on\n");
    expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "exited", exitCode: 8 });
  });

  test("end together with what their tool left running in the background", async () => {
    await using r = await rig();
    const task = await r.task("sleep 600 &");
    expect(await runTask(r.executor, task)).toMatchObject({ kind: "exited", exitCode: 0 });
    expect(await livingBelow(task.workingDirectory)).toEqual([]);
  });
});

describe("the local executor: limits", () => {
  test("end a tool that writes a larger file than it may", async () => {
    await using r = await rig();
    const task = await r.task("exec head -c 5000000 /dev/zero >big", { limits: { writtenBytes: 2 ** 20 } });
    // 128 + SIGXFSZ.
    expect(await runTask(r.executor, task)).toMatchObject({ kind: "exited", exitCode: 153 });
    expect(Bun.file(join(task.workingDirectory, "big")).size).toBe(2 ** 20);
  });

  test("keep a process from taking much more memory than its tool asked for", async () => {
    await using r = await rig();
    const take = (mebibytes: number) =>
      r.task(`dd if=/dev/zero of=/dev/null bs=${mebibytes}M count=1`, { limits: { memoryMebibytes: 16 } });
    expect(await runTask(r.executor, await take(8))).toMatchObject({ exitCode: 0 });
    expect(await runTask(r.executor, await take(700))).toMatchObject({ exitCode: 1 });
  });

  test("the memory of a running task is told, of an ended one not", async () => {
    await using r = await rig();
    const task = await r.task("sh -c 'echo >ready; sleep 600'");
    await r.executor.submit(task);
    await whenWritten(join(task.workingDirectory, "ready"));
    const memory = (exactly: boolean) => taskMemoryBytes(r.layout, task.key, exactly);
    const [all, exact] = [await memory(false), await memory(true)];
    expect(exact).toBeGreaterThan(0);
    expect(all).toBeGreaterThan(exact);
    await r.executor.cancel(task.key, 10);
    expect(await memory(false)).toBe(0);
  });

  test("the memory of what another thread of the tool has started is told, too", async () => {
    await using r = await rig();
    const task = await r.task("", { command: childOfThread(300) });
    await r.executor.submit(task);
    await whenWritten(join(task.workingDirectory, "ready"));
    for (const exactly of [false, true]) {
      expect(await taskMemoryBytes(r.layout, task.key, exactly)).toBeGreaterThan(300 * 2 ** 20);
    }
    await r.executor.cancel(task.key, 10);
  });
});

describe("the local executor: records", () => {
  const bootId = readBootId();
  const gone = `pid 1\nstarted 999999999999\nboot ${bootId}\n0m0s 0m0s\n0m58.5s 0m0.5s\nend\n`;

  test("an exit record of this boot is final", async () => {
    await using r = await rig();
    const task = await r.task("");
    await writeRecords(r.layout, task, { start: gone, exit: "code 3\n0m0s 0m0s\n1m0s 0m1s\nend\n" });
    const state = await r.executor.find(task.key);
    expect(state).toEqual({ kind: "ended", end: { kind: "exited", exitCode: 3, cpuSeconds: 2 } });
  });

  test("an exit record of an earlier boot proves nothing", async () => {
    await using r = await rig();
    const task = await r.task("");
    const start = gone.replace(bootId, "00000000-0000-0000-0000-000000000000");
    await writeRecords(r.layout, task, { start, exit: "code 0\n0m0s 0m0s\n1m0s 0m1s\nend\n" });
    const end = await endOf(r.executor, task.key);
    expect(end).toEqual({ kind: "lost", reason: "the machine was restarted after it had ended with exit code 0" });
  });

  test("a process with the same number but another start time is not the supervisor", async () => {
    await using r = await rig();
    const task = await r.task("");
    await writeRecords(r.layout, task, { start: gone.replace("pid 1\n", `pid ${process.pid}\n`) });
    expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "lost" });
    await r.executor.cancel(task.key, 0);
  });

  /** A process that leads a group of its own, and the start of a record that names it. */
  function strangerRecord(host: string) {
    const child = Bun.spawn(["sleep", "600"], { detached: true });
    const { startTime = "" } = findProcess(child.pid) ?? {};
    const start = `pid ${child.pid}\nstarted ${startTime}\nboot ${bootId}\n${host}0m0s 0m0s\n0m0s 0m0s\nend\n`;
    const isLiving = () => findProcess(child.pid) !== undefined;
    return { start, isLiving, [Symbol.dispose]: () => child.kill("SIGKILL") };
  }

  test("one of this host, or of an earlier version, which did not say, leads to its process", async () => {
    await using r = await rig();
    const { id, name } = readHost();
    for (const host of [`executor local\nhost ${id} ${name}\n`, ""]) {
      const task = await r.task("");
      using record = strangerRecord(host);
      await writeRecords(r.layout, task, record);
      expect(await r.executor.find(task.key)).toEqual({ kind: "running" });
      expect(await hasLivingTool(r.layout, task.key.executionId)).toBe(true);
      await r.executor.cancel(task.key, 10);
      expect(record.isLiving()).toBe(false);
    }
  });

  test("one of another host is never taken for a process of this one, and what has ended there has ended", async () => {
    await using r = await rig();
    const task = await r.task("");
    using record = strangerRecord("executor local\nhost 0123456789abcdef away\n");
    await writeRecords(r.layout, task, record);
    const reason = 'it was started on host "away", which is not this one';
    expect(await r.executor.find(task.key)).toEqual({ kind: "ended", end: { kind: "lost", reason } });
    expect(await hasLivingTool(r.layout, task.key.executionId)).toBe(false);
    await r.executor.cancel(task.key, 0);
    expect(record.isLiving()).toBe(true);
    await writeRecords(r.layout, task, { ...record, exit: "code 3\n0m0s 0m0s\n1m0s 0m1s\nend\n" });
    expect(await r.executor.find(task.key)).toMatchObject({ end: { kind: "exited", exitCode: 3 } });
  });

  test("one of another executor is left alone", async () => {
    await using r = await rig();
    const task = await r.task("echo line >>lines");
    const record = "executor batch\njob 17\nend\n";
    await writeRecords(r.layout, task, { start: record });
    const reason = 'executor "batch" has it, which is not the one of this machine';
    expect(await runTask(r.executor, task)).toEqual({ kind: "lost", reason });
    await r.executor.cancel(task.key, 0);
    expect(await readFile(taskRecordFile(r.layout, task.key), "utf8")).toBe(record);
    expect(readFile(join(task.workingDirectory, "lines"))).rejects.toThrow();
  });

  test("an exit record without its last line does not count", async () => {
    await using r = await rig();
    const task = await r.task("");
    await writeRecords(r.layout, task, { start: gone, exit: "code 0\n0m0s 0m0s\n1m0s 0m1s\nen" });
    expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "lost" });
  });

  test("an incomplete start counts as not started when nobody writes it, and never starts later", async () => {
    await using r = await rig();
    const task = await r.task("echo line >>lines");
    await writeRecords(r.layout, task, { start: "pid 12" });
    expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "notStarted" });
    expect(await runTask(r.restart(), task)).toMatchObject({ kind: "notStarted" });
    expect(readFile(join(task.workingDirectory, "lines"))).rejects.toThrow();
  });

  test("an incomplete start is waited for while its writer lives", async () => {
    await using r = await rig();
    const task = await r.task("");
    await writeRecords(r.layout, task, { start: "" });
    const file = taskRecordFile(r.layout, task.key);
    const script = 'exec 3>"$1"; echo ready; sleep 0.3; printf "%s" "$2" >&3';
    const writer = Bun.spawn(["sh", "-c", script, "sh", file, gone], { stdout: "pipe" });
    await writer.stdout.getReader().read();
    const state = await r.executor.find(task.key);
    await writer.exited;
    expect(state).toMatchObject({ kind: "ended", end: { kind: "lost" } });
  });
});

describe("the local executor: a server that is killed", () => {
  /** Starts a task in a process of its own, and kills that process when the tool has begun. */
  async function submitInKilledServer(layout: Layout, task: Task): Promise<void> {
    const program = join(import.meta.dir, "submit-and-wait.ts");
    const argument = JSON.stringify({ dataDirectory: layout.dataDirectory, task });
    const server = Bun.spawn([process.execPath, program, argument], { stdout: "pipe", stderr: "inherit" });
    await whenWritten(join(task.workingDirectory, "lines"));
    server.kill("SIGKILL");
    await server.exited;
  }

  test("leaves its tool running, and another one adopts it", async () => {
    await using r = await rig();
    const task = await r.task("echo $$ >>lines; read -r line <go; echo end >>lines; exit 11");
    Bun.spawnSync(["mkfifo", join(task.workingDirectory, "go")]);
    await submitInKilledServer(r.layout, task);
    const before = await readFile(taskRecordFile(r.layout, task.key), "utf8");
    expect(await r.executor.find(task.key)).toEqual({ kind: "running" });
    await r.executor.submit(task);
    const ended = endOf(r.executor, task.key);
    await writeFile(join(task.workingDirectory, "go"), "on\n");
    expect(await ended).toMatchObject({ kind: "exited", exitCode: 11 });
    expect(await readFile(taskRecordFile(r.layout, task.key), "utf8")).toStartWith(before);
    expect((await readFile(join(task.workingDirectory, "lines"), "utf8")).split("\n")).toHaveLength(3);
  });

  test("does not lose the end of a tool that ended while no server was there", async () => {
    await using r = await rig();
    const task = await r.task("echo $$ >>lines; sleep 0.2; exit 12");
    await submitInKilledServer(r.layout, task);
    while (!(await whenWritten(taskRecordFile(r.layout, task.key))).includes("\ncode 12\n")) await Bun.sleep(5);
    expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "exited", exitCode: 12 });
  });

  test("leaves a tool that another one can cancel", async () => {
    await using r = await rig();
    const task = await r.task("echo >>lines; sleep 600");
    await submitInKilledServer(r.layout, task);
    await r.executor.cancel(task.key, 10);
    expect(await livingBelow(task.workingDirectory)).toEqual([]);
    expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "exited", exitCode: 143 });
  });
});
