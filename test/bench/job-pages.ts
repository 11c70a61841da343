// Prints how long the service takes for a page of 100 jobs, and how much of a processor: bun test/bench/job-pages.ts
import { join } from "node:path";
import { submit, untilFinished } from "../support/jobs.ts";
import { startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { quantile, treeCpu } from "./measure.ts";

const jobs = 100;
const rounds = 60;

await using folder = await temporaryDirectory();
await using server = await startServer(join(folder.path, "data"), ["--log-requests", "off"]);
for (let made = 0; made < jobs; made += 1) {
  await untilFinished(server.url, await submit(server.url, "echo", { text: `number ${made}` }));
}
/** The first pages are those of a service that has just begun. */
const notCounted = 10;
const taken: number[] = [];
let [bytes, cpuBefore] = [0, 0];
for (let round = 0; round < rounds; round += 1) {
  if (round === notCounted) cpuBefore = treeCpu([server.pid]);
  const begun = performance.now();
  const page = await fetch(`${server.url}/jobs?f=html&limit=${jobs}`);
  bytes = (await page.bytes()).length;
  taken.push(performance.now() - begun);
}
const cpu = (treeCpu([server.pid]) - cpuBefore) / (rounds - notCounted);
const within = (share: number) => quantile(taken.slice(notCounted), share).toFixed(1);
console.log(
  `A page of ${jobs} jobs (${Math.round(bytes / 1000)} kB): ${cpu.toFixed(1)} ms of processor time, median ${within(0.5)} ms, 95 % within ${within(0.95)} ms`,
);
