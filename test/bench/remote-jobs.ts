// Watches 1,000 remote jobs at once, beside a provider that is dead, and prints the memory of the server and how well
// the poll plan is kept. Usage: bun test/bench/remote-jobs.ts [JOBS] [SECONDS]
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { pollDelaySeconds } from "../../src/domain/waiting/poll-plan.ts";
import { startServer } from "../support/servers/executable.ts";
import { addProvider, submitRemote } from "../support/servers/providers.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const jobs = Number(process.argv[2] ?? 1000);
const seconds = Number(process.argv[3] ?? 40);

const looks = new Map<string, number[]>();
let drawn = 0;

const description = {
  id: "endless",
  version: "1",
  jobControlOptions: ["async-execute"],
  outputTransmission: ["value"],
  inputs: {},
  outputs: { said: { schema: { type: "string" } } },
};

function answer(request: Request): Response {
  const { pathname, origin } = new URL(request.url);
  if (pathname === "/conformance") {
    return Response.json({ conformsTo: ["http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core"] });
  }
  if (pathname === "/processes/endless") return Response.json(description);
  if (request.method === "POST") {
    drawn += 1;
    const headers = { location: `${origin}/jobs/${drawn}` };
    return Response.json({ jobID: String(drawn), status: "accepted" }, { status: 201, headers });
  }
  if (!pathname.startsWith("/jobs/")) return Response.json({ title: "Endless", links: [] });
  looks.set(pathname, [...(looks.get(pathname) ?? []), performance.now()]);
  return Response.json({ status: "running", progress: 10 });
}

await using folder = await temporaryDirectory();
await using remote = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
const dead = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
await using server = await startServer(folder.path, ["--allow-fetch", "127.0.0.1"]);
await addProvider(server.url, { id: "live", url: `http://127.0.0.1:${remote.port}` });
await addProvider(server.url, { id: "dead", url: `http://127.0.0.1:${dead.port}` });
for (let n = 0; n < 10; n += 1) await submitRemote(server.url, "dead", "endless", { inputs: {} });
await dead.stop(true);
for (let n = 0; n < jobs; n += 20) {
  const batch = Array.from({ length: Math.min(20, jobs - n) }, () =>
    submitRemote(server.url, "live", "endless", { inputs: {} }),
  );
  await Promise.all(batch);
}
await sleep(seconds * 1000);

const lags = [...looks.values()].flatMap((times) =>
  times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / 1000 - pollDelaySeconds(index + 1)),
);
const sorted = lags.toSorted((one, other) => one - other);
const status = await readFile(`/proc/${server.pid}/status`, "utf8");
const megabytes = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
console.log(`${looks.size} remote jobs watched, ${lags.length} looks after the first`);
console.log(`resident ${megabytes("VmRSS")} MB, at most ${megabytes("VmHWM")} MB`);
console.log(
  `looks late by p50 ${sorted[Math.floor(sorted.length / 2)]?.toFixed(3)} s, p99 ${sorted[Math.floor(sorted.length * 0.99)]?.toFixed(3)} s, most ${sorted.at(-1)?.toFixed(3)} s`,
);
