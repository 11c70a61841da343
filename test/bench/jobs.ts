// Prints how many jobs a second the executable takes, beside a bare Hono server and a bare durable insert in the same run.
// Usage: bun test/bench/jobs.ts [JOBS] [CONNECTIONS]
import { Database } from "bun:sqlite";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { Hono } from "hono";
import * as v from "valibot";
import { startServer } from "../support/executable.ts";
import { readStatus } from "../support/jobs.ts";

const jobs = Number(process.argv[2] ?? 1000);
const connections = Number(process.argv[3] ?? 16);
// A memory file system would hide what durability costs, so the data lies beside the project.
const folder = await mkdtemp(join(import.meta.dir, "..", "..", "dist", "bench-"));

/** Runs `count` calls, `width` at a time; gives calls a second and the times of each in milliseconds. */
async function load(count: number, width: number, call: (n: number) => Promise<void>) {
  const times: number[] = [];
  let next = 0;
  const started = performance.now();
  const worker = async () => {
    for (let n = next++; n < count; n = next++) {
      const from = performance.now();
      await call(n);
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  const seconds = (performance.now() - started) / 1000;
  times.sort((one, other) => one - other);
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1);
  return {
    started,
    perSecond: Math.round(count / seconds),
    spread: `p50 ${at(0.5)} p95 ${at(0.95)} p99 ${at(0.99)} ms`,
  };
}

async function bareHono(): Promise<void> {
  const app = new Hono().post("/", async (context) => context.json(await context.req.json(), 201));
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: app.fetch });
  const body = JSON.stringify({ inputs: { text: "x" } });
  const run = await load(jobs * 5, connections, async () => {
    await (await fetch(server.url, { method: "POST", body })).arrayBuffer();
  });
  console.log(`bare Hono POST + JSON:       ${run.perSecond}/s  ${run.spread}`);
  await server.stop(true);
}

async function bareInsert(): Promise<void> {
  const client = createClient({ url: `file:${join(folder, "bare.db")}`, concurrency: 1 });
  await client.executeMultiple("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (a TEXT)");
  const run = await load(jobs, 1, async (n) => {
    await client.execute({ sql: "INSERT INTO t VALUES (?)", args: [`row ${n}`] });
  });
  console.log(`bare durable insert:         ${run.perSecond}/s  ${run.spread}`);
  client.close();
}

async function asynchronous(url: string): Promise<readonly string[]> {
  const headers = { "content-type": "application/json", prefer: "respond-async" };
  const ids: string[] = [];
  const run = await load(jobs, connections, async (n) => {
    const body = JSON.stringify({ inputs: { text: `job ${n}` } });
    const response = await fetch(`${url}/processes/echo/execution`, { method: "POST", headers, body });
    if (response.status !== 201) throw new Error(`Found ${response.status}: ${await response.text()}`);
    ids[n] = (await readStatus(response)).jobID;
  });
  while (await isAnyUnfinished(url)) await Bun.sleep(1);
  const seconds = (performance.now() - run.started) / 1000;
  console.log(
    `asynchronous jobs:           ${Math.round(jobs / seconds)}/s until all are successful; 201 after ${run.spread}`,
  );
  for (const [n, id] of ids.entries()) {
    const text = await (await fetch(`${url}/jobs/${id}/results/text`)).text();
    if (text !== `job ${n}`) throw new Error(`Job ${id} gave "${text}"`);
  }
  return ids;
}

async function isAnyUnfinished(url: string): Promise<boolean> {
  for (const status of ["accepted", "running"]) {
    const ListSchema = v.looseObject({ jobs: v.array(v.unknown()) });
    const list = v.parse(ListSchema, await (await fetch(`${url}/jobs?limit=1&status=${status}`)).json());
    if (list.jobs.length > 0) return true;
  }
  return false;
}

/** Every job has the whole walk in its events, once. */
function compareEvents(data: string, ids: readonly string[]): void {
  const database = new Database(join(data, "heddle.db"), { readonly: true });
  const query = database.query<{ progress: number }, [string]>(
    `SELECT progress FROM (
      SELECT number, progress FROM job_events WHERE job_id = ?1 UNION ALL
      SELECT number - json_array_length(earlier) + one.key, one.value ->> 4 FROM job_events, json_each(earlier) AS one WHERE job_id = ?1
    ) ORDER BY number`,
  );
  const wanted = "0 1 2 4 6 8 10 15 20 85 90 95 100";
  for (const id of ids) {
    const walk = query
      .all(id)
      .map((event) => event.progress)
      .join(" ");
    if (walk !== wanted) throw new Error(`Job ${id} walked ${walk}, wanted ${wanted}`);
  }
  database.close();
}

async function synchronous(url: string): Promise<void> {
  const headers = { "content-type": "application/json" };
  const run = await load(jobs, connections, async (n) => {
    const body = JSON.stringify({ inputs: { text: `job ${n}` }, outputs: { text: {} } });
    const response = await fetch(`${url}/processes/echo/execution`, { method: "POST", headers, body });
    if ((await response.text()) !== `job ${n}`) throw new Error(`Job ${n} gave another text`);
  });
  console.log(`synchronous executions:      ${run.perSecond}/s  ${run.spread}`);
}

async function status(url: string): Promise<void> {
  const ListSchema = v.looseObject({ jobs: v.array(v.looseObject({ jobID: v.string() })) });
  const { jobs: listed } = v.parse(ListSchema, await (await fetch(`${url}/jobs?limit=1`)).json());
  const run = await load(jobs * 3, connections, async () => {
    await (await fetch(`${url}/jobs/${listed[0]?.jobID}`)).arrayBuffer();
  });
  console.log(`status requests:             ${run.perSecond}/s  ${run.spread}`);
}

try {
  await bareHono();
  await bareInsert();
  const data = join(folder, "data");
  await using server = await startServer(data);
  const ids = [...(await asynchronous(server.url)), ...(await asynchronous(server.url))];
  await synchronous(server.url);
  await status(server.url);
  const memory = await Bun.file(`/proc/${server.pid}/status`).text();
  console.log(`resident size:               ${/VmRSS:\s+(.*)/.exec(memory)?.[1]}`);
  await server.stop();
  console.log(
    `the server's own figures:    ${server
      .talk()
      .split("\n")
      .find((line) => line.includes("commits"))}`,
  );
  compareEvents(data, ids);
  console.log(`results and events of ${ids.length} asynchronous jobs compared`);
} finally {
  await rm(folder, { recursive: true });
}
