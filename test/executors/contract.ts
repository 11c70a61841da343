import { describe, expect, test } from "bun:test";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Capacity } from "../../src/domain/waiting/slots.ts";
import type { Executor, Task, TaskKey } from "../../src/executors/executor.ts";
import { createLayout, type Layout, taskLogFile, taskOutputDirectory } from "../../src/files/layout.ts";
import { livingBelow } from "../support/packages/tools.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** What a test of an executor works with. */
export type ExecutorRig = AsyncDisposable & {
  readonly layout: Layout;
  readonly executor: Executor;
  /** Makes another instance over the same data directory, as a restarted server would. */
  restart(): Executor;
  /** A task whose command is a text for `sh`; it runs in an empty directory of its own. */
  task(script: string, changes?: Partial<Task>): Promise<Task>;
  /** Where a file of a task that runs really lies: its executor may share no disk with this machine. */
  really(path: string): string;
};

/** Makes an executor over a data directory; of as many slots as it likes when no capacity is given. */
export type MakeExecutor = (layout: Layout, capacity?: Partial<Capacity>) => Executor;

/** What an executor needs of the tests. */
export type ContractOptions = {
  /** Tasks have a view, and the executor may hold them to it. */
  readonly hasView?: boolean;
  readonly really?: (layout: Layout, path: string) => string;
  readonly capacity?: Partial<Capacity>;
  /** A task that was submitted may wait in a queue before it runs, and that is told. */
  readonly hasQueue?: boolean;
};

const neverAborted = new AbortController().signal;

/** Waits for the end of a task. */
export function endOf(executor: Executor, key: TaskKey) {
  return executor.ended(key, neverAborted);
}

/** Submits a task and waits for its end. */
export async function runTask(executor: Executor, task: Task) {
  const refusal = await executor.submit(task);
  if (refusal !== undefined) throw new Error(`The ${refusal.about} was refused: found ${refusal.found}`);
  return endOf(executor, task.key);
}

/** Waits until a file says something, and gives it. */
export async function whenWritten(path: string): Promise<string> {
  for (;;) {
    const text = await readFile(path, "utf8").catch(() => "");
    if (text.endsWith("\n")) return text;
    await sleep(5);
  }
}

