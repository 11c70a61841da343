import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { createLocalExecutor } from "../../../src/executors/local/local-executor.ts";
import { type ControlGroups, createControlGroup, delegateFrom } from "../../../src/executors/sandbox/control-groups.ts";
import { isArgumentOfProcess } from "../../support/packages/tools.ts";
import { realClock } from "../../support/real-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { endOf, executorRig } from "../contract.ts";

/** A real group that this process may make others in; undefined where the machine offers none. */
function realGroup(): string | undefined {
  const mount = /^\S+ (\S+) cgroup2 /m.exec(readFileSync("/proc/self/mounts", "utf8"))?.[1];
  if (mount === undefined) return undefined;
  const group = join(mount, `heddle-test-${process.pid}`);
  try {
    mkdirSync(group);
    return group;
  } catch {
    return undefined;
  }
}

/** Memory of a machine, in bytes. */
const machine = 4 * 2 ** 30;

describe("delegateFrom()", () => {
  test("refuses a group without controllers, and says which there are", async () => {
    await using folder = await temporaryDirectory();
    await Bun.write(join(folder.path, "cgroup.controllers"), "hugetlb\n");
    expect(delegateFrom(folder.path, 1, machine)).toMatchObject({
      kind: "missing",
      reason: expect.stringContaining("hugetlb"),
    });
    expect(delegateFrom(join(folder.path, "none"), 1, machine)).toMatchObject({ kind: "missing" });
  });

  test("moves the server into a group of its own and hands the controllers on", async () => {
    await using folder = await temporaryDirectory();
    await Bun.write(join(folder.path, "cgroup.controllers"), "cpuset cpu io memory pids\n");
    const groups = delegateFrom(folder.path, 123, machine);
    const shared = join(folder.path, "heddle-tools");
    const controllers = ["memory", "cpu", "pids"];
    expect(groups).toEqual({ kind: "delegated", directory: folder.path, controllers, shared });
    expect(await readFile(join(folder.path, "heddle-server", "cgroup.procs"), "utf8")).toBe("123");
    expect(await readFile(join(folder.path, "cgroup.subtree_control"), "utf8")).toBe("+memory +cpu +pids");
    // A server that starts again may find itself where the last one went.
    expect(delegateFrom(join(folder.path, "heddle-server"), 124, machine)).toEqual(groups);
  });
});

test("tools that say no memory of their own are together below what the machine has less 1 GiB", async () => {
  await using folder = await temporaryDirectory();
  await Bun.write(join(folder.path, "cgroup.controllers"), "cpu memory pids\n");
  const groups = delegateFrom(folder.path, 1, machine);
  if (groups.kind === "missing") throw new Error(groups.reason);
  const { shared = "" } = groups;
  expect(await readFile(join(shared, "memory.max"), "utf8")).toBe(String(3 * 2 ** 30));
  expect(await readFile(join(shared, "cgroup.subtree_control"), "utf8")).toBe("+memory +cpu +pids");
  const limitless = await createControlGroup(groups, "e/a/0/1", join(folder.path, "a"), { writtenBytes: 1 });
  expect(dirname(limitless)).toBe(shared);
  const limited = await createControlGroup(groups, "e/b/0/1", join(folder.path, "b"), { memoryMebibytes: 8000 });
  expect(dirname(limited)).toBe(folder.path);
  // Half of a small machine is left.
  delegateFrom(folder.path, 1, 2 ** 30);
  expect(await readFile(join(shared, "memory.max"), "utf8")).toBe(String(2 ** 29));
});

test("createControlGroup() writes the limits of a task", async () => {
  await using folder = await temporaryDirectory();
  const groups = { kind: "delegated", directory: folder.path, controllers: ["memory", "cpu", "pids"] } as const;
  const task = join(folder.path, "task");
  await mkdir(task);
  await createControlGroup(groups, "e/main/0/1", task, { memoryMebibytes: 64, cores: 1.5 });
  const values = await Promise.all(
    ["memory.max", "memory.swap.max", "cpu.max", "pids.max"].map((name) =>
      readFile(join(task, "cgroup", name), "utf8"),
    ),
  );
  expect(values).toEqual([String(64 * 2 ** 20), "0", "150000 100000", "4096"]);
});

const group = realGroup();
if (group !== undefined) rmdirSync(group);

describe.skipIf(group === undefined)("a task in a control group", () => {
  test("is gone with all that left its session and its environment, and so is the group", async () => {
    mkdirSync(group ?? "");
    try {
      const controlGroups: ControlGroups = { kind: "delegated", directory: group ?? "", controllers: [] };
      await using r = await executorRig((layout) =>
        createLocalExecutor({ layout, logger: silentLogger, clock: realClock, controlGroups }),
      );
      const marker = `7${process.pid}${Date.now() % 100000}`;
      const flee = `cd /; setsid env -i /bin/sh -c 'exec >/dev/null 2>&1 </dev/null; trap "" TERM HUP; sleep ${marker}' &`;
      const task = await r.task(`${flee} trap '' TERM; sleep 600`, { limits: {} });
      await r.executor.submit(task);
      while (!(await isArgumentOfProcess(marker))) await Bun.sleep(5);
      await r.restart().cancel(task.key, 0.1);
      expect(await isArgumentOfProcess(marker)).toBe(false);
      expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "exited", exitCode: 137 });
      expect((await readdir(group ?? "")).filter((name) => name.startsWith("heddle-task"))).toEqual([]);
    } finally {
      rmdirSync(group ?? "");
    }
  });
});
