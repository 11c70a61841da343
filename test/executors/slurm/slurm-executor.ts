import { afterAll, describe, expect, test } from "bun:test";
import { silentLogger } from "../../../src/domain/logger.ts";
import type { Capacity } from "../../../src/domain/slots.ts";
import type { Executor } from "../../../src/executors/executor.ts";
import { createConfinement, type SandboxUse } from "../../../src/executors/sandbox/confinement.ts";
import { createSlurmCommands } from "../../../src/executors/slurm/slurm-commands.ts";
import { createSlurmExecutor } from "../../../src/executors/slurm/slurm-executor.ts";
import type { Layout } from "../../../src/files/layout.ts";
import { realClock } from "../../support/real-clock.ts";
import { noSlurm, startSlurm } from "../../support/slurm.ts";
import { describeExecutorContract, executorRig, runTask } from "../contract.ts";

const why = noSlurm();
if (why !== undefined) test.skip(`tools on Slurm: ${why}`, () => undefined);
else {
  const slurm = await startSlurm();
  afterAll(() => slurm[Symbol.asyncDispose]());
  const make =
    (use: SandboxUse) =>
    (layout: Layout, capacity: Partial<Capacity> = {}): Executor =>
      createSlurmExecutor({
        ...{ layout, capacity, clock: realClock, logger: silentLogger },
        commands: createSlurmCommands(slurm.environment),
        confinement: createConfinement({ use, toolPath: "/usr/bin:/bin", toolDirectories: [], hidden: [] }, realClock),
        settings: { options: [], pollSeconds: 2, graceSeconds: 6 },
      });

  describeExecutorContract("the Slurm executor", make("off"), { hasQueue: true });
  if (Bun.which("bwrap") !== null) {
    describeExecutorContract("the Slurm executor with a sandbox", make("require"), { hasView: true, hasQueue: true });
  }
  describe("Slurm", () => {
    test("refuses a job, and the submission says why", async () => {
      await using r = await executorRig(make("off"));
      const task = await r.task("true", { reserves: { cores: 500, memoryMebibytes: 0 } });
      expect(runTask(r.executor, task)).rejects.toThrow("Cannot submit a job to Slurm");
    });
  });
}
