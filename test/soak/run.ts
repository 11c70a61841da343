// Puts the built executable under the load of many clients, some of which behave badly, in rounds of equal length. After
// each round all jobs must have ended; from the second round to the third nothing may have grown.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createRandom } from "../fuzz/random.ts";
import { deployCwl, until } from "../support/jobs.ts";
import { startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { actUntil, nothingSeen, type Seen } from "./clients.ts";

const { values } = parseArgs({
  options: {
    clients: { type: "string", default: "200" },
    seconds: { type: "string", default: "60" },
    rounds: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
  },
});
const [clients, seconds, rounds] = [Number(values.clients), Number(values.seconds), Number(values.rounds)];

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: "echo",
  inputs: { word: { type: "string", inputBinding: {} } },
  outputs: { text: { type: "stdout" } },
};

type Size = { readonly mebibytes: number; readonly descriptors: number };

/** Measures what the program holds: its own part of the memory (PSS), and its open descriptors. */
async function sizeOf(pid: number): Promise<Size> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const descriptors = (await readdir(`/proc/${pid}/fd`)).length;
  return { mebibytes: Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]) / 1024, descriptors };
}

/** What ended a moment ago is put away, and quiet connections are closed, after some seconds: the least that is held in this time counts. */
async function restingSize(pid: number): Promise<Size> {
  const sizes: Size[] = [];
  for (let second = 0; second < 20; second += 1) {
    await Bun.sleep(1000);
    sizes.push(await sizeOf(pid));
  }
  return {
    mebibytes: Math.min(...sizes.map(({ mebibytes }) => mebibytes)),
    descriptors: Math.min(...sizes.map(({ descriptors }) => descriptors)),
  };
}

async function jobsIn(url: string, status: string): Promise<number> {
  const page: unknown = await (
    await fetch(`${url}/jobs?limit=1&status=${status}`, { headers: { accept: "application/json" }, keepalive: false })
  ).json();
  return page instanceof Object && "jobs" in page && Array.isArray(page.jobs) ? page.jobs.length : 0;
}

/** Finds jobs that were accepted and have not ended well: all that nobody dismissed must be successful. */
async function lostJobs(url: string, { jobs, dismissed }: Seen): Promise<readonly string[]> {
  const left = [...jobs].filter((id) => !dismissed.has(id));
  const lost: string[] = [];
  const look = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const response = await fetch(`${url}/jobs/${id}`, { headers: { accept: "application/json" }, keepalive: false });
      const text = await response.text();
      if (!text.includes('"status":"successful"')) lost.push(`${id}: ${response.status} ${text.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, look));
  return lost;
}

let [passed, failed] = [0, 0];
function judge(holds: boolean, what: string): void {
  if (holds) passed += 1;
  else failed += 1;
  console.log(`${holds ? "ok  " : "FAIL"} ${what}`);
}

await using folder = await temporaryDirectory();
await using server = await startServer(join(folder.path, "data"), ["--log-level", "warn", "--log-requests", "off"]);
await deployCwl(server.url, "soak", tool);
const sizes: Size[] = [];
for (let round = 1; round <= rounds; round += 1) {
  const random = createRandom(Number(values.seed) * 1000 + round);
  const seen = nothingSeen();
  const end = performance.now() + seconds * 1000;
  const isOver = () => performance.now() >= end;
  await Promise.all(Array.from({ length: clients }, () => actUntil({ url: server.url, random }, seen, isOver)));
  await until("all jobs have ended", async () => {
    return (await jobsIn(server.url, "accepted")) + (await jobsIn(server.url, "running")) === 0;
  });
  const lost = await lostJobs(server.url, seen);
  const size = await restingSize(server.pid);
  sizes.push(size);
  const answers = [...seen.statuses]
    .sort(([one], [other]) => one - other)
    .map(([status, count]) => `${status}: ${count}`);
  console.log(
    `round ${round}: ${answers.join(", ")}; ${seen.cut} cut; ${seen.jobs.size} jobs; ${size.mebibytes.toFixed(0)} MiB, ${size.descriptors} descriptors`,
  );
  judge(
    seen.failures.length === 0,
    `round ${round}: no answer of 500 and more${seen.failures
      .slice(0, 3)
      .map((text) => `\n  ${text}`)
      .join("")}`,
  );
  judge(
    lost.length === 0,
    `round ${round}: no job is lost${lost
      .slice(0, 3)
      .map((text) => `\n  ${text}`)
      .join("")}`,
  );
}
const [before, last] = sizes.slice(-2);
if (rounds > 2 && before !== undefined && last !== undefined) {
  // Four more or fewer are those of one supervisor that waits for work, or was put away: what grows is more than any round held.
  const most = Math.max(...sizes.slice(0, -1).map(({ descriptors }) => descriptors));
  judge(last.descriptors <= most, `descriptors: at most ${most} before, ${last.descriptors} after the last round`);
  judge(
    last.mebibytes <= before.mebibytes * 1.03 + 4,
    `memory: ${before.mebibytes.toFixed(1)} MiB before, ${last.mebibytes.toFixed(1)} MiB after the last round`,
  );
}
judge((await server.stop()) === 0, "the service ends in order");
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;
