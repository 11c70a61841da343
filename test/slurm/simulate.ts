// A simulation: many tasks of one scatter with programs that play sbatch, squeue and sstat, and a process that plays the nodes.
// Prints what the executor costs: bun test/slurm/simulate.ts [TASKS]
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../src/domain/logger.ts";
import type { Task } from "../../src/executors/executor.ts";
import { createConfinement } from "../../src/executors/sandbox/confinement.ts";
import { createSlurmCommands } from "../../src/executors/slurm/slurm-commands.ts";
import { createSlurmExecutor } from "../../src/executors/slurm/slurm-executor.ts";
import { createLayout, slurmDirectory, taskLogFile, taskOutputDirectory } from "../../src/files/layout.ts";
import { realClock } from "../support/real-clock.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const tasks = Number(process.argv[2] ?? 10_000);
await using directory = await temporaryDirectory();
const layout = createLayout(join(directory.path, "data"));
const bin = join(directory.path, "bin");
const state = join(directory.path, "state");
await mkdir(bin);
await mkdir(state);
await writeFile(join(state, "queue"), "");
const programs = {
  sbatch: `id=$(($(cat ${state}/last 2>/dev/null || echo 0) + 1)); echo $id >${state}/last
for w in "$@"; do case $w in --job-name=*) name=\${w#*=};; esac; done
echo "$id $name" >>${state}/submitted; echo $id`,
  squeue: `cat ${state}/queue`,
  scontrol: `echo "MinJobAge = 300 sec"; echo "MaxArraySize = 5001"; echo "SlurmdTimeout = 300 sec"
echo "JobAcctGatherType = jobacct_gather/cgroup"`,
  sstat: `for jobs; do :; done; echo "$jobs" | tr , '\\n' | sed 's/$/|00:00:01|2097152/'; echo "$jobs" >>${state}/asked`,
  scancel: ":",
};
for (const [name, text] of Object.entries(programs)) {
  await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`);
  await chmod(join(bin, name), 0o755);
}
const executor = createSlurmExecutor({
  ...{ layout, clock: realClock, logger: silentLogger },
  commands: createSlurmCommands({ PATH: `${bin}:/usr/bin:/bin` }),
  confinement: createConfinement({ use: "off", toolPath: "/usr/bin:/bin", toolDirectories: [], hidden: [] }, realClock),
  settings: { options: [], pollSeconds: 5, graceSeconds: 600 },
});
const nodes = Bun.spawn(
  [process.execPath, join(import.meta.dir, "play-nodes.ts"), state, slurmDirectory(layout, "e1")],
  {
    stdout: "inherit",
    stderr: "inherit",
  },
);

/** How long a turn was, by a timer that is due each 10 ms: what others took of the machine meanwhile is no part of it. */
const turns: number[] = [];
let last = performance.now();
let lastUsed = process.cpuUsage();
let peakBytes = 0;
const beat = setInterval(() => {
  const now = performance.now();
  const { user, system } = process.cpuUsage(lastUsed);
  turns.push(Math.min(now - last - 10, (user + system) / 1000));
  last = now;
  lastUsed = process.cpuUsage();
  peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
}, 10);

const said = (label: string) => {
  const sorted = turns.splice(0).toSorted((one, other) => one - other);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0);
  console.log(
    `${label}: longest turn ${at(1)} ms, 99 of 100 below ${at(0.99)} ms; memory ${Math.round(peakBytes / 2 ** 20)} MiB`,
  );
};

async function taskOf(shard: number): Promise<Task> {
  const key = { executionId: "e1", step: "each", shard, try: 1 };
  const workingDirectory = taskOutputDirectory(layout, key);
  await mkdir(workingDirectory, { recursive: true });
  const environment = { PATH: "/usr/bin:/bin" };
  return { key, command: ["true"], environment, workingDirectory, log: taskLogFile(layout, key) };
}

const all: Task[] = [];
for (let shard = 0; shard < tasks; shard += 1) all.push(await taskOf(shard));
said("while this program made them");
const begun = performance.now();
await Promise.all(all.map((task) => executor.submit(task)));
const arrays = (await readFile(join(state, "submitted"), "utf8")).split("\n").length - 1;
console.log(
  `${tasks} tasks were submitted in ${((performance.now() - begun) / 1000).toFixed(1)} s, by ${arrays} calls of sbatch`,
);
said("while they were submitted");
const cpu = process.cpuUsage();
const from = performance.now();
await writeFile(join(state, "go"), "");
const never = new AbortController().signal;
const waits = all.map(({ key }) => executor.ended(key, never));
await Bun.sleep(5000);
said("as all began to be watched at once");
const ends = await Promise.all(waits);
const used = process.cpuUsage(cpu);
const seconds = (performance.now() - from) / 1000;
said("while they were watched");
const good = ends.filter((end) => end.kind === "exited" && end.exitCode === 0).length;
console.log(
  `${good} of ${tasks} ended well in ${seconds.toFixed(1)} s, ${((used.user + used.system) / 10_000 / seconds).toFixed(0)} % of a core`,
);
const asked = (await readFile(join(state, "asked"), "utf8").catch(() => "")).split("\n").slice(0, -1);
const most = Math.max(0, ...asked.map((line) => line.split(",").length));
console.log(`sstat was called ${asked.length} times, for ${most} tasks at most`);
clearInterval(beat);
nodes.kill();
await nodes.exited;
process.exitCode = good === tasks ? 0 : 1;
