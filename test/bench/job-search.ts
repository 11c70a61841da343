// Prints how long each filter of the job list takes in the server over many stored jobs: the first page, a deep one, and
// one that nothing meets. Usage: bun test/bench/job-search.ts [JOBS] [DIRECTORY]: a directory that is named is kept, and used again.
import { Database as Sqlite } from "bun:sqlite";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobSearch } from "../../src/domain/job-search.ts";
import { type JobOrder, sortKeys } from "../../src/domain/job-sort.ts";
import { silentLogger } from "../../src/domain/logger.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { indexJobs } from "../../src/store/job-index.ts";
import { insertJob } from "../../src/store/jobs.ts";
import { listJobs } from "../../src/store/list-jobs.ts";
import { startServer } from "../support/executable.ts";
import { acceptedEvent, newJob } from "../support/jobs-in-store.ts";
import { realClock } from "../support/real-clock.ts";

const count = Number(process.argv[2] ?? 1_000_000);
const kept = process.argv[3];
const directory = kept ?? (await mkdtemp(join(tmpdir(), "heddle-bench-")));
const file = join(directory, "heddle.db");
const open = () => openDatabase({ file, clock: realClock, logger: silentLogger });
const since = Date.UTC(2026, 0, 1);
/** One job every ten seconds. */
const stepMilliseconds = 10_000;

/**
 * Copies one job: 40 processes of which a few have most jobs, 50 users likewise, one failure in twelve, durations from
 * milliseconds to hours, a tag in every third job, a provider in every tenth; 20 jobs that have not ended.
 */
function fill(): void {
  using database = new Sqlite(file);
  database.run("PRAGMA synchronous = OFF");
  const columns = database
    .query<{ name: string }, []>("SELECT name FROM pragma_table_info('jobs')")
    .all()
    .map(({ name }) => name);
  const words = "flood terrain burned coast forest glacier harvest traffic noise rainfall".split(" ");
  const word = (random: string) =>
    `CASE ${random} % ${words.length} ${words.map((one, n) => `WHEN ${n} THEN '${one}'`).join(" ")} END`;
  const values: Readonly<Record<string, string>> = {
    number: "n.i",
    id: "printf('019c0000-0000-7000-8000-%012x', n.i)",
    process_id: "'process-' || (n.a % 40 * (n.b % 40) / 40)",
    user: "'user' || (n.c % 50 * (n.a % 50) / 50)",
    provider_id: "iif(n.d % 10 = 0, 'provider-' || (n.b % 5), NULL)",
    status: `CASE WHEN n.i > ${count - 20} THEN 'accepted' WHEN n.d % 12 = 0 THEN 'failed' WHEN n.d % 50 = 1 THEN 'dismissed' ELSE 'successful' END`,
    tags: `iif(n.c % 3 = 0, json_array('project-' || (n.b % 30), iif(n.a % 2, 'night', 'day')), '[]')`,
    message: `'Job ended: ' || ${word("n.a")} || ' ' || ${word("n.b / 7")} || ' sheet' || (n.c % 5000)`,
    created_at: `${since} + n.i * ${stepMilliseconds}`,
    started_at: `iif(n.i > ${count - 20}, NULL, ${since} + n.i * ${stepMilliseconds} + 5)`,
    finished_at: `iif(n.i > ${count - 20}, NULL, ${since} + n.i * ${stepMilliseconds} + 5 + (1 << (n.a % 23)) + n.b % (1 << (n.a % 23)))`,
  };
  database.run("BEGIN");
  database.run(
    `INSERT INTO jobs (${columns.join()})
     WITH RECURSIVE c(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM c WHERE i < ${count}),
     n AS MATERIALIZED (SELECT i, random() & 0xffffff AS a, random() & 0xffffff AS b, random() & 0xffffff AS c, random() & 0xffffff AS d FROM c)
     SELECT ${columns.map((name) => values[name] ?? `j.${name}`).join()} FROM n CROSS JOIN jobs j ON j.number = 1`,
  );
  database.run("COMMIT");
  database.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

async function takeUp(database: Database): Promise<void> {
  // Larger batches than a server's: nobody waits.
  for (const batch of [200, 2000]) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const most = batch === 200 ? count / 50 : count;
    let taken = 0;
    for (let last = -1; last !== 0 && taken < most; taken += last) last = await indexJobs(database, batch);
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - start) / 1000;
    console.log(
      `indexed ${taken} jobs, ${batch} at a time, in ${seconds.toFixed(0)} s, ${((user + system) / taken).toFixed(0)} us CPU each`,
    );
  }
}

