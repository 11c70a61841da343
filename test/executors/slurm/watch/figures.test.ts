import { expect, test } from "bun:test";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { endText, figuresOf, parseEnd } from "../../../../src/executors/slurm/job-files.ts";
import { createSlurmCommands } from "../../../../src/executors/slurm/slurm-commands.ts";
import { createFigures } from "../../../../src/executors/slurm/watch/figures.ts";
import { readFigures } from "../../../../src/executors/slurm/watch/read-figures.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

const mebibyte = 2 ** 20;

test("the lines of sstat and sacct are read, those of a job and its steps as one", () => {
  // The first two as sstat of 22.05 wrote them, the others in the forms that sacct(1) names.
  const lines = [
    ...["3.batch|00:00:02|59641856", "4.batch|1-02:03:04|60063744"],
    ...["7|01:02.500|", "7.batch|01:02.500|2048K", "7.extern|00:00.001|0", "12_3.batch|00:00:01|1.5G"],
    ...["sstat: error: couldn't get steps for job 99", "8.batch||", ""],
  ];
  expect([...readFigures(lines.join("\n"))]).toEqual([
    ["3", { cpuSeconds: 2, peakMemoryBytes: 59641856 }],
    ["4", { cpuSeconds: 93784, peakMemoryBytes: 60063744 }],
    ["7", { cpuSeconds: 62.5, peakMemoryBytes: 2 * mebibyte }],
    ["12_3", { cpuSeconds: 1, peakMemoryBytes: 1536 * mebibyte }],
  ]);
});

/** What is asked of a cluster with this many running jobs. */
function openFigures(count: number) {
  const asked: (readonly string[])[] = [];
  const clock = fakeClock();
  const controller = { answers: true };
  const one = { cpuSeconds: 1, peakMemoryBytes: 5 };
  const look = (name: string) => {
    const index = Number(name.slice(1));
    const job = { id: `9_${index}`, number: String(index), name, state: "RUNNING", reason: "", node: "n1" };
    return { askedAt: 0, job: index < count ? job : { ...job, state: "COMPLETED" } };
  };
  const figures = createFigures(
    {
      figures: async (numbers) => {
        asked.push(numbers);
        return new Map(numbers.map((number) => [number, one]));
      },
      spent: async (ids) => {
        asked.push(ids);
        return new Map(ids.map((id) => [id, one]));
      },
    },
    { look, isAnswering: () => controller.answers },
    clock,
    15_000,
  );
  const lookAtAll = async (tasks: number) => {
    const found = Array.from({ length: tasks }, (_, index) => figures.look(`t${index}`));
    await Promise.resolve();
    await Promise.resolve();
    return found.filter((each) => each !== undefined).length;
  };
  return { asked, clock, controller, figures, lookAtAll };
}

test("all running tasks are asked about by one call at the pace of the queue, and none when the controller does not answer", async () => {
  const { asked, clock, controller, lookAtAll } = openFigures(3);
  await lookAtAll(5);
  expect(asked).toEqual([]);
  clock.advance(15_000);
  await lookAtAll(5);
  await lookAtAll(5);
  expect(asked).toEqual([["0", "1", "2"]]);
  expect(await lookAtAll(5)).toBe(3);
  controller.answers = false;
  clock.advance(60_000);
  await lookAtAll(5);
  expect(asked.length).toBe(1);
});

test("of more tasks than one call may ask about, all come in turns", async () => {
  const { asked, clock, lookAtAll } = openFigures(500);
  await lookAtAll(500);
  for (let round = 0; round < 3; round += 1) {
    clock.advance(15_000);
    await lookAtAll(500);
  }
  expect(asked.map((numbers) => numbers.length)).toEqual([200, 200, 200]);
  expect(new Set(asked.flat()).size).toBe(500);
});

test("jobs that end together are looked up in the accounting together", async () => {
  const { asked, figures } = openFigures(0);
  expect(await Promise.all(["7", "8_1"].map(figures.ofEnded))).toEqual([
    { cpuSeconds: 1, peakMemoryBytes: 5 },
    { cpuSeconds: 1, peakMemoryBytes: 5 },
  ]);
  expect(asked).toEqual([["7", "8_1"]]);
});

test("an end without a record of the job keeps what the task took", () => {
  const figures = { cpuSeconds: 1.75, peakMemoryBytes: mebibyte };
  for (const end of [
    { kind: "lost", reason: "its node failed", cause: "NODE_FAIL", ...figures },
    { kind: "failed", reason: "cancelled", peakMemoryBytes: 7 },
  ] as const) {
    expect(parseEnd(endText(end))?.end).toEqual(end);
  }
  expect(figuresOf({ kind: "exited", exitCode: 0, cpuSeconds: 3 }, figures)).toEqual({ ...figures, cpuSeconds: 3 });
});

test("figures are asked of sstat where nodes count, and of sacct where there is accounting (programs that play them)", async () => {
  await using directory = await temporaryDirectory();
  const at = (name: string) => join(directory.path, name);
  const play = async (name: string, text: string) => {
    await writeFile(at(name), `#!/bin/sh\necho "${name} $*" >>${at("calls")}\n${text}\n`);
    await chmod(at(name), 0o755);
  };
  await play("sstat", 'echo "11.batch|00:00:02|59641856"; echo "sstat: error: no job 12" >&2; exit 1');
  await play("sacct", 'echo "9_1|00:03.250|"; echo "9_1.batch|00:03.250|60063744"');
  const ask = async (gather: string, storage: string) => {
    await play("scontrol", `echo "JobAcctGatherType = ${gather}"; echo "AccountingStorageType = ${storage}"`);
    await writeFile(at("calls"), "");
    const commands = createSlurmCommands({ PATH: `${directory.path}:/usr/bin:/bin` });
    const found = [await commands.figures(["11", "12"]), await commands.spent(["9_1"])];
    const calls = (await readFile(at("calls"), "utf8")).split("\n").filter((line) => /^s(?:stat|acct)/.test(line));
    return { found: found.map((one) => one && [...one]), calls };
  };
  const { found, calls } = await ask("jobacct_gather/cgroup", "accounting_storage/slurmdbd");
  expect(found).toEqual([
    [["11", { cpuSeconds: 2, peakMemoryBytes: 59641856 }]],
    [["9_1", { cpuSeconds: 3.25, peakMemoryBytes: 60063744 }]],
  ]);
  expect(calls).toEqual([
    "sstat -n -P --noconvert -o JobID,AveCPU,MaxRSS -j 11.batch,12.batch",
    "sacct -n -P --noconvert -S now-30days -o JobID,TotalCPU,MaxRSS -j 9_1",
  ]);
  expect(await ask("jobacct_gather/none", "accounting_storage/none")).toEqual({
    found: [undefined, undefined],
    calls: [],
  });
});
