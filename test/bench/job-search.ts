// Prints how long lists take over many stored jobs: single filters, everybody's and one user's (first page, a deep one,
// nothing found), orders, and combinations that are as hard as can be thought of; of each the longest time that it held the
// thread, too. Usage: bun test/bench/job-search.ts [JOBS] [DIRECTORY]: a directory that is named is kept, and
// used again.
import { Database as Sqlite } from "bun:sqlite";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readMigrationFiles } from "drizzle-orm/migrator";
import type { JobSearch } from "../../src/domain/jobs/job-search.ts";
import { type JobOrder, sortKeys } from "../../src/domain/jobs/job-sort.ts";
import { silentLogger } from "../../src/domain/logger.ts";
import { type Database, openDatabase } from "../../src/store/database/database.ts";
import { type JobFilter, listJobs } from "../../src/store/jobs/list-jobs.ts";
import { realClock } from "../support/real-clock.ts";
import { startServer } from "../support/servers/executable.ts";

const count = Number(process.argv[2] ?? 1_000_000);
const kept = process.argv[3];
const directory = kept ?? (await mkdtemp(join(tmpdir(), "heddle-bench-")));
const file = join(directory, "heddle.db");
/** Processor time, which other programs do not lengthen: the driver waits for nothing but pages that are in memory. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
const clock = { ...realClock, elapsed: spent };
const open = () => openDatabase({ file, clock, logger: silentLogger });
const since = Date.UTC(2026, 0, 1);
/** One job every ten seconds. */
const stepMilliseconds = 10_000;
const words = "flood terrain burned coast forest glacier harvest traffic noise rainfall".split(" ");

/**
 * Copies one job: 40 processes of which a few have most jobs, 50 users likewise and one of brief jobs only, one failure
 * in twelve, durations from milliseconds to hours, tags of a project in every third job, a provider in every tenth; 20 jobs
 * that have not ended. What makes combinations hard: words and tags that half of the jobs have, and that never meet one
 * another or the other half of the durations or of the days.
 */
