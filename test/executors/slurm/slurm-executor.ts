import { afterAll, describe, expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import type { Capacity } from "../../../src/domain/waiting/slots.ts";
import type { Executor } from "../../../src/executors/executor.ts";
import { createConfinement, type SandboxUse } from "../../../src/executors/sandbox/confinement.ts";
import { createSlurmCommands } from "../../../src/executors/slurm/slurm-commands.ts";
import { createSlurmExecutor } from "../../../src/executors/slurm/slurm-executor.ts";
import type { Layout } from "../../../src/files/layout.ts";
import { noSlurm, startSlurm } from "../../support/machine/slurm.ts";
import { realClock } from "../../support/real-clock.ts";
import { describeExecutorContract, endOf, executorRig, runTask } from "../contract.ts";

const why = noSlurm();
if (why !== undefined) test.skip(`tools on Slurm: ${why}`, () => undefined);
else {
  const slurm = await startSlurm();
  afterAll(() => slurm[Symbol.asyncDispose]());
  const slurmCommands = createSlurmCommands(slurm.environment);
  const make =
    (use: SandboxUse, commands = slurmCommands, options: readonly string[] = []) =>
    (layout: Layout, capacity: Partial<Capacity> = {}): Executor =>
      createSlurmExecutor({
        ...{ layout, capacity, clock: realClock, logger: silentLogger },
        commands,
        confinement: createConfinement({ use, toolPath: "/usr/bin:/bin", toolDirectories: [], hidden: [] }, realClock),
        settings: { options, pollSeconds: 2, graceSeconds: 6 },
      });

  describeExecutorContract("the Slurm executor", make("off"), { hasQueue: true });
  if (Bun.which("bwrap") !== null) {
    describeExecutorContract("the Slurm executor with a sandbox", make("require"), { hasView: true, hasQueue: true });
  }
  describe("Slurm", () => {
    /** Tasks of one step that write into one file, and counts what is handed over and ended. */
    const openArray = async (script: string) => {
      const counts = { submitted: 0, cancelled: 0 };
      const commands: typeof slurmCommands = {
        ...slurmCommands,
        submit: (words) => {
          counts.submitted += 1;
          return slurmCommands.submit(words);
        },
        cancel: (ids, signal) => {
          counts.cancelled += 1;
          return slurmCommands.cancel(ids, signal);
        },
      };
      const r = await executorRig((layout) => make("off", commands)(layout));
      const ledger = join(r.layout.dataDirectory, "ledger");
      await writeFile(ledger, "");
      const tasks = await Promise.all(
        Array.from({ length: 8 }, () => r.task(script, { environment: { PATH: "/usr/bin:/bin", LEDGER: ledger } })),
      );
      const starts = async () => (await readFile(ledger, "utf8")).split("\n").length - 1;
      return { r, tasks, counts, starts, [Symbol.asyncDispose]: () => r[Symbol.asyncDispose]() };
    };

    test("runs equal tasks that come together as one array, each once", async () => {
      await using array = await openArray('echo started >>"$LEDGER"; exit 5');
      const ends = await Promise.all(array.tasks.map((task) => runTask(array.r.executor, task)));
      expect(ends).toMatchObject(array.tasks.map(() => ({ kind: "exited", exitCode: 5 })));
      expect(array.counts.submitted).toBe(1);
      expect(await array.starts()).toBe(8);
    });

    test("ends all elements of an array, and no other instance starts them again", async () => {
      await using array = await openArray('echo started >>"$LEDGER"; sleep 600');
      await Promise.all(array.tasks.map((task) => array.r.executor.submit(task)));
      while ((await array.starts()) < 8) await Bun.sleep(100);
      const next = array.r.restart();
      const found = await Promise.all(array.tasks.map(({ key }) => next.find(key)));
      expect(found).toEqual(array.tasks.map(() => ({ kind: "running" })));
      array.counts.cancelled = 0;
      await Promise.all(array.tasks.map(({ key }) => next.cancel(key, 1)));
      // Those that come together are ended by one call; a busy machine may bring some later.
      expect(array.counts.cancelled).toBeWithin(1, array.tasks.length);
      const ends = await Promise.all(array.tasks.map(({ key }) => endOf(next, key)));
      expect(ends).toMatchObject(array.tasks.map(() => ({ kind: "exited", exitCode: 143 })));
      expect(await array.starts()).toBe(8);
      expect(slurm.run(["squeue", "-h"]).out).toBe("");
    });

    test("two instances that submit the same tasks at once start each tool once, and both learn how it ended", async () => {
      await using array = await openArray('echo started >>"$LEDGER"; exit 5');
      const other = array.r.restart();
      const ends = await Promise.all(
        array.tasks.flatMap((task) => [runTask(array.r.executor, task), runTask(other, task)]),
      );
      expect(ends).toHaveLength(16);
      expect(new Set(ends.map((end) => (end.kind === "exited" ? end.exitCode : end.kind)))).toEqual(new Set([5]));
      expect(await array.starts()).toBe(8);
    });

    test("ends elements of an array that wait in the queue, and none of them starts", async () => {
      await using array = await openArray('echo started >>"$LEDGER"');
      const held = make("off", slurmCommands, ["--hold"])(array.r.layout);
      await Promise.all(array.tasks.map((task) => held.submit(task)));
      await Promise.all(array.tasks.map(({ key }) => held.cancel(key, 1)));
      expect(slurm.run(["squeue", "-h"]).out).toBe("");
      expect(await array.starts()).toBe(0);
    });

    test("refuses a job, and the submission says why", async () => {
      await using r = await executorRig(make("off"));
      const task = await r.task("true", { reserves: { cores: 500, memoryMebibytes: 0 } });
      expect(runTask(r.executor, task)).rejects.toThrow("Cannot submit a job to Slurm");
    });
  });
}
