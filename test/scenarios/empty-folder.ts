// Runs the built executable alone in an empty folder with an empty environment: prints how long it takes to answer and
// how large it is when idle, and fails when it does not answer or leaves anything but its data directory.
import { chmod, copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { executable } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const runs = 10;
const times: number[] = [];
const sizes: number[] = [];

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

/** Starts the executable and asks until it answers; gives the milliseconds since its start. */
async function untilAnswer(program: string, cwd: string, port: number) {
  const started = performance.now();
  const child = Bun.spawn([program, "serve", "--port", String(port)], {
    cwd,
    env: {},
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The executable ended with ${child.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer?.status === 200) return { child, milliseconds: performance.now() - started };
    await Bun.sleep(1);
  }
}

function freePort(): number {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const port = server.port ?? 0;
  server.stop(true);
  return port;
}

for (let run = 0; run < runs; run += 1) {
  await using folder = await temporaryDirectory();
  const program = join(folder.path, "heddle");
  await copyFile(executable, program);
  await chmod(program, 0o755);
  const { child, milliseconds } = await untilAnswer(program, folder.path, freePort());
  times.push(milliseconds);
  await Bun.sleep(300);
  const status = await Bun.file(`/proc/${child.pid}/status`).text();
  sizes.push(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
  child.kill("SIGTERM");
  if ((await child.exited) !== 0) throw new Error(`The executable ended with ${child.exitCode} after SIGTERM`);
  const left = (await readdir(folder.path)).sort().join(" ");
  if (left !== "heddle heddle-data") throw new Error(`Found ${left}, wanted heddle and heddle-data`);
}

console.log(`first answer: median ${median(times).toFixed(0)} ms of ${runs} starts (wanted: under 150)`);
console.log(`resident size when idle: median ${median(sizes).toFixed(0)} MB (wanted: under 90)`);
