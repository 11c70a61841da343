import { describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { createLocalExecutor } from "../../../src/executors/local/local-executor.ts";
import { findBubblewrap } from "../../../src/executors/sandbox/bubblewrap.ts";
import { createConfinement } from "../../../src/executors/sandbox/confinement.ts";
import type { Layout } from "../../../src/files/layout.ts";
import { realClock } from "../../support/real-clock.ts";
import { endOf, executorRig, runTask } from "../contract.ts";

const bubblewrap = findBubblewrap();

function makeExecutor(layout: Layout) {
  const settings = { use: "require" as const, toolPath: "/usr/bin:/bin", toolDirectories: [], hidden: [] };
  const confinement = createConfinement(settings, realClock, bubblewrap);
  return createLocalExecutor({ layout, clock: realClock, logger: silentLogger, confinement });
}

/** A task that sees its own directory and one file. */
async function boxed(r: Awaited<ReturnType<typeof executorRig>>, script: string) {
  const task = await r.task(script);
  const { workingDirectory } = task;
  const file = join(r.layout.dataDirectory, "file");
  await Bun.write(file, "here");
  const mounts = [
    { source: workingDirectory, target: workingDirectory, isWritable: true },
    { source: file, target: "/file", isWritable: false },
  ];
  return { file, task: { ...task, view: { mounts, hasNetwork: false, workingDirectory } } };
}

describe.skipIf(bubblewrap.kind === "missing")("a sandbox that could not be made", () => {
  test("is no failure of its tool: nothing has started, also for a server that comes later", async () => {
    await using r = await executorRig(makeExecutor, { hasView: true });
    const { file, task } = await boxed(r, "echo ran >ran; exit 1");
    await rm(file);
    const reason = expect.stringMatching(/^the sandbox could not be made: Can't find source path .*file: No such file/);
    expect(await runTask(r.executor, task)).toEqual({ kind: "notStarted", reason });
    expect(await endOf(r.restart(), task.key)).toEqual({ kind: "notStarted", reason });
    expect(await Bun.file(join(task.workingDirectory, "ran")).exists()).toBe(false);
  });

  test.each([
    [
      "says what bubblewrap would say",
      `echo "bwrap: Can't find source path /x: No such file or directory" >&2; exit 1`,
    ],
    ["says nothing", "exit 1"],
  ])("is told from a tool that fails and %s", async (_, script) => {
    await using r = await executorRig(makeExecutor, { hasView: true });
    const { task } = await boxed(r, script);
    expect(await runTask(r.executor, task)).toMatchObject({ kind: "exited", exitCode: 1 });
    expect(await endOf(r.restart(), task.key)).toMatchObject({ kind: "exited", exitCode: 1 });
  });
});