type Asked = {
  readonly user?: string;
  readonly search?: JobSearch;
  readonly order?: JobOrder;
};

/** `depth`: the share of all jobs that a deep page lies behind. */
async function measure(database: Database, name: string, asked: Asked, depth = 0): Promise<void> {
  const common = { now: Date.now(), limit: 21, ...asked };
  let from: Awaited<ReturnType<typeof listJobs>>[number]["position"] | undefined;
  if (depth > 0) {
    const isByCreation =
      Object.keys(asked.search ?? {}).every((key) => key.startsWith("created")) && asked.search !== undefined;
    const number = Math.round(count * (1 - depth));
    from = { number, value: isByCreation ? since + number * stepMilliseconds : number };
    const isSorted = asked.order !== undefined && asked.order.key !== "created";
    if (isSorted) from = (await listJobs(database, { ...common, limit: 20_000 })).at(-1)?.position;
  }
  const times: number[] = [];
  let found = 0;
  const cpu = process.cpuUsage();
  for (let round = 0; round < 15; round += 1) {
    const start = performance.now();
    found = (await listJobs(database, { ...common, ...(from === undefined ? {} : { from }) })).length;
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(cpu);
  times.sort((one, other) => one - other);
  const at = (index: number) => times.at(index)?.toFixed(2).padStart(7);
  const mean = ((user + system) / 15_000).toFixed(2).padStart(7);
  console.log(
    `${name.padEnd(58)} ${String(found).padStart(3)} jobs  median ${at(7)}  most ${at(-1)} ms  CPU ${mean} ms`,
  );
}

const day = (number: number) => since + number * 86_400_000;
const lastDay = (count * stepMilliseconds) / 86_400_000;
const single: Readonly<Record<string, { readonly some: JobSearch; readonly none: JobSearch }>> = {
  processID: { some: { processIds: ["process-3"] }, none: { processIds: ["nothing"] } },
  "processID of this service": {
    some: { processIds: ["process-3"], providerIds: [null] },
    none: { processIds: ["nothing"], providerIds: [null] },
  },
  "three processes": {
    some: { processIds: ["process-1", "process-2", "process-30"] },
    none: { processIds: ["x", "y", "z"] },
  },
  status: { some: { statuses: ["failed"] }, none: { statuses: ["running"] } },
  "two statuses": { some: { statuses: ["failed", "dismissed"] }, none: { statuses: ["running"] } },
  datetime: {
    some: { createdFrom: day(lastDay * 0.2), createdTo: day(lastDay * 0.6) },
    none: { createdTo: since - 1 },
  },
  minDuration: { some: { minDurationSeconds: 3000 }, none: { minDurationSeconds: 90_000 } },
  maxDuration: { some: { maxDurationSeconds: 10 }, none: { minDurationSeconds: 80_000, maxDurationSeconds: 90_000 } },
  "minDuration=1": { some: { minDurationSeconds: 1 }, none: { minDurationSeconds: 90_000 } },
  tags: { some: { tags: ["project-7"] }, none: { tags: ["nothing"] } },
  provider: { some: { providerIds: ["provider-2"] }, none: { providerIds: ["nothing"] } },
  "q of one word": { some: { text: [["flood"]] }, none: { text: [["nothing"]] } },
  "q of two words": { some: { text: [["flood", "coast"]] }, none: { text: [["flood", "nothing"]] } },
  "q of a rare word": { some: { text: [["sheet4711"]] }, none: { text: [["sheet4711", "sheet4712"]] } },
};
const combined: Readonly<Record<string, Asked>> = {
  "status and process": { search: { statuses: ["failed"], processIds: ["process-3"] } },
  "status and process, nothing found": { search: { statuses: ["successful"], processIds: ["nothing"] } },
  "two that many jobs meet, a third that none meets": {
    search: { statuses: ["successful"], maxDurationSeconds: 4000, createdTo: since + 1 },
  },
  "many and many, nothing found": { search: { statuses: ["successful"], tags: ["night", "day"] } },
  "many tags, many days, nothing found": {
    search: { tags: ["night"], createdTo: day(lastDay * 0.5), minDurationSeconds: 8400 },
  },
  "user, status, process, interval": {
    user: "user3",
    search: { statuses: ["failed"], processIds: ["process-3"], createdTo: day(lastDay * 0.3) },
  },
  "q and status": { search: { text: [["flood"]], statuses: ["failed"] } },
  "q, tag, process, interval, nothing found": {
    search: { text: [["flood"]], tags: ["night"], processIds: ["process-3"], createdTo: since + 1 },
  },
  "q that many jobs meet, duration, nothing found": { search: { text: [["ended"]], minDurationSeconds: 90_000 } },
};

async function make(): Promise<void> {
  {
    await using database = await open();
    const job = newJob({ request: { inputs: { text: { kind: "value", value: "Hello, weaver".repeat(20) } } } });
    await insertJob(database, { ...job, status: "dismissed", finishedAt: job.createdAt }, acceptedEvent());
  }
  const start = performance.now();
  fill();
  console.log(`stored ${count} jobs in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  await using database = await open();
  await takeUp(database);
}

/** The same through the executable: what a client waits for. */
async function measureServer(): Promise<void> {
  const start = performance.now();
  await using server = await startServer(directory);
  console.log(`start of the server: ${(performance.now() - start).toFixed(0)} ms`);
  const queries = [
    "",
    "&status=failed",
    "&processID=process-3",
    "&minDuration=3000",
    "&tags=project-7",
    "&q=flood",
    "&q=no",
  ];
  for (const query of queries) {
    const times: number[] = [];
    for (let round = 0; round < 30; round += 1) {
      const asked = performance.now();
      await (await fetch(`${server.url}/jobs?limit=20${query}`)).text();
      times.push(performance.now() - asked);
    }
    times.sort((one, other) => one - other);
    console.log(
      `GET /jobs?limit=20${query.padEnd(24)} median ${times[15]?.toFixed(2)}  most ${times.at(-1)?.toFixed(2)} ms`,
    );
  }
}

async function measureStore(): Promise<void> {
  await using database = await open();
  await measure(database, "no filter", {});
  await measure(database, "no filter, deep", {}, 0.7);
  for (const [name, { some, none }] of Object.entries(single)) {
    for (const [who, asked] of Object.entries({
      "": {},
      "user3, ": { user: "user3" },
      "nobody, ": { user: "nobody" },
    })) {
      await measure(database, `${who}${name}`, { ...asked, search: some });
      if (who === "nobody, ") continue;
      await measure(database, `${who}${name}, deep`, { ...asked, search: some }, 0.7);
      const order = { key: "created", isDescending: false } as const;
      await measure(database, `${who}${name}, back from deep`, { ...asked, search: some, order }, 0.7);
      await measure(database, `${who}${name}, nothing found`, { ...asked, search: none });
    }
  }
  for (const [name, asked] of Object.entries(combined)) await measure(database, name, asked);
  for (const key of sortKeys) {
    for (const isDescending of [true, false]) {
      const order = { key, isDescending };
      const name = `sorted by ${isDescending ? "-" : "+"}${key}`;
      await measure(database, name, { order });
      await measure(database, `${name}, deep`, { order }, 0.7);
      await measure(database, `${name}, failed ones of user3`, {
        order,
        user: "user3",
        search: { statuses: ["failed"] },
      });
    }
  }
}

try {
  if (!(await Bun.file(file).exists())) await make();
  await measureStore();
  await measureServer();
} finally {
  if (kept === undefined) await rm(directory, { recursive: true, force: true });
}
