import { afterAll, describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { deployCwl, submit, until, untilFinished } from "../support/jobs.ts";
import { noSlurm, startSlurm, type TestSlurm } from "../support/machine/slurm.ts";
import { killScripts } from "../support/machine/slurm-steps.ts";
import { startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { large } from "./packages.ts";

const why = noSlurm() ?? (Bun.which("python3") === null ? "python3 not installed" : undefined);
if (why !== undefined) test.skip(`figures of jobs on Slurm: ${why}`, () => undefined);
else {
  const slurm = await startSlurm({ JobAcctGatherType: "jobacct_gather/linux", JobAcctGatherFrequency: "task=1" });
  afterAll(() => slurm[Symbol.asyncDispose]());
  describe("a cluster whose nodes count what jobs take", () => describeFigures(slurm));
}

function describeFigures({ environment, untilIdle }: TestSlurm): void {
  const open = async () => {
    await untilIdle();
    const directory = await temporaryDirectory();
    await mkdir(join(directory.path, "shared"));
    const flags = ["--executor", "slurm", "--work-dir", join(directory.path, "shared"), "--slurm-poll-seconds", "5"];
    const server = await startServer(join(directory.path, "data"), flags, { environment });
    await deployCwl(server.url, "large", large);
    const job = await submit(server.url, "large", { ledger: join(directory.path, "ledger") });
    const log = async () => await (await fetch(`${server.url}/jobs/${job}/log`)).text();
    const told = /has taken so far: \d+ s of CPU time, (\d+) MiB/;
    await until("its figures are told while it runs", async () => told.test(await log()));
    expect(Number(told.exec(await log())?.[1])).toBeGreaterThan(50);
    const statistics = async () => {
      const answer: unknown = await (await fetch(`${server.url}/jobs/${job}/statistics?f=json`)).json();
      return answer;
    };
    return {
      ...{
        job,
        server,
        statistics,
        shared: join(directory.path, "shared"),
        letGo: () => Bun.write(join(directory.path, "ledger.go"), ""),
      },
      [Symbol.asyncDispose]: async () => {
        await server.stop();
        await directory[Symbol.asyncDispose]();
      },
    };
  };
  const isLarge = (statistics: unknown) => {
    const [, bytes] = /"peakMemoryBytes":(\d+)/.exec(JSON.stringify(statistics)) ?? [];
    return Number(bytes) > 50_000_000;
  };

  test("CPU time and memory are told while a task runs, and stand in the statistics after its end", async () => {
    await using it = await open();
    await it.letGo();
    expect((await untilFinished(it.server.url, it.job, 200)).at(-1)).toMatchObject({ status: "successful" });
    const statistics = await it.statistics();
    expect(statistics).toMatchObject({ steps: [{ step: "main", tools: 1, exitCode: 0 }] });
    expect(isLarge(statistics)).toBe(true);
  });

  test("a task that leaves no record of its end counts with the figures that were seen while it ran", async () => {
    await using it = await open();
    const killed = await killScripts(dirname(environment.SLURM_CONF ?? ""));
    expect(killed).toBeGreaterThan(0);
    // The next try ends at once: it takes as much memory for no time at all.
    await it.letGo();
    expect((await untilFinished(it.server.url, it.job, 500)).at(-1)).toMatchObject({ status: "successful" });
    const statistics = await it.statistics();
    expect(statistics).toMatchObject({ steps: [{ step: "main", tools: 2, exitCode: 137 }] });
    expect(isLarge(statistics)).toBe(true);
  });
}
