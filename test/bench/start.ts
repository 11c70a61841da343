// Prints what a start of the executable takes: the time to its first answer, and its resident size when idle and after
// a request; medians, on a new data directory (which also gets the SQLite addon) and on one that was used before.
// Usage: bun test/bench/start.ts [STARTS] [EXECUTABLE...]
import { join } from "node:path";
import { executable, startServer } from "../support/executable.ts";
import { readResident } from "../support/peak-memory.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const starts = Number(process.argv[2] ?? 5);
const programs = process.argv.length > 3 ? process.argv.slice(3) : [executable];
/** Until the work of the start has settled. */
const idleMilliseconds = 10_000;

type Start = { readonly milliseconds: number; readonly idle: number; readonly asked: number };

async function start(program: string, dataDirectory: string): Promise<Start> {
  const before = performance.now();
  await using server = await startServer(dataDirectory, [], { program });
  await (await fetch(`${server.url}/healthz`)).text();
  const milliseconds = performance.now() - before;
  await Bun.sleep(idleMilliseconds);
  const idle = await readResident(server.pid);
  await (await fetch(server.url)).text();
  const asked = await readResident(server.pid);
  await server.stop();
  return { milliseconds, idle, asked };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(name: string, all: readonly Start[]): void {
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  const milliseconds = median(all.map((one) => one.milliseconds)).toFixed(0);
  const [idle, asked] = [median(all.map((one) => one.idle)), median(all.map((one) => one.asked))];
  console.log(`${name}: first answer ${milliseconds} ms, idle ${mib(idle)} MiB, after a request ${mib(asked)} MiB`);
}

await using folder = await temporaryDirectory();
const first = new Map<string, Start[]>(programs.map((program) => [program, []]));
const later = new Map<string, Start[]>(programs.map((program) => [program, []]));
// Alternated, so that each program gets its share of the machine's good and bad moments.
for (let round = 0; round < starts; round += 1) {
  for (const [index, program] of programs.entries()) {
    const directory = join(folder.path, `${round}-${index}`, "data");
    first.get(program)?.push(await start(program, directory));
    later.get(program)?.push(await start(program, directory));
  }
}
for (const program of programs) {
  console.log(`${program} (${(Bun.file(program).size / 2 ** 20).toFixed(1)} MiB)`);
  print("  new directory ", first.get(program) ?? []);
  print("  used directory", later.get(program) ?? []);
}