function fill(): void {
  using database = new Sqlite(file);
  database.run("PRAGMA synchronous = OFF");
  const columns = database
    .query<{ name: string }, []>("SELECT name FROM pragma_table_info('jobs')")
    .all()
    .map(({ name }) => name);
  const word = (random: string) =>
    `CASE ${random} % ${words.length} ${words.map((one, n) => `WHEN ${n} THEN '${one}'`).join(" ")} END`;
  /** Below and above four seconds. */
  const brief = (one: string, other: string) => `iif(n.a % 23 < 12, '${one}', '${other}')`;
  const values: Readonly<Record<string, string>> = {
    number: "n.i",
    id: "printf('019c0000-0000-7000-8000-%012x', n.i)",
    process_id: "'process-' || (n.a % 40 * (n.b % 40) / 40)",
    user: "iif(n.a % 23 < 6 and n.d % 8 = 0, 'quick', 'user' || (n.c % 50 * (n.a % 50) / 50))",
    provider_id: "iif(n.d % 10 = 0, 'provider-' || (n.b % 5), NULL)",
    status: `CASE WHEN n.i > ${count - 20} THEN 'accepted' WHEN n.d % 12 = 0 THEN 'failed' WHEN n.d % 50 = 1 THEN 'dismissed' ELSE 'successful' END`,
    tags: `iif(n.c % 3 = 0, json_array('project-' || (n.b % 30), iif(n.a % 2, 'night', 'day'), ${brief("batch", "stream")}), json_array(${brief("batch", "stream")}))`,
    message: `'Job ended: ' || ${word("n.a")} || ' ' || ${word("n.b / 7")} || ' sheet' || (n.c % 5000) || iif(n.d % 2, ' upper ', ' lower ') || ${brief("short", "long")} || iif(n.i * 2 < ${count}, ' early', ' late')`,
    created_at: `${since} + n.i * ${stepMilliseconds}`,
    started_at: `iif(n.i > ${count - 20}, NULL, ${since} + n.i * ${stepMilliseconds} + 5)`,
    updated_at: `iif(n.i > ${count - 20}, ${since}, ${since} + n.i * ${stepMilliseconds} + 5 + (1 << (n.a % 23)) + n.b % (1 << (n.a % 23)))`,
    finished_at: `iif(n.i > ${count - 20}, NULL, ${since} + n.i * ${stepMilliseconds} + 5 + (1 << (n.a % 23)) + n.b % (1 << (n.a % 23)))`,
  };
  database.run("BEGIN");
  const request = JSON.stringify({ inputs: { text: { kind: "value", value: "Hello, weaver".repeat(20) } } });
  database.run(
    `INSERT INTO jobs (id, process_id, process_revision, status, is_sync, tags, request, priority, attempt, fence, progress, message, created_at, finished_at, updated_at, early_crashes)
     VALUES ('first', 'echo', 'sha256:0', 'dismissed', 0, '[]', ?, 0, 0, 0, 0, 'Job accepted', ${since}, ${since}, ${since}, 0)`,
    [request],
  );
  database.run(
    `INSERT INTO jobs (${columns.join()})
     WITH RECURSIVE c(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM c WHERE i < ${count}),
     n AS MATERIALIZED (SELECT i, random() & 0xffffff AS a, random() & 0xffffff AS b, random() & 0xffffff AS c, random() & 0xffffff AS d FROM c)
     SELECT ${columns.map((name) => values[name] ?? `j.${name}`).join()} FROM n CROSS JOIN jobs j ON j.number = 1`,
  );
  database.run("COMMIT");
  database.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

/** A database of a program that had no such indexes is filled, and brought along. */
async function make(): Promise<void> {
  const migrations = readMigrationFiles({ migrationsFolder: join(import.meta.dir, "..", "..", "drizzle") });
  await using _ = await openDatabase({
    file,
    clock,
    logger: silentLogger,
    migrations: migrations.slice(0, 10),
  });
  const [, filled] = await timed(async () => fill());
  console.log(`stored ${count} jobs in ${(filled / 1000).toFixed(0)} s`);
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const start = spent();
  const result = await work();
  return [result, spent() - start];
}

type List = Pick<JobFilter, "user" | "search" | "order" | "withRemoved">;
const measured: { readonly row: string; readonly median: number }[] = [];

/** `depth`: the share of all jobs that the page lies behind. */
async function measure(database: Database, name: string, list: List, depth = 0): Promise<void> {
  let held = 0;
  const watching: Database = {
    ...database,
    async read(statement) {
      const [rows, milliseconds] = await timed(() => database.read(statement));
      held = Math.max(held, milliseconds);
      return rows;
    },
  };
  const number = Math.round(count * (1 - depth));
  const filter = { now: Date.now(), limit: 21, ...list };
  const isByNumber = list.order === undefined || list.order.key === "created";
  const pages = depth === 0 || isByNumber ? [] : await listJobs(database, { ...filter, limit: 20_000 });
  const from = isByNumber ? { number, value: number } : pages.at(-1)?.position;
  const times: number[] = [];
  let found = 0;
  const begin = spent();
  while (times.length < 5 || (times.length < 15 && spent() - begin < 1000)) {
    const page = listJobs(watching, depth === 0 || from === undefined ? filter : { ...filter, from });
    const [jobs, milliseconds] = await timed(() => page);
    found = jobs.length;
    times.push(milliseconds);
  }
  times.sort((one, other) => one - other);
  const median = times[Math.floor(times.length / 2)] ?? 0;
  const figures = [median, times.at(-1) ?? 0, held].map((one) => one.toFixed(2).padStart(8));
  const row = `${name.padEnd(70)} ${String(found).padStart(3)} jobs  median ${figures[0]}  most ${figures[1]}  held ${figures[2]} ms`;
  console.log(row);
  measured.push({ row, median });
}

function printSlowest(kind: string): void {
  console.log(`\nThe slowest ${kind}:`);
  for (const { row } of measured.toSorted((one, other) => other.median - one.median).slice(0, 15)) console.log(row);
  console.log("");
  measured.length = 0;
}

const day = (number: number) => since + number * 86_400_000;
const days = (count * stepMilliseconds) / 86_400_000;
/** One that finds jobs, and one that finds none. */
const single: Readonly<Record<string, readonly [JobSearch, JobSearch]>> = {
  processID: [{ processIds: ["process-3"] }, { processIds: ["nothing"] }],
  "three processes": [{ processIds: ["process-1", "process-2", "process-30"] }, { processIds: ["x", "y", "z"] }],
  provider: [{ providerIds: ["provider-2"] }, { providerIds: ["nothing"] }],
  status: [{ statuses: ["failed"] }, { statuses: ["running"] }],
  "two statuses": [{ statuses: ["failed", "dismissed"] }, { statuses: ["running"] }],
  datetime: [{ createdFrom: day(days * 0.2), createdTo: day(days * 0.6) }, { createdTo: since - 1 }],
  minDuration: [{ minDurationSeconds: 3000 }, { minDurationSeconds: 90_000 }],
  maxDuration: [{ maxDurationSeconds: 10 }, { minDurationSeconds: 80_000, maxDurationSeconds: 90_000 }],
  "durations of ten jobs": [lasting(5000, 5000), lasting(8389, 8400)],
  tags: [{ tags: ["project-7"] }, { tags: ["nothing"] }],
  kept: [{ isKept: true }, { isKept: true, createdTo: since - 1 }],
  "not kept": [{ isKept: false }, { isKept: false, createdTo: since - 1 }],
  "q of one word": [{ text: [["flood"]] }, { text: [["nothing"]] }],
  "q of two words": [{ text: [["flood", "coast"]] }, { text: [["flood", "nothing"]] }],
  "q of a rare word": [{ text: [["sheet4711"]] }, { text: [["sheet4711", "sheet4712"]] }],
};

function lasting(minDurationSeconds: number, maxDurationSeconds: number): JobSearch {
  return { minDurationSeconds, maxDurationSeconds };
}

async function measureSingle(database: Database): Promise<void> {
  await measure(database, "no filter", {});
  await measure(database, "no filter, deep", {}, 0.7);
  for (const [name, [some, none]] of Object.entries(single)) {
    for (const user of [{}, { user: "user3" }]) {
      const whose = user.user === undefined ? name : `${user.user}, ${name}`;
      await measure(database, whose, { ...user, search: some });
      await measure(database, `${whose}, deep`, { ...user, search: some }, 0.7);
      const order = { key: "created", isDescending: false } as const;
      await measure(database, `${whose}, back from deep`, { ...user, search: some, order }, 0.7);
      await measure(database, `${whose}, nothing found`, { ...user, search: none });
    }
  }
  const longOnes = { minDurationSeconds: 60 };
  await measure(database, "a user of brief jobs, minDuration", { user: "quick", search: longOnes });
  for (const key of sortKeys) {
    for (const isDescending of [true, false]) {
      const order = { key, isDescending };
      await measure(database, `by ${isDescending ? "-" : "+"}${key}`, { order });
      await measure(database, `by ${isDescending ? "-" : "+"}${key}, deep`, { order }, 0.7);
    }
  }
  printSlowest("single filters and orders");
}

const firstHalf = { createdTo: day(days * 0.5) - 1 };
const processIds = words.map((_, at) => `process-${at}`);
const anyWord = words.map((one) => [one]);
/** Filters that hundreds of thousands of jobs meet, and few or none all of them, or none near where the order begins. */
const hard: Readonly<Record<string, JobSearch>> = {
  "a tag of half the jobs, durations of the others": { tags: ["batch"], minDurationSeconds: 5 },
  "a word of half the jobs, durations of the others": { text: [["short"]], minDurationSeconds: 5 },
  "a word that all say, days long past": { text: [["ended"]], createdTo: day(days * 0.03) },
  "a word that all say": { text: [["ended"]] },
  "a word that all say, durations of 900 jobs": { text: [["ended"]], ...lasting(8300, 8388) },
  "a word that all say, durations of none": { text: [["ended"]], minDurationSeconds: 90_000 },
  "a word of half the jobs, days of the others": { text: [["late"]], ...firstHalf },
  "a tag, a word, durations of the others": { tags: ["batch"], text: [["early"]], minDurationSeconds: 5, ...firstHalf },
  "two words that never meet": { text: [["upper", "lower"]] },
  "words that all say, two that never meet": { text: [["job", "ended", "upper", "lower", "process"]] },
  "kept, a process and a status of none": { isKept: true, processIds, statuses: ["running"] },
  "not kept, two tags that never meet": { isKept: false, tags: ["night", "day"] },
  "not kept, a provider and a status of none": { isKept: false, providerIds: ["provider-1"], statuses: ["running"] },
  "two tags that never meet": { tags: ["night", "day"] },
  "ten alternatives, two tags that never meet": { text: anyWord, tags: ["night", "day"] },
  "ten alternatives, durations of none": { text: anyWord, tags: ["batch"], minDurationSeconds: 5 },
  "durations of half the jobs, half the days": { ...lasting(5, 8000), ...firstHalf },
  "most jobs' status, few durations": { statuses: ["successful"], ...lasting(4000, 4010) },
  "processes and providers of none": { processIds, providerIds: ["provider-x", "provider-y"] },
  "processes, a status and providers that never meet": {
    processIds,
    statuses: ["dismissed", "running"],
    providerIds: ["provider-1", "provider-2", "provider-3", "provider-4"],
  },
};
const hardOrders: readonly JobOrder[] = [
  { key: "created", isDescending: true },
  { key: "finished", isDescending: true },
  { key: "user", isDescending: false },
];

async function measureHard(database: Database): Promise<void> {
  for (const [name, search] of Object.entries(hard)) {
    for (const order of hardOrders) {
      const sorted = `${name}, ${order.isDescending ? "-" : "+"}${order.key}`;
      await measure(database, sorted, { search, order });
      await measure(database, `user3, ${sorted}`, { user: "user3", search, order });
    }
    await measure(database, `${name}, removed ones too`, { search, withRemoved: true });
  }
  printSlowest("combinations");
}

try {
  if (!(await Bun.file(file).exists())) await make();
  {
    const [database, milliseconds] = await timed(open);
    console.log(`opened in ${(milliseconds / 1000).toFixed(1)} s`);
    await using _ = database;
    // The column came later than what is filled.
    await database.write([{ sql: "UPDATE jobs SET kept_at = created_at WHERE number % 200 = 7", args: [] }]);
    await measureSingle(database);
    await measureHard(database);
  }
  for (const data of [directory, join(directory, "none")]) {
    const start = performance.now();
    const server = await startServer(data);
    console.log(
      `start of the server${data === directory ? "" : " without jobs"}: ${(performance.now() - start).toFixed(0)} ms`,
    );
    await server.stop();
  }
} finally {
  if (kept === undefined) await rm(directory, { recursive: true, force: true });
}
