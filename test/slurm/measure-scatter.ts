// Prints how long a scatter takes as jobs of Slurm, without and with a sandbox, against the same array by bare sbatch, which has none: bun test/slurm/measure-scatter.ts [ELEMENTS]
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findBubblewrap } from "../../src/executors/sandbox/bubblewrap.ts";
import { startServer } from "../support/executable.ts";
import { deployCwl, submit, untilFinished } from "../support/jobs.ts";
import { noSlurm, startSlurm, type TestSlurm } from "../support/slurm.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { scatter } from "./packages.ts";

const why = noSlurm();
if (why !== undefined) {
  console.log(`skipped: ${why}`);
  process.exit(0);
}
const elements = Number(process.argv[2] ?? 1000);
await using slurm = await startSlurm();
await using directory = await temporaryDirectory();

async function untilLines(path: string, count: number): Promise<void> {
  while ((await readFile(path, "utf8")).split("\n").length <= count) await Bun.sleep(50);
}

/** The same commands as those of the scatter, without anything around them. */
async function bareSeconds({ run, untilIdle }: TestSlurm): Promise<number> {
  const ledger = join(directory.path, "bare-ledger");
  const script = join(directory.path, "bare.sh");
  await writeFile(ledger, "");
  const out = join(directory.path, "bare-out");
  await rm(out, { recursive: true, force: true });
  await mkdir(out);
  await writeFile(
    script,
    `#!/bin/sh\nmkdir ${out}/$SLURM_ARRAY_TASK_ID && cd ${out}/$SLURM_ARRAY_TASK_ID || exit 1\n/bin/sh -c 'echo "$2" >>"$1"; echo "said $2"' tool ${ledger} word$SLURM_ARRAY_TASK_ID >said.txt\n`,
  );
  const begun = performance.now();
  const words = ["sbatch", `--array=0-${elements - 1}`, "--export=ALL", "--chdir=/", "--output=/dev/null"];
  const submitted = run([...words, "--error=/dev/null", script]);
  if (submitted.exitCode !== 0) throw new Error(submitted.out);
  await untilLines(ledger, elements);
  await untilIdle();
  return (performance.now() - begun) / 1000;
}

async function heddleSeconds({ environment, untilIdle }: TestSlurm, sandbox: "off" | "require"): Promise<number> {
  const at = (name: string) => join(directory.path, `${name}-${sandbox}`);
  const [ledger, shared] = [at("ledger"), at("shared")];
  await writeFile(ledger, "");
  await mkdir(shared);
  const flags = ["--executor", "slurm", "--work-dir", shared, "--slurm-jobs", String(elements), "--sandbox", sandbox];
  // What the tools write to lies outside of what they own.
  const shown = ["--tool-directories", `${directory.path}:rw`];
  await using server = await startServer(at("data"), [...flags, ...shown], { environment, hidesLedgers: true });
  await deployCwl(server.url, "scatter", scatter);
  const words = Array.from({ length: elements }, (_, index) => `word${index}`);
  const begun = performance.now();
  const job = await submit(server.url, "scatter", { ledger, words });
  const finished = untilFinished(server.url, job, 200);
  // One that fails starts no more tools.
  await Promise.race([untilLines(ledger, 1), finished]);
  console.log(`  the first tool has begun: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  await Promise.race([untilLines(ledger, elements), finished]);
  console.log(`  the last tool has begun: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  const end = (await finished).at(-1);
  const seconds = (performance.now() - begun) / 1000;
  if (end?.status !== "successful") throw new Error(JSON.stringify(end));
  await untilIdle();
  return seconds;
}

const bare = await bareSeconds(slurm);
console.log(`an array of ${elements} by sbatch: ${bare.toFixed(1)} s`);
for (const sandbox of ["off", "require"] as const) {
  const title = sandbox === "off" ? "without a sandbox" : "with a sandbox (bubblewrap)";
  if (sandbox === "require" && findBubblewrap().kind === "missing") {
    console.log(`skipped: a scatter ${title}, which does not work here`);
    continue;
  }
  const seconds = await heddleSeconds(slurm, sandbox);
  const ratio = (seconds / bare).toFixed(2);
  console.log(`a scatter of ${elements} ${title}: ${seconds.toFixed(1)} s, ${ratio} times as long`);
}
// What else runs on the machine may have changed meanwhile.
console.log(`the array by sbatch again: ${(await bareSeconds(slurm)).toFixed(1)} s`);
