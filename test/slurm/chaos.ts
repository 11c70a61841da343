// Kills what runs jobs on Slurm, a kind of trouble each round, and counts what that cost; all columns should be zero.
// Usage: bun test/slurm/chaos.ts [--rounds N]; closes with one line: N passed, N failed, N skipped.
import { mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { deployCwl, submit, until, untilFinished } from "../support/jobs.ts";
import { noSlurm, startSlurm, type TestSlurm } from "../support/machine/slurm.ts";
import { mayMount, mountSmall } from "../support/machine/small-disk.ts";
import { startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { counted } from "./packages.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "10" }, only: { type: "string" } } });
const why = noSlurm();
if (why !== undefined) {
  console.log(`skipped: jobs on Slurm: ${why}`);
  console.log("0 passed, 0 failed, 1 skipped");
  process.exit(0);
}
await using slurm = await startSlurm({ MinJobAge: "10" });
const hasDisks = await mayMount();

/** What a round disturbs while its tools run, or wait. */
type Trouble = { readonly name: string; readonly does: (round: Round) => Promise<void>; readonly needsDisk?: true };

type Server = Awaited<ReturnType<typeof startServer>>;
type Round = {
  server: Server;
  restart(): Promise<void>;
  /** All tools of the round have begun. */
  begun(): Promise<void>;
  /** The log of a job says something. */
  told(words: string): Promise<void>;
  /** What Heddle and the node share. */
  readonly shared: string;
};

const revive = async (daemons: readonly ("slurmctld" | "slurmd")[]) => {
  for (const daemon of daemons) await slurm.start(daemon);
};

const troubles: readonly Trouble[] = [
  {
    name: "Heddle is killed",
    async does(round) {
      await round.begun();
      await round.restart();
    },
  },
  {
    name: "slurmctld is killed",
    async does(round) {
      await round.begun();
      await slurm.kill("slurmctld");
      await revive(["slurmctld"]);
    },
  },
  {
    name: "slurmd is killed",
    async does(round) {
      await round.begun();
      await slurm.kill("slurmd");
      await revive(["slurmd"]);
    },
  },
  {
    name: "slurmstepd is killed",
    async does(round) {
      await round.begun();
      if ((await slurm.killSteps()) === 0) throw new Error("no slurmstepd was there");
    },
  },
  {
    name: "Heddle is killed while its tools wait in the queue",
    async does(round) {
      await until("the jobs are in the queue", () => slurm.run(["squeue", "-h"]).out !== "");
      await round.restart();
    },
  },
  {
    name: "all are killed together",
    async does(round) {
      await round.begun();
      await Promise.all([
        slurm.kill("slurmctld"),
        slurm.kill("slurmd"),
        slurm.killSteps(),
        round.server.stop("SIGKILL"),
      ]);
      await revive(["slurmctld", "slurmd"]);
      await round.restart();
    },
  },
  {
    name: "the controller hangs",
    async does() {
      slurm.signal("slurmctld", "SIGSTOP");
      await Bun.sleep(6000);
      slurm.signal("slurmctld", "SIGCONT");
    },
  },
  {
    name: "the node is drained",
    async does(round) {
      slurm.drain();
      await until(
        "the reason is told",
        async () => round.server.talk() !== undefined && slurm.run(["squeue", "-h"]).out !== "",
      );
      await Bun.sleep(2000);
      slurm.resume();
    },
  },
  {
    name: "the shared disk is full for a while",
    needsDisk: true,
    async does({ shared }) {
      await fill(join(shared, "full"));
      await Bun.sleep(5000);
      await rm(join(shared, "full"));
    },
  },
  {
    name: "slurmd is killed while jobs wait in the queue",
    async does() {
      await slurm.kill("slurmd");
      await Bun.sleep(2000);
      await revive(["slurmd"]);
    },
  },
  {
    name: "Slurm forgets the jobs while Heddle is away",
    async does(round) {
      await round.begun();
      await round.server.stop("SIGKILL");
      // A minute, or two: the controller forgets in turns of its own.
      while (slurm.run(["squeue", "-h", "-t", "all"]).out !== "") await Bun.sleep(1000);
      await round.restart();
    },
  },
  {
    name: "the controller begins anew without what it knew",
    async does() {
      await until("the jobs are in the queue", () => slurm.run(["squeue", "-h"]).out !== "");
      await slurm.kill("slurmctld");
      await slurm.forget();
      await revive(["slurmctld"]);
    },
  },
];

/** Writes until there is no room. */
async function fill(path: string): Promise<void> {
  const block = new Uint8Array(2 ** 20);
  await using file = await open(path, "w");
  try {
    for (;;) await file.write(block);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}

/** Starts twice what one try started, tools that no ledger has, jobs that did not end well. */
type Costs = { readonly lost: number; readonly twice: number; readonly failed: readonly string[] };

const shards = 6;

async function playRound(slurmHere: TestSlurm, trouble: Trouble): Promise<Costs> {
  await slurmHere.untilIdle();
  await using directory = await temporaryDirectory();
  const [shared, ledger] = [join(directory.path, "shared"), join(directory.path, "ledger")];
  await mkdir(shared);
  await writeFile(ledger, "");
  const flags = ["--executor", "slurm", "--work-dir", shared, "--slurm-poll-seconds", "5"];
  const start = () => startServer(join(directory.path, "data"), flags, { environment: slurmHere.environment });
  const lines = async () => (await readFile(ledger, "utf8")).split("\n").filter((line) => line !== "");
  const submitted: string[] = [];
  await using _disk = hasDisks ? await mountSmall(shared, 64) : undefined;
  const round: Round = {
    shared,
    server: await start(),
    told: (words) =>
      until(`it is told: ${words}`, async () => {
        const logs = submitted.map(async (job) => (await fetch(`${round.server.url}/jobs/${job}/log`)).text());
        return (await Promise.all(logs)).some((log) => log.includes(words));
      }),
    async restart() {
      await this.server.stop("SIGKILL");
      this.server = await start();
    },
    begun: () =>
      until("all tools have begun", async () => {
        if ((await lines()).length > shards) return true;
        slurmHere.resume();
        return false;
      }),
  };
  try {
    await deployCwl(round.server.url, "counted", counted);
    const words = Array.from({ length: shards }, (_, index) => `word${index}`);
    const jobs = await Promise.all(
      [words, ["alone"]].map((given) => submit(round.server.url, "counted", { ledger, words: given })),
    );
    submitted.push(...jobs);
    await trouble.does(round);
    const ends = await Promise.all(jobs.map(async (job) => (await untilFinished(round.server.url, job, 200)).at(-1)));
    const started = await lines();
    const homes = started.map((line) => line.slice(line.indexOf(" ") + 1));
    const wanted = [...words, "alone"];
    return {
      lost: wanted.filter((word) => !started.some((line) => line.startsWith(`${word} `))).length,
      twice: homes.length - new Set(homes).size,
      failed: ends.flatMap((end) => (end?.status === "successful" ? [] : [JSON.stringify(end)])),
    };
  } catch (error) {
    const logs = submitted.map(async (job) => (await fetch(`${round.server.url}/jobs/${job}/log`)).text());
    const told = [
      ...(await Promise.all(logs)),
      round.server.talk(),
      slurmHere.run(["squeue", "-h", "-r", "-t", "all"]).out,
    ];
    throw new Error(`${error}\n${told.join("\n")}`);
  } finally {
    await round.server.stop("SIGKILL");
  }
}

const named = troubles.filter(({ name }) => values.only === undefined || name.includes(values.only));
const chosen = named.filter(({ needsDisk }) => needsDisk === undefined || hasDisks);
for (const { name } of named)
  if (!chosen.some((one) => one.name === name)) console.log(`skipped: ${name}: no file system can be mounted here`);
let failures = 0;
const rounds = Number(values.rounds);
for (let number = 0; number < rounds; number += 1) {
  const trouble = chosen[number % chosen.length];
  if (trouble === undefined) break;
  const begun = performance.now();
  const costs = await playRound(slurm, trouble).catch((error: unknown) => ({
    lost: 0,
    twice: 0,
    failed: [String(error)],
  }));
  const isGood = costs.lost === 0 && costs.twice === 0 && costs.failed.length === 0;
  if (!isGood) failures += 1;
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const counts = `${costs.lost} lost, ${costs.twice} started twice, ${costs.failed.length} wrongly failed`;
  console.log(`${isGood ? "passed" : "failed"}: ${number + 1}. ${trouble.name}: ${counts} (${seconds} s)`);
  for (const failure of costs.failed) console.log(`  ${failure}`);
}
console.log(`${rounds - failures} passed, ${failures} failed, ${named.length - chosen.length} skipped`);
process.exitCode = failures === 0 ? 0 : 1;
