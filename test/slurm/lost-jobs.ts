import { afterAll, describe, expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { silentLogger } from "../../src/domain/logger.ts";
import type { Executor, Task } from "../../src/executors/executor.ts";
import { createConfinement } from "../../src/executors/sandbox/confinement.ts";
import { jobFiles } from "../../src/executors/slurm/job-files.ts";
import { createSlurmCommands, type SlurmSettings } from "../../src/executors/slurm/slurm-commands.ts";
import { createSlurmExecutor } from "../../src/executors/slurm/slurm-executor.ts";
import { createHeartbeatPace } from "../../src/executors/slurm/watch/heartbeats.ts";
import type { Layout } from "../../src/files/layout.ts";
import { endOf, executorRig } from "../executors/contract.ts";
import { until } from "../support/jobs.ts";
import { noSlurm, startSlurm, type TestSlurm } from "../support/machine/slurm.ts";
import { killScripts } from "../support/machine/slurm-steps.ts";
import { livingBelow } from "../support/packages/tools.ts";
import { realClock } from "../support/real-clock.ts";

const why = noSlurm();
if (why !== undefined) test.skip(`jobs that Slurm loses: ${why}`, () => undefined);
else {
  const slurms = { silent: await startSlurm({ SlurmdTimeout: "0" }), usual: await startSlurm() };
  afterAll(() => slurms.silent[Symbol.asyncDispose]());
  afterAll(() => slurms.usual[Symbol.asyncDispose]());
  describe("a cluster that never says that a node failed (SlurmdTimeout=0)", () => describeSilentNodes(slurms.silent));
  describe("a controller that begins anew without what it knew", () => describeCleanState(slurms.usual));
}

/** Says that it started, and goes on until somebody lets it go. */
const waiting = 'echo "started $1" >>"$LEDGER"; while [ ! -e "$LEDGER.go" ]; do sleep 0.1; done; exit 5';

async function openRig(slurm: TestSlurm, settings: Partial<SlurmSettings> = {}) {
  await slurm.untilIdle();
  const make =
    (options: readonly string[]) =>
    (layout: Layout): Executor =>
      createSlurmExecutor({
        ...{ layout, clock: realClock, logger: silentLogger, commands: createSlurmCommands(slurm.environment) },
        confinement: createConfinement({ use: "off", toolPath: "", toolDirectories: [], hidden: [] }, realClock),
        settings: { options, pollSeconds: 2, graceSeconds: 4, ...settings },
      });
  const rig = await executorRig(make([]));
  const ledgerOf = (name: string) => join(rig.layout.dataDirectory, name);
  const startsOf = async (name: string) =>
    (await readFile(ledgerOf(name), "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
  return {
    ...rig,
    /** An executor whose jobs stay in the queue. */
    held: make(["--hold"])(rig.layout),
    startsOf,
    letGo: (name: string) => writeFile(`${ledgerOf(name)}.go`, ""),
    waiting: (name: string) => rig.task(waiting, { environment: { PATH: "/usr/bin:/bin", LEDGER: ledgerOf(name) } }),
    hasStarted: (name: string) =>
      until(`${name} has started`, async () => {
        if ((await startsOf(name)).length > 0) return true;
        slurm.resume();
        return false;
      }),
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

/** Kills all that a node runs: its daemon, what looks after its jobs, their scripts and their tools. */
async function killNode(slurm: TestSlurm, data: string): Promise<void> {
  await slurm.kill("slurmd");
  await slurm.killSteps();
  await killScripts(dirname(slurm.environment.SLURM_CONF ?? ""));
  for (const pid of await livingBelow(data)) process.kill(pid, "SIGKILL");
}

function describeSilentNodes(slurm: TestSlurm): void {
  const stateOf = () => slurm.run(["squeue", "-h", "-o", "%T"]).out;
  const beaten = (layout: Layout, { key }: Task) =>
    until("it gives signs of life", () => Bun.file(jobFiles(layout, key).beat).exists());

  test("has jobs give signs of life", async () => {
    const pace = createHeartbeatPace(createSlurmCommands(slurm.environment), {}, realClock);
    expect(await pace()).toBe(60);
  });

  test("a job whose node died counts as lost with it, though Slurm goes on to call it running", async () => {
    await using rig = await openRig(slurm, { heartbeatSeconds: 1 });
    const task = await rig.waiting("ledger");
    await rig.executor.submit(task);
    await rig.hasStarted("ledger");
    await beaten(rig.layout, task);
    await killNode(slurm, rig.layout.dataDirectory);
    expect(stateOf()).toBe("RUNNING");
    const end = await endOf(rig.executor, task.key);
    const state = stateOf();
    await slurm.start("slurmd");
    expect(end).toMatchObject({ kind: "lost", cause: "NODE_FAIL", reason: expect.stringContaining("no sign of life") });
    // Its daemon is gone: nobody can tell Slurm that the job has ended.
    expect(state).toBe("COMPLETING");
    expect(await rig.startsOf("ledger")).toHaveLength(1);
  });

  test("a job that was given to a node that is dead has not started", async () => {
    await using rig = await openRig(slurm);
    const task = await rig.waiting("ledger");
    await slurm.kill("slurmd");
    await rig.executor.submit(task);
    const end = await endOf(rig.executor, task.key);
    const state = stateOf();
    await slurm.start("slurmd");
    expect(end).toMatchObject({ kind: "notStarted", reason: expect.stringContaining("before it began") });
    expect(state).toBe("COMPLETING");
    await slurm.untilIdle();
    expect(await rig.startsOf("ledger")).toEqual([]);
  });

  test("a job whose node died can be dismissed", async () => {
    await using rig = await openRig(slurm, { heartbeatSeconds: 1 });
    const task = await rig.waiting("ledger");
    await rig.executor.submit(task);
    await rig.hasStarted("ledger");
    await beaten(rig.layout, task);
    await killNode(slurm, rig.layout.dataDirectory);
    await rig.executor.cancel(task.key, 1);
    const end = await endOf(rig.executor, task.key);
    await slurm.start("slurmd");
    expect(end).toMatchObject({ kind: "exited", exitCode: 137 });
  });

  test("a job whose daemon alone died runs on, and its end counts", async () => {
    await using rig = await openRig(slurm, { heartbeatSeconds: 1 });
    const task = await rig.waiting("ledger");
    await rig.executor.submit(task);
    await rig.hasStarted("ledger");
    await slurm.kill("slurmd");
    await slurm.killSteps();
    await Bun.sleep(8000);
    await rig.letGo("ledger");
    const end = await endOf(rig.executor, task.key);
    await slurm.start("slurmd");
    expect(end).toMatchObject({ kind: "exited", exitCode: 5 });
    expect(await rig.startsOf("ledger")).toHaveLength(1);
  });
}

function describeCleanState(slurm: TestSlurm): void {
  test("what has ended counts, what runs is killed by its node and lost, what waited has not started", async () => {
    await using rig = await openRig(slurm);
    const [running, ended, queued] = [
      await rig.waiting("running"),
      await rig.waiting("ended"),
      await rig.waiting("queued"),
    ];
    await Promise.all([rig.executor.submit(running), rig.executor.submit(ended), rig.held.submit(queued)]);
    await Promise.all([rig.hasStarted("running"), rig.hasStarted("ended")]);
    await slurm.kill("slurmctld");
    await rig.letGo("ended");
    await until("its end is on record", () => Bun.file(jobFiles(rig.layout, ended.key).end).exists());
    await slurm.forget();
    await slurm.start("slurmctld");
    // One that was not there when it happened comes to the same.
    const next = rig.restart();
    expect(await endOf(next, ended.key)).toMatchObject({ kind: "exited", exitCode: 5 });
    expect(await endOf(rig.held, queued.key)).toMatchObject({
      kind: "notStarted",
      reason: "its job is gone from Slurm without a record of its end",
    });
    expect(await endOf(next, running.key)).toMatchObject({
      kind: "lost",
      reason: expect.stringContaining("its job is gone from Slurm without a record of its end"),
    });
    expect(await livingBelow(running.workingDirectory)).toEqual([]);
    expect(await rig.startsOf("running")).toHaveLength(1);
    expect(await rig.startsOf("ended")).toHaveLength(1);
    expect(await rig.startsOf("queued")).toEqual([]);
    expect(slurm.run(["squeue", "-h"]).out).toBe("");
  });

  /** A task that runs on a node that the controller, which has forgotten it, does not reach. */
  const forgotten = async (rig: Awaited<ReturnType<typeof openRig>>) => {
    const task = await rig.waiting("ledger");
    await rig.executor.submit(task);
    await rig.hasStarted("ledger");
    await slurm.kill("slurmctld");
    await slurm.kill("slurmd");
    await slurm.forget();
    await slurm.start("slurmctld");
    return task;
  };

  test("what still gives signs of life on a node that the controller does not reach can be dismissed", async () => {
    await using rig = await openRig(slurm, { heartbeatSeconds: 1 });
    const task = await forgotten(rig);
    await rig.executor.cancel(task.key, 5);
    expect(await livingBelow(task.workingDirectory)).toEqual([]);
    expect(await endOf(rig.executor, task.key)).toMatchObject({ kind: "exited", exitCode: 143 });
    await slurm.start("slurmd");
  });

  test("what still gives signs of life on a node that the controller does not reach is not lost", async () => {
    await using rig = await openRig(slurm, { heartbeatSeconds: 1 });
    const task = await forgotten(rig);
    const ended = endOf(rig.executor, task.key);
    // Far longer than one may be gone.
    await Bun.sleep(12_000);
    await rig.letGo("ledger");
    expect(await ended).toMatchObject({ kind: "exited", exitCode: 5 });
    await slurm.start("slurmd");
    expect(await rig.startsOf("ledger")).toHaveLength(1);
  });
}
