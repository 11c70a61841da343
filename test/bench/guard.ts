import { createHash } from "node:crypto";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import * as v from "valibot";
import limits from "./guard.json" with { type: "json" };
import { callFor, median, ownCpu, treeCpu } from "./measure.ts";
import { runJobs, untilEnded } from "./rows/jobs.ts";
import { type Heddle, startHeddle } from "./services/heddle.ts";
import type { Work } from "./services/service.ts";

/** How often two costs are compared. The median counts: what other programs do to both at once falls out of a ratio. */
const rounds = 9;
const LimitSchema = v.object({ limit: v.number(), tolerance: v.number() });
const LimitsSchema = v.record(v.string(), LimitSchema);

/** A figure to hold beside its limit, or why there is none. */
type Found = { readonly name: string; readonly value: number } | { readonly name: string; readonly missing: string };

/** Where it works: on the disk, and in memory where there is room for it. */
type Places = { readonly directory: string; readonly memory?: string };

/** Compares what does not depend on the machine with the stored limits. Returns whether all hold. */
export async function guard({ directory, memory }: Places): Promise<boolean> {
  const server = await startHeddle({ directory }, { title: "Heddle", flags: ["--sandbox", "off"] });
  try {
    const stored = v.parse(LimitsSchema, limits);
    const found = [
      ...(await costs(server, directory)),
      ...(await toolCosts(memory)),
      ...(await syncs(server, directory)),
    ];
    const lines = found.map((one) => judge(one, stored[one.name]));
    for (const { text } of lines) console.log(text);
    const count = (outcome: string) => lines.filter((one) => one.outcome === outcome).length;
    console.log(`${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`);
    return count("failed") === 0;
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

/** Compares a figure with its limit, of which it may be a few times as much as the noise of a busy machine needs. */
export function judge(found: Found, bound: v.InferOutput<typeof LimitSchema> | undefined) {
  if ("missing" in found) return { outcome: "skipped", text: `skipped ${found.name}: ${found.missing}` };
  if (bound === undefined) return { outcome: "failed", text: `FAILED  ${found.name}: it has no limit in guard.json` };
  const most = bound.limit * bound.tolerance;
  const words = `${found.name}: ${found.value.toFixed(2)}, limit ${bound.limit} times ${bound.tolerance}`;
  if (found.value <= most) return { outcome: "passed", text: `ok      ${words}` };
  return { outcome: "failed", text: `FAILED  ${words}` };
}

/** Compares the processor time of two works that are done in turns. */
async function ratio(
  name: string,
  one: () => Promise<number>,
  other: () => Promise<number>,
  times = rounds,
): Promise<Found> {
  const ratios: number[] = [];
  for (let round = 0; round < times; round += 1) {
    const before = await other();
    const cost = await one();
    ratios.push((2 * cost) / (before + (await other())));
  }
  return { name, value: median(ratios) };
}

async function costs(server: Heddle, directory: string): Promise<readonly Found[]> {
  await callFor({ width: 8, seconds: 4 }, server.echo);
  await jobCost(server, "echo", 500);
  using inserts = bareInserts(directory);
  const requests = (call: (n: number) => Promise<unknown>) => () => requestCost(server, call);
  const job = await server.submit("echo", 0);
  await untilEnded(server, job);
  return [
    await ratio(
      "CPU of an asynchronous echo over that of a bare durable insert",
      () => jobCost(server, "echo", 300),
      inserts.cost,
    ),
    await ratio("CPU of a synchronous echo over that of a fixed computation", requests(server.echo), computation),
    await ratio(
      "CPU of a status request over that of a fixed computation",
      requests(() => server.ended(job)),
      computation,
    ),
  ];
}

/** The rounds of tool jobs: each of them varies more than one of requests. */
const toolRounds = 15;
/** A bare bubblewrap with about as many mounts as the view of a tool has. */
const bareBox = [
  ...[
    "bwrap",
    "--unshare-all",
    "--die-with-parent",
    "--new-session",
    "--tmpfs",
    "/",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
  ],
  ...["/usr", "/etc", "/opt", "/var"].flatMap((path) => ["--ro-bind", path, path]),
  ...["bin", "lib", "lib64"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]),
  ...["/tmp", "/var/tmp", "/run", "/home", "/root"].flatMap((path) => ["--tmpfs", path]),
  ...["/bin/echo", "x"],
];
/**
 * Measures tool jobs in memory: what a disk takes for a new file depends for minutes on what was removed before, and was half of
 * the processor time of a job. A job in bubblewrap stands beside one without and a bare bubblewrap: what slows both down,
 * such as other work of the machine, falls out.
 */
async function toolCosts(memory: string | undefined): Promise<readonly Found[]> {
  const names = [
    "CPU of a tool job over that of a bare spawn",
    "CPU of a tool job in bubblewrap over that of one without and a bare bubblewrap",
  ] as const;
  if (memory === undefined) return names.map((name) => ({ name, missing: "/dev/shm has no room here" }));
  const [bare, boxed] = names;
  await using off = await startTools(memory, "off");
  const plain = (count: number) => () => jobCost(off, "tool-echo", count);
  const found = await ratio(bare, plain(80), () => spawnCost(["/bin/echo", "x"]), toolRounds);
  if (!(await works(bareBox))) return [found, { name: boxed, missing: "bubblewrap does not work here" }];
  await using server = await startTools(memory, "require");
  const both = async () => (await spawnCost(bareBox)) + (await plain(40)());
  return [found, await ratio(boxed, () => jobCost(server, "tool-echo", 40), both, toolRounds)];
}

async function startTools(directory: string, sandbox: "off" | "require"): Promise<Heddle> {
  const server = await startHeddle({ directory }, { title: "Heddle", flags: ["--sandbox", sandbox] });
  await jobCost(server, "tool-echo", 60);
  return server;
}

async function works(command: readonly string[]): Promise<boolean> {
  if (Bun.which(command[0] ?? "") === null) return false;
  return (await Bun.spawn([...command], { stdout: "ignore", stderr: "ignore" }).exited) === 0;
}

async function jobCost(server: Heddle, work: Work, count: number): Promise<number> {
  return (await runJobs(server, work, count)).cpuMilliseconds ?? Number.NaN;
}

async function requestCost(server: Heddle, call: (n: number) => Promise<unknown>): Promise<number> {
  const before = treeCpu(server.pids());
  const count = await callFor({ width: 8, seconds: 20, most: 300 }, async (n) => void (await call(n)));
  return (treeCpu(server.pids()) - before) / count;
}

/** Reads what a spawn from this program costs the child and the runtime. */
async function spawnCost(command: readonly string[]): Promise<number> {
  const before = ownCpu();
  let ofChildren = 0;
  const count = await callFor({ width: 2, seconds: 20, most: 120 }, async () => {
    const child = Bun.spawn([...command], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
    await child.exited;
    ofChildren += Number(child.resourceUsage()?.cpuTime.total ?? 0n) / 1000;
  });
  return (ownCpu() - before + ofChildren) / count;
}

/** Parses, writes and digests a document of two kilobytes, a thousand times: its time is that of 10 of them. */
async function computation(): Promise<number> {
  const text = JSON.stringify(Array.from({ length: 60 }, (_, n) => ({ id: `job-${n}`, n, isOdd: n % 2 === 1 })));
  const before = ownCpu();
  for (let n = 0; n < 1000; n += 1)
    createHash("sha256")
      .update(JSON.stringify(JSON.parse(text)))
      .digest("hex");
  return (ownCpu() - before) / 100;
}

function bareInserts(directory: string): Disposable & { cost(): Promise<number> } {
  const client = createClient({ url: `file:${join(directory, "bare.db")}`, concurrency: 1 });
  const isReady = client.executeMultiple(
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS t (a TEXT)",
  );
  return {
    async cost() {
      await isReady;
      const before = ownCpu();
      const count = await callFor({ width: 1, seconds: 10, most: 400 }, async (n) => {
        await client.execute({ sql: "INSERT INTO t VALUES (?)", args: [`row ${n}`] });
      });
      return (ownCpu() - before) / count;
    },
    [Symbol.dispose]: () => client.close(),
  };
}

/** Counts what is synced for one job after the other, so that nothing is shared between them. */
async function syncs(server: Heddle, directory: string): Promise<readonly Found[]> {
  const works = [
    { name: "syncs of a tool job", run: async (n: number) => untilEnded(server, await server.submit("tool-echo", n)) },
    { name: "syncs of a synchronous echo", run: server.echo },
  ];
  const found: Found[] = [];
  for (const { name, run } of works) {
    const file = join(directory, "syncs");
    const tracing = [
      "-f",
      "-qq",
      "-e",
      "trace=fsync,fdatasync,sync_file_range,msync",
      "-o",
      file,
      "-p",
      String(server.pid),
    ];
    const tracer = Bun.which("strace") === null ? undefined : Bun.spawn(["strace", ...tracing], { stderr: "ignore" });
    await Bun.sleep(500);
    if (tracer === undefined || tracer.exitCode !== null) {
      found.push({ name, missing: "strace does not work here" });
      continue;
    }
    const count = 20;
    for (let n = 0; n < count; n += 1) await run(n);
    tracer.kill("SIGINT");
    await tracer.exited;
    const lines = (await Bun.file(file).text()).split("\n");
    found.push({ name, value: lines.filter((one) => /sync\w*\(.*(= 0|unfinished)/.test(one)).length / count });
  }
  return found;
}
