// Prints what Heddle and its peers do on this machine: in turns, each several times, all on loopback.
import { mkdir, mkdtemp, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { guard } from "./guard.ts";
import { machineWords, quietWords } from "./machine.ts";
import type { Bench, Line } from "./row.ts";
import { rows } from "./rows.ts";
import { createServices } from "./services/services.ts";
import { type Measured, tableRows, tableText } from "./table.ts";

const root = join(import.meta.dir, "..", "..");
const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    only: { type: "string", multiple: true, default: [] },
    rounds: { type: "string", default: "3" },
    without: { type: "string", multiple: true, default: [] },
    before: { type: "string" },
    scale: { type: "string", default: "1" },
    guard: { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(`npm run bench -- [--only ROW,ROW] [--rounds N] [--without PEER,PEER] [--before EXECUTABLE] [--scale SHARE] [--markdown]
npm run bench -- --guard   compares what does not depend on the machine with the limits of test/bench/guard.json
Rows: ${rows.map(({ name }) => name).join(", ")}. docs/performance.md tells more.`);
  process.exit(0);
}
const listed = (words: readonly string[]) => words.flatMap((word) => word.split(","));
const only = listed(values.only);
for (const name of only) {
  if (rows.some((row) => row.name === name)) continue;
  throw new Error(`Cannot run "${name}": found no such row, wanted one of ${rows.map((row) => row.name).join(", ")}`);
}

/** Measures a line: every program once a round. One that fails is left out, and the reason is told. */
async function measureLine(line: Line, rounds: number): Promise<readonly (readonly string[])[]> {
  let measured: readonly Measured[] = line.subjects.map((subject) => ({ subject, samples: [] }));
  for (let round = 0; round < rounds; round += 1) {
    const later: Measured[] = [];
    // In the other order every second time, so that nobody always follows the same one.
    for (const { subject, samples } of measured) {
      try {
        later.unshift({ subject, samples: [...samples, await subject.measure()] });
      } catch (error) {
        console.log(`Left out: ${subject.name} in "${line.work}": ${String(error).trim().slice(-300)}`);
      }
    }
    measured = later;
  }
  const inOrder = line.subjects.flatMap((subject) => measured.find((one) => one.subject === subject) ?? []);
  return tableRows(line, inOrder);
}

async function printTable(bench: Bench): Promise<void> {
  const quiet = await quietWords();
  console.log(`${machineWords()}\n${quiet}`);
  const all: (readonly string[])[] = [];
  for (const row of rows.filter(({ name }) => only.length === 0 || only.includes(name))) {
    for (const line of await row.lines(bench)) {
      const found = await measureLine(line, Number(values.rounds));
      for (const cells of found) console.error(cells.join("; "));
      all.push(...found);
    }
  }
  console.log(tableText(all, values.markdown));
  console.log(await quietWords());
}

/** Makes a directory in memory; none where there is no room for a service's data. */
async function inMemory(): Promise<{ readonly memory?: string }> {
  const place = "/dev/shm";
  const facts = await statfs(place).catch(() => undefined);
  if (facts === undefined || facts.bavail * facts.bsize < 2 ** 28) return {};
  const memory = await mkdtemp(join(place, "heddle-bench-"));
  stack.defer(() => rm(memory, { recursive: true, force: true }));
  return { memory };
}

await mkdir(join(root, "dist"), { recursive: true });
const directory = await mkdtemp(join(root, "dist", "bench-"));
const stack = new AsyncDisposableStack();
stack.defer(() => rm(directory, { recursive: true, force: true }));
// Whoever stops it by hand leaves no server behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void stack.disposeAsync().finally(() => process.exit(1)));
}
try {
  if (values.guard) process.exitCode = (await guard({ directory, ...(await inMemory()) })) ? 0 : 1;
  else {
    const place = { directory, toolsDirectory: join(root, ".tools") };
    const services = stack.use(createServices(place, { without: listed(values.without), before: values.before }));
    await printTable({ ...place, services, scale: Number(values.scale) });
  }
} finally {
  await stack.disposeAsync();
}
