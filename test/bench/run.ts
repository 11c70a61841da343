// Prints what Heddle and its peers do on this machine: in turns, each several times, all on loopback.
// Usage: npm run bench -- [--only ROW,ROW] [--rounds N] [--without PEER] [--before EXECUTABLE] [--scale SHARE] [--markdown]
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machineWords, quietWords } from "./machine.ts";
import type { Bench, Line, Sample } from "./row.ts";
import { rows } from "./rows.ts";
import { createServices } from "./services/services.ts";
import { tableRows, tableText } from "./table.ts";

const root = join(import.meta.dir, "..", "..");
const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    only: { type: "string", multiple: true, default: [] },
    rounds: { type: "string", default: "3" },
    without: { type: "string", multiple: true, default: [] },
    before: { type: "string" },
    scale: { type: "string", default: "1" },
    markdown: { type: "boolean", default: false },
  },
});
const listed = (words: readonly string[]) => words.flatMap((word) => word.split(","));
const only = listed(values.only);
for (const name of only) {
  if (rows.some((row) => row.name === name)) continue;
  throw new Error(`Cannot run "${name}": found no such row, wanted one of ${rows.map((row) => row.name).join(", ")}`);
}

/** Measures a line: every program once a round. */
async function measureLine(line: Line, rounds: number): Promise<readonly (readonly string[])[]> {
  const measured = line.subjects.map((subject): { subject: typeof subject; samples: Sample[] } => ({
    subject,
    samples: [],
  }));
  for (let round = 0; round < rounds; round += 1) {
    // In the other order every second time, so that nobody always follows the same one.
    for (const { subject, samples } of round % 2 === 0 ? measured : measured.toReversed()) {
      samples.push(await subject.measure());
    }
  }
  return tableRows(line, measured);
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

await mkdir(join(root, "dist"), { recursive: true });
const directory = await mkdtemp(join(root, "dist", "bench-"));
try {
  const place = { directory, toolsDirectory: join(root, ".tools") };
  await using services = createServices(place, { without: listed(values.without), before: values.before });
  await printTable({ ...place, services, scale: Number(values.scale) });
} finally {
  await rm(directory, { recursive: true, force: true });
}
