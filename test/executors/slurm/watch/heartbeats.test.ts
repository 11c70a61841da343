import { expect, test } from "bun:test";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { silentLogger } from "../../../../src/domain/logger.ts";
import { createConfinement } from "../../../../src/executors/sandbox/confinement.ts";
import { jobFiles, readEnd } from "../../../../src/executors/slurm/job-files.ts";
import { jobScript } from "../../../../src/executors/slurm/job-script.ts";
import { createSlurmCommands } from "../../../../src/executors/slurm/slurm-commands.ts";
import { createSlurmExecutor } from "../../../../src/executors/slurm/slurm-executor.ts";
import {
  createHeartbeatPace,
  isBeatDue,
  readBeat,
  silentSeconds,
} from "../../../../src/executors/slurm/watch/heartbeats.ts";
import { createLayout, taskRecordFile } from "../../../../src/files/layout.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { realClock } from "../../../support/real-clock.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

const key = { executionId: "e1", step: "main", shard: 0, try: 1 } as const;
const told = (tellsNodeFailures: boolean) => ({
  ...{ arraySize: 1001, jobAgeSeconds: 300, holdsMemory: true, hasAccounting: true },
  ...{ hidesJobs: false, countsFigures: false, tellsNodeFailures },
});
const sign = (up: number) => `every 60\nup ${up}\ncpu 150\npeak 2048\nend\n`;

test("jobs give signs of life once a minute where Slurm tells no failures of nodes, else as the settings say", async () => {
  const clock = fakeClock();
  let asked = 0;
  const limits = (answer: boolean | undefined) => async () => {
    asked += 1;
    return answer === undefined ? undefined : told(answer);
  };
  const paceOf = (answer: boolean | undefined, settings = {}) =>
    createHeartbeatPace({ limits: limits(answer) }, settings, clock);
  expect(await paceOf(true)()).toBeUndefined();
  expect(await paceOf(true, { heartbeatSeconds: 90 })()).toBe(90);
  expect(await paceOf(false)()).toBe(60);
  asked = 0;
  const silent = paceOf(undefined);
  expect([await silent(), await silent()]).toEqual([undefined, undefined]);
  expect(asked).toBe(1);
  clock.advance(60_000);
  await silent();
  expect(asked).toBe(2);
});

test("a job is silent when nothing of its sign changed for five times its pace, by the clock of this machine", async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, "beat");
  const clock = fakeClock();
  expect(await readBeat(file, clock, undefined)).toBeUndefined();
  await writeFile(file, sign(100));
  const first = await readBeat(file, clock, undefined);
  expect(first).toMatchObject({ everySeconds: 60, figures: { cpuSeconds: 1.5, peakMemoryBytes: 2 * 2 ** 20 } });
  expect(isBeatDue(clock, first)).toBe(false);
  clock.advance(299_000);
  expect(isBeatDue(clock, first)).toBe(true);
  const same = await readBeat(file, clock, first);
  expect(same && silentSeconds(clock, same)).toBeUndefined();
  clock.advance(1000);
  expect(same && silentSeconds(clock, same)).toBe(300);
  await writeFile(file, sign(400));
  const next = await readBeat(file, clock, same);
  expect(next && silentSeconds(clock, next)).toBeUndefined();
});

test("a job without a sign of life is cancelled, and lost with its node, and one that gives signs is left alone", async () => {
  await using directory = await temporaryDirectory();
  const layout = createLayout(directory.path);
  const files = jobFiles(layout, key);
  for (const path of [files.beat, taskRecordFile(layout, key)]) await mkdir(dirname(path), { recursive: true });
  await writeFile(taskRecordFile(layout, key), "executor slurm\nend\n");
  await writeFile(files.begin, "job 7\nnode n12\nend\n");
  await writeFile(files.job, "7\n");
  const beat = async () => writeFile(files.beat, sign(Math.round(performance.now())).replace("60", "0.5"));
  const beats: { cancelled: boolean; count: number } = { cancelled: false, count: 0 };
  const job = () => ({
    ...{ id: "7", name: files.name, reason: "None", node: "n12" },
    state: beats.cancelled ? "CANCELLED" : "RUNNING",
  });
  const executor = createSlurmExecutor({
    ...{ layout, clock: realClock, logger: silentLogger },
    commands: {
      ...createSlurmCommands({}),
      list: async () => [job()],
      show: async () => job(),
      cancel: async () => {
        beats.cancelled = true;
        return true;
      },
    },
    confinement: createConfinement(
      { use: "off", toolPath: "/usr/bin:/bin", toolDirectories: [], hidden: [] },
      realClock,
    ),
    settings: { options: [], pollSeconds: 0.2, graceSeconds: 0.2 },
  });
  await beat();
  const ended = executor.ended(key, new AbortController().signal);
  for (; beats.count < 20; beats.count += 1) {
    await Bun.sleep(200);
    await beat();
  }
  expect(beats.cancelled).toBe(false);
  const end = await ended;
  expect(end).toMatchObject({ kind: "lost", cause: "NODE_FAIL", reason: expect.stringContaining("no sign of life") });
  expect(beats.cancelled).toBe(true);
  expect((await readEnd(files))?.end).toEqual(end);
}, 30_000);

test("the script of a job gives signs of life with what its tool takes, where it is told to", async () => {
  await using directory = await temporaryDirectory();
  const run = async (shard: number, heartbeatSeconds?: number) => {
    const layout = createLayout(directory.path);
    const own = { ...key, shard };
    const files = jobFiles(layout, own);
    const workingDirectory = join(directory.path, `w${shard}`);
    for (const path of [workingDirectory, dirname(files.begin)]) await mkdir(path, { recursive: true });
    const command = ["/bin/sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; sleep 1.5"] as const;
    const task = { key: own, command, environment: {}, workingDirectory, log: join(directory.path, `log${shard}`) };
    await writeFile(
      files.script,
      jobScript(task, files, {}, heartbeatSeconds === undefined ? {} : { heartbeatSeconds }),
    );
    const { exitCode, stderr } = Bun.spawnSync(["/bin/sh", files.script, "clean", "7", "n1"]);
    expect(`${exitCode} ${stderr}`).toBe("0 ");
    const names = (await readdir(dirname(files.begin))).filter((name) => name.startsWith(basename(files.base)));
    return { hasBeat: names.includes(basename(files.beat)), files };
  };
  const { hasBeat, files } = await run(0, 0.5);
  expect(hasBeat).toBe(true);
  expect(await readFile(files.beat, "utf8")).toMatch(/^every 0.5\nup \d+\ncpu [1-9]\d*\npeak [1-9]\d*\nend\n$/);
  expect((await run(1)).hasBeat).toBe(false);
}, 30_000);
