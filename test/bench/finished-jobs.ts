// Prints what 100,000 finished jobs cost: the time of list requests and of a start, beside those of an empty store.
// Usage: bun test/bench/finished-jobs.ts [JOBS]
import { Database } from "bun:sqlite";
import { join } from "node:path";
import { startServer } from "../support/executable.ts";
import { submit, untilFinished } from "../support/jobs.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const wanted = Number(process.argv[2] ?? 100_000);
await using folder = await temporaryDirectory();
const data = join(folder.path, "data");

/** Copies the newest job, with all that belongs to it, under new ids. */
function multiply(): void {
  using database = new Database(join(data, "heddle.db"));
  const columnsOf = (table: string) =>
    database
      .query<{ name: string }, []>(`SELECT name FROM pragma_table_info('${table}')`)
      .all()
      .map((row) => row.name);
  const copy = (table: string, id: string) => {
    const columns = columnsOf(table);
    // Copies are counted anew, and not indexed yet.
    const own: Readonly<Record<string, string>> = {
      [id]: "n.id",
      created_at: "t.created_at - n.number * 1000",
      ...(table === "jobs" ? { number: "NULL", is_indexed: "0" } : {}),
    };
    const values = columns.map((name) => own[name] ?? `t.${name}`);
    database.run(
      `INSERT INTO ${table} (${columns.join()}) SELECT ${values.join()} FROM ${table} t CROSS JOIN numbers n`,
    );
  };
  database.run(
    `CREATE TEMP TABLE numbers AS WITH RECURSIVE c(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM c WHERE number < ${wanted}) SELECT number, lower(hex(randomblob(16))) AS id FROM c`,
  );
  database.run("BEGIN");
  for (const [table, id] of [
    ["job_events", "job_id"],
    ["results", "job_id"],
    ["jobs", "id"],
  ] as const)
    copy(table, id);
  database.run("COMMIT");
}

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function untilIndexed(): Promise<void> {
  using database = new Database(join(data, "heddle.db"), { readonly: true });
  const left = database.query("SELECT 1 FROM jobs WHERE is_indexed = 0 LIMIT 1");
  while (left.get() !== null) await Bun.sleep(100);
}

async function startTime(): Promise<number> {
  let server: Awaited<ReturnType<typeof startServer>> | undefined;
  const took = await millisecondsOf(async () => {
    server = await startServer(data);
  });
  await server?.stop();
  return took;
}

{
  await using server = await startServer(data);
  await untilFinished(server.url, await submit(server.url, "echo", { text: "a" }));
  await server.stop();
}
const empty = Math.min(await startTime(), await startTime());
multiply();
const full = Math.min(await startTime(), await startTime());
console.log(`start: ${empty.toFixed(0)} ms with one job, ${full.toFixed(0)} ms with ${wanted} finished ones`);
await using server = await startServer(data);
const queries = [
  "",
  "&status=failed",
  "&status=successful",
  "&processID=echo",
  "&processID=echo&status=running",
  "&datetime=../2021-01-01T00:00:00Z",
  "&minDuration=1",
  "&maxDuration=1",
  "&tags=none",
  "&provider=none",
  "&q=echo",
  "&q=nothing",
  "&sort=finished",
];
console.log(`indexed within ${((await millisecondsOf(untilIndexed)) / 1000).toFixed(0)} s`);
for (const query of queries) {
  const times: number[] = [];
  for (let count = 0; count < 30; count += 1) {
    times.push(await millisecondsOf(async () => (await fetch(`${server.url}/jobs?limit=20${query}`)).text()));
  }
  times.sort((one, other) => one - other);
  console.log(`GET /jobs?limit=20${query}: median ${times[15]?.toFixed(1)} ms, most ${times.at(-1)?.toFixed(1)} ms`);
}
