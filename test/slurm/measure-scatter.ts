// Prints how long a scatter takes as jobs of Slurm, without and with a sandbox, against the same array by bare sbatch, which has none, and by sbatch with a bare bubblewrap that shows the same: bun test/slurm/measure-scatter.ts [ELEMENTS] [ROUNDS]
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { quote } from "../../src/executors/local/supervisor-script.ts";
import { findBubblewrap } from "../../src/executors/sandbox/bubblewrap.ts";
import { createConfinement } from "../../src/executors/sandbox/confinement.ts";
import { copyPublic } from "../../src/executors/sandbox/public-copy.ts";
import { deployCwl, submit, untilFinished } from "../support/jobs.ts";
import { noSlurm, startSlurm, type TestSlurm } from "../support/machine/slurm.ts";
import { realClock } from "../support/real-clock.ts";
import { startServer } from "../support/servers/executable.ts";
import { scatter } from "./packages.ts";

const why = noSlurm();
if (why !== undefined) {
  console.log(`skipped: ${why}`);
  process.exit(0);
}
const [elements = 1000, rounds = 1] = process.argv.slice(2).map(Number);
await using slurm = await startSlurm();
await using directory = await sharedDirectory();

/** Makes a directory as clusters have them, not below /tmp: a sandbox has its own there, in which a way to it would have to be made. */
async function sharedDirectory() {
  const path = await mkdtemp("/srv/heddle-test-");
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Waits until a file has so many lines, or nothing writes any more. */
async function untilLines(path: string, count: number, isOver: () => boolean): Promise<void> {
  while ((await readFile(path, "utf8")).split("\n").length <= count && !isOver()) await Bun.sleep(50);
}

/** What bubblewrap is told of a task of the scatter, whose number stands for `@`. */
async function bubblewrapWords(out: string): Promise<string> {
  const copy = await copyPublic({
    ...{ source: "/etc", directory: join(directory.path, "etc"), isHidden: () => false, isKnown: false },
    signal: new AbortController().signal,
  });
  const settings = { use: "require", toolPath: "/usr/bin:/bin", toolDirectories: [`${directory.path}:rw`] } as const;
  const confinement = createConfinement({ ...settings, hidden: [] }, realClock, undefined, {
    current: () => copy,
    renewed: () => undefined,
  });
  const workingDirectory = join(out, "@");
  const mounts = [{ source: workingDirectory, target: workingDirectory, isWritable: true }];
  const task = {
    ...{ key: { executionId: "e", step: "each", shard: 0, try: 1 }, command: ["/bin/sh"] as const, environment: {} },
    ...{ workingDirectory, log: join(out, "log"), view: { mounts, hasNetwork: false, workingDirectory } },
  } as const;
  const options = confinement.wrap(task, join(out, "@.own"), "")?.options.split("\0").slice(0, -1) ?? [];
  return ["bwrap", ...options].map((word) => quote(word).replaceAll("@", `'"$SLURM_ARRAY_TASK_ID"'`)).join(" ");
}

/** The same commands as those of the scatter, without anything around them, or with a bubblewrap alone. */
async function bareSeconds({ run, untilIdle }: TestSlurm, isBoxed: boolean): Promise<number> {
  const ledger = join(directory.path, "bare-ledger");
  const script = join(directory.path, "bare.sh");
  await writeFile(ledger, "");
  const out = join(directory.path, "bare-out");
  await rm(out, { recursive: true, force: true });
  await mkdir(out);
  const box = isBoxed ? `${await bubblewrapWords(out)} ` : "";
  const own = isBoxed ? `-p ${out}/$SLURM_ARRAY_TASK_ID.own/tmp ${out}/$SLURM_ARRAY_TASK_ID.own/shm ` : "";
  await writeFile(
    script,
    `#!/bin/sh\nmkdir ${own}${out}/$SLURM_ARRAY_TASK_ID && cd ${out}/$SLURM_ARRAY_TASK_ID || exit 1\n${box}/bin/sh -c 'echo "$2" >>"$1"; echo "said $2"' tool ${ledger} word$SLURM_ARRAY_TASK_ID >said.txt\n`,
  );
  const begun = performance.now();
  const words = ["sbatch", `--array=0-${elements - 1}`, "--export=ALL", "--chdir=/", "--output=/dev/null"];
  const submitted = run([...words, "--error=/dev/null", script]);
  if (submitted.exitCode !== 0) throw new Error(submitted.out);
  await untilAllWritten(run, ledger);
  await untilIdle();
  return (performance.now() - begun) / 1000;
}

/** Waits until each element has written its line; throws when the queue has become empty before. */
async function untilAllWritten(run: TestSlurm["run"], ledger: string): Promise<void> {
  const written = async () => (await readFile(ledger, "utf8")).split("\n").length - 1;
  for (let turn = 1; (await written()) < elements; turn += 1) {
    await Bun.sleep(50);
    // A question costs the controller something: one in two seconds.
    if (turn % 40 !== 0 || run(["squeue", "-h"]).out !== "") continue;
    const lines = await written();
    if (lines < elements) throw new Error(`Cannot measure: found ${lines} lines of a bare array, wanted ${elements}`);
  }
}

async function heddleSeconds({ environment, untilIdle }: TestSlurm, sandbox: "off" | "require"): Promise<number> {
  const at = (name: string) => join(directory.path, `${name}-${sandbox}`);
  const [ledger, shared] = [at("ledger"), at("shared")];
  await writeFile(ledger, "");
  await rm(shared, { recursive: true, force: true });
  await rm(at("data"), { recursive: true, force: true });
  await mkdir(shared);
  const flags = ["--executor", "slurm", "--work-dir", shared, "--slurm-jobs", String(elements), "--sandbox", sandbox];
  // What the tools write to lies outside of what they own.
  const shown = ["--tool-directories", `${directory.path}:rw`];
  await using server = await startServer(at("data"), [...flags, ...shown], { environment, hidesLedgers: true });
  await deployCwl(server.url, "scatter", scatter);
  const words = Array.from({ length: elements }, (_, index) => `word${index}`);
  const begun = performance.now();
  const job = await submit(server.url, "scatter", { ledger, words });
  let isOver = false;
  const finished = untilFinished(server.url, job, 200).finally(() => (isOver = true));
  // One that fails starts no more tools.
  await untilLines(ledger, 1, () => isOver);
  console.log(`  the first tool has begun: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  await untilLines(ledger, elements, () => isOver);
  console.log(`  the last tool has begun: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  const end = (await finished).at(-1);
  const seconds = (performance.now() - begun) / 1000;
  if (end?.status !== "successful") throw new Error(JSON.stringify(end));
  await untilIdle();
  return seconds;
}

/** Rows of the table, which are measured in turns: what else runs on the machine changes meanwhile. */
const rows = [
  { title: "by sbatch", measure: () => bareSeconds(slurm, false), isBoxed: false },
  { title: "by sbatch, with a bare bubblewrap", measure: () => bareSeconds(slurm, true), isBoxed: true },
  { title: "as a scatter, without a sandbox", measure: () => heddleSeconds(slurm, "off"), isBoxed: false },
  { title: "as a scatter, with a sandbox", measure: () => heddleSeconds(slurm, "require"), isBoxed: true },
].map((row) => ({ ...row, seconds: [] as number[] }));
const canBox = findBubblewrap().kind === "found";
if (!canBox) console.log("skipped: what has a sandbox, which does not work here");
const measured = rows.filter(({ isBoxed }) => canBox || !isBoxed);
for (let round = 1; round <= rounds; round += 1) {
  for (const { title, measure, seconds } of measured) {
    const one = await measure();
    seconds.push(one);
    console.log(`round ${round}: ${elements} elements ${title}: ${one.toFixed(1)} s`);
  }
}
const median = (seconds: readonly number[]) => seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? 0;
const [bare, boxed] = rows.map(({ seconds }) => median(seconds));
const over = (seconds: number, base = 0) => (base === 0 ? "" : (seconds / base).toFixed(2)).padStart(12);
console.log(`\n${"".padEnd(36)}${"seconds".padStart(9)}${"over sbatch".padStart(12)}  over sbatch with a bubblewrap`);
for (const { title, seconds } of measured) {
  const one = median(seconds);
  console.log(`${title.padEnd(36)}${one.toFixed(1).padStart(9)}${over(one, bare)}${over(one, boxed)}`);
}