/** Makes an executor over an empty data directory. */
export async function executorRig(makeExecutor: MakeExecutor, options: ContractOptions = {}): Promise<ExecutorRig> {
  const directory = await temporaryDirectory();
  const layout = createLayout(join(directory.path, "data"));
  const { capacity, really = (_layout: Layout, path: string) => path } = options;
  const executor = makeExecutor(layout, capacity);
  await mkdir(givenDirectory(layout), { recursive: true });
  const submitted: TaskKey[] = [];
  return {
    layout,
    executor,
    restart: () => makeExecutor(layout, capacity),
    really: (path) => really(layout, path),
    task: async (script, changes = {}) => {
      const key: TaskKey = { executionId: "e1", step: `step/${submitted.length}`, shard: 0, try: 1 };
      submitted.push(key);
      const workingDirectory = taskOutputDirectory(layout, key);
      await mkdir(workingDirectory, { recursive: true });
      return {
        key,
        command: ["sh", "-c", script],
        environment: { PATH: "/usr/bin:/bin" },
        workingDirectory,
        log: taskLogFile(layout, key),
        ...(options.hasView === true ? { view: viewOf(layout, workingDirectory) } : {}),
        ...changes,
      };
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(submitted.map((key) => executor.cancel(key, 0)));
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** A directory that tasks may read only, where they are held to that. */
function givenDirectory({ dataDirectory }: Layout): string {
  return join(dataDirectory, "given");
}

/** A view of the data directory alone, and of the network not at all. */
function viewOf(layout: Layout, workingDirectory: string): NonNullable<Task["view"]> {
  const { dataDirectory } = layout;
  return {
    mounts: [
      { source: dataDirectory, target: dataDirectory, isWritable: true },
      { source: givenDirectory(layout), target: givenDirectory(layout), isWritable: false },
    ],
    hasNetwork: false,
    workingDirectory,
  };
}

/** Tests that an executor keeps the contract of src/executors/executor.ts. */
export function describeExecutorContract(
  name: string,
  makeExecutor: MakeExecutor,
  options: ContractOptions = {},
): void {
  const rig = (capacity: Partial<Capacity> = {}) => executorRig(makeExecutor, { ...options, capacity });

  describe(`${name}: submit() and ended()`, () => {
    test("tell the exit code of a tool", async () => {
      await using r = await rig();
      expect(await runTask(r.executor, await r.task("exit 0"))).toMatchObject({ kind: "exited", exitCode: 0 });
      expect(await runTask(r.executor, await r.task("exit 33"))).toMatchObject({ kind: "exited", exitCode: 33 });
    });

    test("tell the CPU time that a tool took", async () => {
      await using r = await rig();
      const end = await runTask(r.executor, await r.task("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"));
      expect(end.kind === "exited" && (end.cpuSeconds ?? 0) > 0).toBe(true);
    });

    test("tell 128 + n for a tool that signal n ended", async () => {
      await using r = await rig();
      expect(await runTask(r.executor, await r.task("kill -KILL $$"))).toMatchObject({ kind: "exited", exitCode: 137 });
      expect(await runTask(r.executor, await r.task("kill -SEGV $$"))).toMatchObject({ exitCode: 139 });
    });

    test("refuse a program that is missing, and one that cannot run; its key may be submitted again", async () => {
      await using r = await rig();
      const missing = await r.task("", { command: ["no-such-program", "x"] });
      const refusal = { about: "program", found: 'no program "no-such-program"' } as const;
      expect(await r.executor.submit(missing)).toEqual(refusal);
      const unable = await r.task("", { command: ["./plain"] });
      await writeFile(join(unable.workingDirectory, "plain"), "");
      expect(await r.executor.submit(unable)).toEqual({ about: "program", found: 'no program "./plain"' });
      expect(await runTask(r.executor, { ...missing, command: ["true"] })).toMatchObject({ exitCode: 0 });
    });

    test("run one tool for one key, however often it is submitted", async () => {
      await using r = await rig();
      const task = await r.task("echo line >>lines; sleep 0.1");
      await Promise.all([r.executor.submit(task), r.executor.submit(task)]);
      await r.executor.submit(task);
      const other = r.restart();
      await other.submit(task);
      expect(await endOf(other, task.key)).toMatchObject({ kind: "exited", exitCode: 0 });
      await r.executor.submit(task);
      await r.restart().submit(task);
      expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "exited", exitCode: 0 });
      expect(await readFile(join(task.workingDirectory, "lines"), "utf8")).toBe("line\n");
    });

    test("run a tool once when two instances submit it at the same time", async () => {
      await using r = await rig();
      const other = r.restart();
      for (let count = 0; count < 10; count += 1) {
        const task = await r.task("echo line >>lines");
        const ends = await Promise.all([runTask(r.executor, task), runTask(other, task)]);
        expect(ends).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
        expect(await readFile(join(task.workingDirectory, "lines"), "utf8")).toBe("line\n");
      }
    });

    test("keep tries, shards and steps apart", async () => {
      await using r = await rig();
      const task = await r.task("exit 1");
      const keys: TaskKey[] = [
        task.key,
        { ...task.key, try: 2 },
        { ...task.key, shard: 1 },
        { ...task.key, step: "step" },
      ];
      const ends = await Promise.all(
        keys.map((key, index) => runTask(r.executor, { ...task, key, command: ["sh", "-c", `exit ${index}`] })),
      );
      expect(ends).toMatchObject([{ exitCode: 0 }, { exitCode: 1 }, { exitCode: 2 }, { exitCode: 3 }]);
    });

    test("tell the end again to whoever asks again", async () => {
      await using r = await rig();
      const task = await r.task("exit 3");
      await runTask(r.executor, task);
      expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "exited", exitCode: 3 });
      expect(await endOf(r.restart(), task.key)).toMatchObject({ kind: "exited", exitCode: 3 });
    });

    test("leave the task alone when a wait is aborted", async () => {
      await using r = await rig();
      const task = await r.task("sleep 0.2; exit 4");
      await r.executor.submit(task);
      for (const executor of [r.executor, r.restart()]) {
        const abort = new AbortController();
        const waiting = executor.ended(task.key, abort.signal);
        abort.abort(new Error("enough"));
        expect(waiting).rejects.toThrow();
        await waiting.catch(() => {});
      }
      expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "exited", exitCode: 4 });
    });

    test("tell that a key that was never submitted has not started", async () => {
      await using r = await rig();
      const task = await r.task("echo line >>lines");
      expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "notStarted" });
    });
  });

  describe(`${name}: a tool`, () => {
    test("gets the task's environment and nothing else", async () => {
      await using r = await rig();
      const environment = { "b.c-d": "odd name", IFS: "x", SECRET: "two\nlines 'quoted' \"$HOME\"", A: "" };
      const task = await r.task("", {
        command: ["/usr/bin/env", "-0"],
        environment,
        stdout: join(r.layout.dataDirectory, "out"),
      });
      expect(await runTask(r.executor, task)).toMatchObject({ exitCode: 0 });
      const lines = (await readFile(join(r.layout.dataDirectory, "out"), "utf8"))
        .split("\0")
        .filter((line) => line !== "");
      expect(lines.sort()).toEqual(
        Object.entries(environment)
          .map(([key, value]) => `${key}=${value}`)
          .sort(),
      );
    });

    test("gets its arguments unread by any shell", async () => {
      await using r = await rig();
      const odd = ["", " a  b ", "$HOME", "`id`", "*", "-n", "a=b", "quo'te\"", "line\nbreak", "ünï", "\\0"];
      const stdout = join(r.layout.dataDirectory, "out");
      const task = await r.task("", { command: ["printf", "%s\\0", ...odd], stdout });
      expect(await runTask(r.executor, task)).toMatchObject({ exitCode: 0 });
      expect((await readFile(stdout, "utf8")).split("\0").slice(0, -1)).toEqual(odd);
    });

    test("may have a name with an equals sign or a dash", async () => {
      await using r = await rig();
      for (const program of ["a=b", "-i"]) {
        const task = await r.task("");
        const path = join(task.workingDirectory, program);
        await writeFile(path, '#!/bin/sh\necho "$# $X"\n', { mode: 0o700 });
        const stdout = join(task.workingDirectory, "out");
        const environment = { PATH: `${task.workingDirectory}:/usr/bin:/bin`, X: "x" };
        const end = await runTask(r.executor, { ...task, command: [program, "1", "2"], environment, stdout });
        expect(end).toMatchObject({ exitCode: 0 });
        expect(await readFile(stdout, "utf8")).toBe("2 x\n");
      }
    });

    test("runs in its working directory", async () => {
      await using r = await rig();
      const task = await r.task("pwd >here");
      await runTask(r.executor, task);
      expect(await readFile(join(task.workingDirectory, "here"), "utf8")).toBe(`${task.workingDirectory}\n`);
    });

    test("reads stdin from a file, or from nothing", async () => {
      await using r = await rig();
      const stdin = join(r.layout.dataDirectory, "in put");
      const stdout = join(r.layout.dataDirectory, "out put");
      await writeFile(stdin, "from the file\n");
      await runTask(r.executor, await r.task("cat", { stdin, stdout }));
      expect(await readFile(stdout, "utf8")).toBe("from the file\n");
      expect(await runTask(r.executor, await r.task("read -r line"))).toMatchObject({ exitCode: 1 });
    });

    test("writes stdout and stderr to files of their own", async () => {
      await using r = await rig();
      const [stdout, stderr] = [join(r.layout.dataDirectory, "o"), join(r.layout.dataDirectory, "e")];
      const task = await r.task("echo to stdout; echo to stderr >&2", { stdout, stderr });
      await runTask(r.executor, task);
      expect(await readFile(stdout, "utf8")).toBe("to stdout\n");
      expect(await readFile(stderr, "utf8")).toBe("to stderr\n");
      expect(await readFile(task.log, "utf8")).toBe("");
    });

    test("writes stdout and stderr to one file when both name it", async () => {
      await using r = await rig();
      const both = join(r.layout.dataDirectory, "both");
      await runTask(r.executor, await r.task("echo 1; echo 2 >&2; echo 3", { stdout: both, stderr: both }));
      expect(await readFile(both, "utf8")).toBe("1\n2\n3\n");
    });

    test("writes to no file that is there already, nor through a link", async () => {
      await using r = await rig();
      const [before, link] = [join(r.layout.dataDirectory, "before"), join(r.layout.dataDirectory, "link")];
      await writeFile(before, "before\n");
      await symlink(before, link);
      for (const name of [before, link]) {
        for (const stream of ["stdout", "stderr"] as const) {
          const task = await r.task("echo line; echo line >&2", { [stream]: name });
          const found = "an entry of the working directory that has it";
          expect(await r.executor.submit(task)).toEqual({ about: stream, found });
        }
      }
      expect(await readFile(before, "utf8")).toBe("before\n");
    });

    test("reads its stdin, and cannot write to it", async () => {
      await using r = await rig();
      const stdin = join(givenDirectory(r.layout), "in");
      await writeFile(stdin, "one\ntwo\n");
      const script = "cat; for n in 0 1 2; do echo evil >>/proc/self/fd/$n; done 2>/dev/null; exit 0";
      const stdout = join(r.layout.dataDirectory, "o");
      await runTask(r.executor, await r.task(script, { stdin, stdout }));
      expect(await readFile(stdin, "utf8")).toBe("one\ntwo\n");
      expect(await readFile(stdout, "utf8")).toStartWith("one\ntwo\n");
    });

    test("ends as its tool does, which need not read all of stdin", async () => {
      await using r = await rig();
      const stdin = join(r.layout.dataDirectory, "in");
      await writeFile(stdin, "line\n".repeat(100_000));
      const end = await runTask(r.executor, await r.task("read -r line; exit 7", { stdin }));
      expect(end).toMatchObject({ kind: "exited", exitCode: 7 });
    });

    test("holds no descriptor but its streams", async () => {
      await using r = await rig();
      const stdin = join(r.layout.dataDirectory, "in");
      const stdout = join(r.layout.dataDirectory, "o");
      await writeFile(stdin, "");
      await runTask(r.executor, await r.task("", { command: ["/bin/ls", "/proc/self/fd"], stdin, stdout }));
      // The last one is that of the listing itself.
      expect((await readFile(stdout, "utf8")).trim().split("\n")).toEqual(["0", "1", "2", "3"]);
    });

    test("appends to the log what goes to no file", async () => {
      await using r = await rig();
      const task = await r.task("echo one; echo two >&2");
      await mkdir(dirname(task.log), { recursive: true });
      await writeFile(task.log, "before\n");
      await runTask(r.executor, task);
      expect(await readFile(task.log, "utf8")).toBe("before\none\ntwo\n");
      const other = await r.task("echo three >&2", { stdout: join(r.layout.dataDirectory, "o") });
      await runTask(r.executor, other);
      expect(await readFile(other.log, "utf8")).toBe("three\n");
      const third = await r.task("echo four", { stderr: join(r.layout.dataDirectory, "e") });
      await runTask(r.executor, third);
      expect(await readFile(third.log, "utf8")).toBe("four\n");
    });

    test("does not run when its stdin is not there, or no regular file", async () => {
      await using r = await rig();
      const task = await r.task("echo line >>lines", { stdin: join(r.layout.dataDirectory, "absent") });
      const found = { about: "stdin", found: "no such file among its own" } as const;
      expect(await r.executor.submit(task)).toEqual(found);
      const directory = { ...task, stdin: r.layout.dataDirectory };
      expect(await r.executor.submit(directory)).toEqual({ about: "stdin", found: "no regular file" });
      expect(readFile(join(task.workingDirectory, "lines"))).rejects.toThrow();
    });

    if (options.hasView === true) {
      test("reads no stdin but what its view shows", async () => {
        await using r = await rig();
        const link = join(givenDirectory(r.layout), "link");
        await symlink("/etc/passwd", link);
        for (const stdin of ["/etc/passwd", link]) {
          const found = { about: "stdin", found: "no such file among its own" } as const;
          expect(await r.executor.submit(await r.task("cat", { stdin }))).toEqual(found);
        }
      });
    }

    test("that cannot be started at all rejects its submission", async () => {
      await using r = await rig();
      const blocked = join(r.layout.dataDirectory, "file");
      await writeFile(blocked, "");
      expect(r.executor.submit(await r.task("true", { workingDirectory: join(blocked, "x") }))).rejects.toThrow();
      expect(r.executor.submit(await r.task("true", { environment: { "A=B": "" } }))).rejects.toThrow("A=B");
      expect(r.executor.submit(await r.task("", { command: ["echo", "\0"] }))).rejects.toThrow("NUL");
    });
  });

  describe(`${name}: what is staged`, () => {
    test("lies in its place before the tool runs, in directories that the submission makes", async () => {
      await using r = await rig();
      const input = join(givenDirectory(r.layout), "in");
      await writeFile(input, "given\n");
      const task = await r.task(
        'cat d/linked d/text; echo more >>copied; cat copied; test -d empty && test -d "$TMPDIR" && echo made',
      );
      const { workingDirectory } = task;
      await rm(workingDirectory, { recursive: true });
      const at = (...names: readonly string[]) => join(workingDirectory, ...names);
      const temporaryDirectory = `${workingDirectory}-tmp`;
      const end = await runTask(r.executor, {
        ...task,
        temporaryDirectory,
        environment: { ...task.environment, TMPDIR: temporaryDirectory },
        stdout: at("sub", "out"),
        staging: [
          { kind: "directory", target: at("empty") },
          { kind: "link", target: at("d", "linked"), source: input },
          { kind: "text", target: at("d", "text"), contents: "text\n" },
          { kind: "copy", target: at("copied"), source: input },
        ],
      });
      expect(end).toMatchObject({ exitCode: 0 });
      expect(await readFile(at("sub", "out"), "utf8")).toBe("given\ntext\ngiven\nmore\nmade\n");
      expect(await readFile(at("copied"), "utf8")).toBe("given\nmore\n");
      expect(await readFile(input, "utf8")).toBe("given\n");
    });

    test("may be the job's own file, which a tool changes in place of somebody else's", async () => {
      await using r = await rig();
      const original = join(givenDirectory(r.layout), "in");
      await writeFile(original, "given\n");
      const source = join(r.layout.dataDirectory, "own", "0", "in");
      for (const count of [1, 2]) {
        const task = await r.task("echo more >>mine");
        const target = join(task.workingDirectory, "mine");
        const staging = [{ kind: "own", target, source, original } as const];
        expect(await runTask(r.executor, { ...task, staging })).toMatchObject({ exitCode: 0 });
        expect(await readFile(source, "utf8")).toBe(`given\n${"more\n".repeat(count)}`);
      }
      expect(await readFile(original, "utf8")).toBe("given\n");
    });

    test("is copied from where it may be read only", async () => {
      await using r = await rig();
      const given = givenDirectory(r.layout);
      await writeFile(join(r.layout.dataDirectory, "secret"), "secret\n");
      await symlink(join(r.layout.dataDirectory, "secret"), join(given, "link"));
      const task = await r.task("cat copied");
      const staging = [
        { kind: "copy", target: join(task.workingDirectory, "copied"), source: join(given, "link") } as const,
      ];
      expect(r.executor.submit({ ...task, staging, readable: [given] })).rejects.toThrow("leads elsewhere");
    });

    test("keeps a stream from its place", async () => {
      await using r = await rig();
      const task = await r.task("echo line");
      const stdout = join(task.workingDirectory, "taken");
      const staging = [{ kind: "text", target: stdout, contents: "text" } as const];
      const found = "an entry of the working directory that has it";
      expect(await r.executor.submit({ ...task, staging, stdout })).toEqual({ about: "stdout", found });
    });
  });

  describe(`${name}: limits`, () => {
    const busy = "while :; do sleep 0.05; done";

    test("stop a tool that runs too long, also one that another instance has taken up", async () => {
      await using r = await rig();
      const task = await r.task(busy, { limits: { seconds: 0.2 } });
      const at = { limit: "seconds", found: 0.2 };
      expect(await runTask(r.executor, task)).toMatchObject({ kind: "stopped", at });
      expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "stopped", at });
      const other = await r.task(busy, { limits: { seconds: 0.2 } });
      await r.executor.submit(other);
      expect(await runTask(r.restart(), other)).toMatchObject({ kind: "stopped", at });
    });

    test("stop a tool that writes too much in all its files", async () => {
      await using r = await rig();
      const writing = 'i=0; while :; do head -c 500000 /dev/urandom >"f$i"; i=$((i+1)); sleep 0.05; done';
      const end = await runTask(r.executor, await r.task(writing, { limits: { writtenBytes: 2 ** 20 } }));
      expect(end).toMatchObject({ kind: "stopped", at: { limit: "writtenBytes" } });
      expect(end.kind === "stopped" && end.at.found > 2 ** 20).toBe(true);
    });

    test("stop a tool that takes too much memory, and the most that was seen is told", async () => {
      await using r = await rig();
      const task = await r.task(`x=$(head -c 40000000 /dev/zero | tr '\\0' x); ${busy}`, {
        limits: { memoryMebibytes: 16 },
      });
      const end = await runTask(r.executor, task);
      expect(end).toMatchObject({ kind: "stopped", at: { limit: "memoryMebibytes" } });
      expect(end.kind === "stopped" && (end.peakMemoryBytes ?? 0) > 16 * 2 ** 20).toBe(true);
    });

    test("leave a tool alone that keeps to them", async () => {
      await using r = await rig();
      const limits = { seconds: 600, writtenBytes: 2 ** 20, memoryMebibytes: 1000 };
      const end = await runTask(r.executor, await r.task("echo line; sleep 0.3", { limits }));
      expect(end).toMatchObject({ kind: "exited", exitCode: 0 });
      expect(end.kind === "exited" && (end.peakMemoryBytes ?? 0) > 0).toBe(true);
    });
  });

  describe(`${name}: room`, () => {
    test("is waited for, and given back at the end", async () => {
      await using r = await rig({ slots: 1 });
      expect(r.executor.slots).toBe(1);
      const [first, second] = [await r.task("echo >ready; sleep 600"), await r.task("echo >ready; exit 3")];
      await r.executor.submit(first);
      await whenWritten(r.really(join(first.workingDirectory, "ready")));
      const submitted = r.executor.submit(second);
      for await (const update of r.executor.watch(second.key, neverAborted)) {
        expect(update).toMatchObject({ kind: "waiting", reason: expect.stringMatching(/^waiting for ./) });
        break;
      }
      expect(await Promise.race([submitted.then(() => "started"), sleep(100, "waits")])).toBe("waits");
      // Those that know it tell when a task began, and of one that waits nothing.
      const knows = r.executor.beganAt !== undefined;
      expect(await r.executor.beganAt?.(second.key)).toBeUndefined();
      await r.executor.cancel(first.key, 0);
      await submitted;
      expect(await endOf(r.executor, second.key)).toMatchObject({ kind: "exited", exitCode: 3 });
      expect(typeof (await r.executor.beganAt?.(second.key))).toBe(knows ? "number" : "undefined");
      expect(await runTask(r.executor, await r.task("exit 4"))).toMatchObject({ kind: "exited", exitCode: 4 });
    });

    test("is given up by an abort, or by who stops the task, and nothing was started", async () => {
      await using r = await rig({ slots: 1 });
      const first = await r.task("echo >ready; sleep 600");
      await r.executor.submit(first);
      await whenWritten(r.really(join(first.workingDirectory, "ready")));
      const abort = new AbortController();
      const aborted = await r.task("echo >lines");
      const submitted = r.executor.submit(aborted, abort.signal);
      abort.abort(new Error("enough"));
      expect(submitted).rejects.toThrow("enough");
      await submitted.catch(() => {});
      const stopped = await r.task("echo >lines");
      const waiting = r.executor.submit(stopped).catch(() => {});
      await r.executor.cancel(stopped.key, 0);
      await waiting;
      expect(await r.executor.find(stopped.key)).toMatchObject({ end: { kind: "notStarted" } });
      await r.executor.cancel(first.key, 0);
      expect(await runTask(r.executor, aborted)).toMatchObject({ kind: "exited", exitCode: 0 });
    });

    test("counts what a task reserves, and a task that was taken up", async () => {
      await using r = await rig({ slots: 2, cores: 2 });
      const reserves = { cores: 2, memoryMebibytes: 0 };
      const first = await r.task("echo >ready; sleep 600", { reserves });
      await r.executor.submit(first);
      await whenWritten(r.really(join(first.workingDirectory, "ready")));
      const other = r.restart();
      await other.submit(first);
      const second = await r.task("exit 3", { reserves });
      const submitted = other.submit(second);
      expect(await Promise.race([submitted.then(() => "started"), sleep(100, "waits")])).toBe("waits");
      await other.cancel(first.key, 0);
      await submitted;
      expect(await endOf(other, second.key)).toMatchObject({ kind: "exited", exitCode: 3 });
    });
  });

  describe(`${name}: watch()`, () => {
    test("tells where a task runs, its progress, and that there is more in its log, until it has ended", async () => {
      await using r = await rig();
      const task = await r.task("echo PROGRESS 42 half >&2; echo said; read -r line <go; exit 5");
      Bun.spawnSync(["mkfifo", join(task.workingDirectory, "go")]);
      await r.executor.submit(task);
      const ended = endOf(r.executor, task.key);
      const kinds = new Set<string>();
      let hasGone = false;
      for await (const update of r.executor.watch(task.key, neverAborted)) {
        if (update.kind !== "waiting" || options.hasQueue !== true) kinds.add(update.kind);
        if (update.kind === "running") expect(update.place).not.toBe("");
        if (update.kind === "progress") expect(update).toEqual({ kind: "progress", percent: 42, message: "half" });
        const isAll = kinds.has("progress") && (await readFile(task.log, "utf8").catch(() => "")).endsWith("said\n");
        if (!isAll || hasGone) continue;
        hasGone = true;
        await writeFile(r.really(join(task.workingDirectory, "go")), "on\n");
      }
      expect([...kinds].toSorted()).toEqual(["log", "progress", "running"]);
      expect(await ended).toMatchObject({ kind: "exited", exitCode: 5 });
    });

    test("ends with its signal, and tells nothing of a task that is not known", async () => {
      await using r = await rig();
      const task = await r.task("sleep 600");
      await r.executor.submit(task);
      const abort = new AbortController();
      for await (const update of r.executor.watch(task.key, abort.signal)) {
        if (update.kind === "running") abort.abort();
      }
      const unknown = { ...task.key, try: 9 };
      expect(await Array.fromAsync(r.executor.watch(unknown, neverAborted))).toEqual([]);
    });
  });

  describe(`${name}: find()`, () => {
    test("finds a task ended whose supervisor runs another one now, and stopping it leaves that one alone", async () => {
      await using r = await rig();
      const first = await r.task("exit 3");
      expect(await runTask(r.executor, first)).toMatchObject({ kind: "exited", exitCode: 3 });
      const second = await r.task("read -r line <go; exit 5");
      Bun.spawnSync(["mkfifo", join(second.workingDirectory, "go")]);
      await r.executor.submit(second);
      const other = r.restart();
      expect(await other.find(first.key)).toMatchObject({ kind: "ended", end: { kind: "exited", exitCode: 3 } });
      await other.cancel(first.key, 0);
      expect(await other.find(second.key)).toEqual({ kind: "running" });
      await writeFile(r.really(join(second.workingDirectory, "go")), "on\n");
      expect(await endOf(other, second.key)).toMatchObject({ kind: "exited", exitCode: 5 });
    });

    test("finds a running task and one that has ended", async () => {
      await using r = await rig();
      const task = await r.task("read -r line <go; exit 5");
      Bun.spawnSync(["mkfifo", join(task.workingDirectory, "go")]);
      await r.executor.submit(task);
      const other = r.restart();
      expect(await r.executor.find(task.key)).toEqual({ kind: "running" });
      expect(await other.find(task.key)).toEqual({ kind: "running" });
      await writeFile(r.really(join(task.workingDirectory, "go")), "on\n");
      expect(await endOf(other, task.key)).toMatchObject({ kind: "exited", exitCode: 5 });
      expect(await other.find(task.key)).toMatchObject({ kind: "ended", end: { kind: "exited", exitCode: 5 } });
    });

    test("claims a try without a start as abandoned: it can never start later", async () => {
      await using r = await rig();
      const task = await r.task("echo line >>lines");
      expect(await r.executor.find(task.key)).toMatchObject({ kind: "ended", end: { kind: "notStarted" } });
      expect(await runTask(r.executor, task)).toMatchObject({ kind: "notStarted" });
      expect(await runTask(r.restart(), task)).toMatchObject({ kind: "notStarted" });
      expect(readFile(join(task.workingDirectory, "lines"))).rejects.toThrow();
    });

    test("and a submission that race agree on who was first", async () => {
      await using r = await rig();
      const other = r.restart();
      for (let count = 0; count < 10; count += 1) {
        const task = await r.task("echo line >>lines");
        const [end] = await Promise.all([runTask(r.executor, task), other.find(task.key)]);
        const lines = await readFile(join(task.workingDirectory, "lines"), "utf8").catch(() => "");
        expect(lines).toBe(end.kind === "exited" ? "line\n" : "");
        // Whoever was there while it ran may have seen how much memory it had.
        const unseen = { peakMemoryBytes: undefined };
        expect({ ...(await endOf(other, task.key)), ...unseen }).toEqual({ ...end, ...unseen });
      }
    });
  });

  describe(`${name}: cancel()`, () => {
    test("ends a tool with its children and grandchildren", async () => {
      await using r = await rig();
      const task = await r.task("(sh -c 'sleep 600 & echo >ready; wait') & wait");
      await r.executor.submit(task);
      await whenWritten(r.really(join(task.workingDirectory, "ready")));
      expect((await livingBelow(task.workingDirectory)).length).toBeGreaterThan(2);
      await r.executor.cancel(task.key, 10);
      expect(await livingBelow(task.workingDirectory)).toEqual([]);
      expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "exited", exitCode: 143 });
    });

    test("ends a child that made a process group of its own", async () => {
      await using r = await rig();
      const task = await r.task("timeout 600 sh -c 'echo >ready; sleep 600'");
      await r.executor.submit(task);
      await whenWritten(r.really(join(task.workingDirectory, "ready")));
      await r.restart().cancel(task.key, 10);
      expect(await livingBelow(task.workingDirectory)).toEqual([]);
    });

    test("kills what does not mind SIGTERM when the grace period is over", async () => {
      await using r = await rig();
      const task = await r.task("trap '' TERM; echo >ready; while :; do sleep 1; done");
      await r.executor.submit(task);
      await whenWritten(r.really(join(task.workingDirectory, "ready")));
      await r.executor.cancel(task.key, 0.1);
      expect(await livingBelow(task.workingDirectory)).toEqual([]);
      expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "exited", exitCode: 137 });
    });

    test("lets a tool clean up after itself", async () => {
      await using r = await rig();
      const task = await r.task("trap 'echo clean >cleaned; exit 9' TERM; echo >ready; while :; do sleep 0.02; done");
      await r.executor.submit(task);
      await whenWritten(r.really(join(task.workingDirectory, "ready")));
      await r.executor.cancel(task.key, 10);
      expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "exited", exitCode: 9 });
      expect(await readFile(join(task.workingDirectory, "cleaned"), "utf8")).toBe("clean\n");
    });

    test("is harmless for a task that has ended, and keeps one from starting that has not", async () => {
      await using r = await rig();
      const over = await r.task("exit 6");
      await runTask(r.executor, over);
      await r.executor.cancel(over.key, 0);
      expect(await endOf(r.executor, over.key)).toMatchObject({ kind: "exited", exitCode: 6 });
      const never = await r.task("echo line >>lines");
      await r.executor.cancel(never.key, 0);
      expect(await runTask(r.executor, never)).toMatchObject({ kind: "notStarted" });
    });

    test("right after a submission ends the task all the same", async () => {
      await using r = await rig();
      for (let count = 0; count < 10; count += 1) {
        const task = await r.task("sleep 600");
        const submitted = r.executor.submit(task);
        await r.executor.cancel(task.key, 0.1);
        await submitted;
        expect((await endOf(r.executor, task.key)).kind).not.toBe("notStarted");
      }
    });
  });

  describe(`${name}: cleanup()`, () => {
    test("forgets the tasks of one execution only", async () => {
      await using r = await rig();
      const task = await r.task("exit 7");
      const kept = { ...task, key: { ...task.key, executionId: "e10" } };
      await Promise.all([runTask(r.executor, task), runTask(r.executor, kept)]);
      await r.executor.cleanup("e1");
      expect(await r.executor.find(task.key)).toMatchObject({ end: { kind: "notStarted" } });
      expect(await r.executor.find(kept.key)).toMatchObject({ end: { kind: "exited", exitCode: 7 } });
    });

    test("is harmless for an execution without tasks", async () => {
      await using r = await rig();
      await r.executor.cleanup("unknown");
    });
  });
}
