// Prints how long each filter of the job list takes in the server over many stored jobs: the first page, a deep one, the
// one before that, and one that nothing meets; then combinations, and those that are as hard as can be thought of. Usage: bun test/bench/job-search.ts [JOBS] [DIRECTORY [hard]]: a directory that is named is kept, and used again; `hard`: only those.
import { Database as Sqlite } from "bun:sqlite";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import type { JobSearch } from "../../src/domain/job-search.ts";
import { type JobOrder, sortKeys } from "../../src/domain/job-sort.ts";
import { silentLogger } from "../../src/domain/logger.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { indexJobs } from "../../src/store/job-index/index-jobs.ts";
import { settleWords } from "../../src/store/job-index/settle-words.ts";
import { insertJob } from "../../src/store/jobs.ts";
import { listJobs } from "../../src/store/list-jobs.ts";
import { executable, startServer } from "../support/executable.ts";
import { acceptedEvent, newJob } from "../support/jobs-in-store.ts";
import { realClock } from "../support/real-clock.ts";

const count = Number(process.argv[2] ?? 1_000_000);
const kept = process.argv[3];
const onlyHard = process.argv[4] === "hard";
const directory = kept ?? (await mkdtemp(join(tmpdir(), "heddle-bench-")));
const file = join(directory, "heddle.db");
const open = () => openDatabase({ file, clock: realClock, logger: silentLogger });
const since = Date.UTC(2026, 0, 1);
/** One job every ten seconds. */
const stepMilliseconds = 10_000;

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
  const words = "flood terrain burned coast forest glacier harvest traffic noise rainfall".split(" ");
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
    for (let last = -1; last !== 0 && taken < most; taken += last) {
      last = await indexJobs(database, batch);
      while (await settleWords(database, async () => {}));
    }
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

const measured: { readonly row: string; readonly median: number }[] = [];

function printSlowest(): void {
  console.log("\nThe slowest:");
  for (const { row } of measured.toSorted((one, other) => other.median - one.median).slice(0, 20)) console.log(row);
}

/** `depth`: the share of all jobs that a deep page lies behind. */
async function measure(database: Database, name: string, asked: Asked, depth = 0): Promise<void> {
  const common = { now: Date.now(), limit: 21, ...asked };
  let from: Awaited<ReturnType<typeof listJobs>>[number]["position"] | undefined;
  if (depth > 0) {
    const number = Math.round(count * (1 - depth));
    from = { number, value: number };
    const isSorted = asked.order !== undefined && asked.order.key !== "created";
    if (isSorted) from = (await listJobs(database, { ...common, limit: 20_000 })).at(-1)?.position;
  }
  const times: number[] = [];
  let found = 0;
  const cpu = process.cpuUsage();
  const [begin, leastRounds, mostRounds, enoughMilliseconds] = [performance.now(), 5, 15, 1000];
  let rounds = 0;
  for (; rounds < mostRounds; rounds += 1) {
    if (rounds >= leastRounds && performance.now() - begin > enoughMilliseconds) break;
    const start = performance.now();
    found = (await listJobs(database, { ...common, ...(from === undefined ? {} : { from }) })).length;
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(cpu);
  times.sort((one, other) => one - other);
  const middle = Math.floor(rounds / 2);
  const at = (index: number) => times.at(index)?.toFixed(2).padStart(7);
  const mean = ((user + system) / (1000 * rounds)).toFixed(2).padStart(7);
  const row = `${name.padEnd(70)} ${String(found).padStart(3)} jobs  median ${at(middle)}  most ${at(-1)} ms  CPU ${mean} ms`;
  console.log(row);
  measured.push({ row, median: times[middle] ?? 0 });
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
  "minDuration=1": { some: { minDurationSeconds: 1 }, none: { minDurationSeconds: 8389 } },
  "durations of ten jobs": {
    some: { minDurationSeconds: 8380, maxDurationSeconds: 8380 },
    none: { minDurationSeconds: 8389, maxDurationSeconds: 8400 },
  },
  "durations of few jobs, of which all thousands have longer and shorter ones": {
    some: { minDurationSeconds: 5000, maxDurationSeconds: 5000 },
    none: { minDurationSeconds: 8389, maxDurationSeconds: 8400 },
  },
  tags: { some: { tags: ["project-7"] }, none: { tags: ["nothing"] } },
  provider: { some: { providerIds: ["provider-2"] }, none: { providerIds: ["nothing"] } },
  "q of one word": { some: { text: [["flood"]] }, none: { text: [["nothing"]] } },
  "q of two words": { some: { text: [["flood", "coast"]] }, none: { text: [["flood", "nothing"]] } },
  "q of two words that never meet": { some: { text: [["upper", "lower"]] }, none: { text: [["late", "early"]] } },
  "q of three words, two of which never meet": {
    some: { text: [["ended", "upper", "lower"]] },
    none: { text: [["ended", "late", "early"]] },
  },
  "q of a rare word": { some: { text: [["sheet4711"]] }, none: { text: [["sheet4711", "sheet4712"]] } },
};
const lastFinished = { key: "finished", isDescending: true } as const;
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
  "q that all jobs meet, sorted by -finished": { search: { text: [["ended"]] }, order: lastFinished },
  "q that a fifth of the jobs meet, sorted by -finished": { search: { text: [["flood"]] }, order: lastFinished },
  "q that few jobs meet, sorted by -finished": { search: { text: [["sheet4711"]] }, order: lastFinished },
  "many tags, sorted by -finished": { search: { tags: ["night"] }, order: lastFinished },
  "most of the jobs, sorted by -finished": { search: { statuses: ["successful"] }, order: lastFinished },
  "an interval, sorted by -user": {
    search: { createdFrom: day(lastDay * 0.2), createdTo: day(lastDay * 0.6) },
    order: { key: "user", isDescending: true },
  },
  "q that many jobs meet, duration, nothing found": { search: { text: [["ended"]], minDurationSeconds: 90_000 } },
};

const alternatives = "flood terrain burned coast forest glacier harvest traffic noise rainfall".split(" ");
const firstHalf = { createdTo: day(lastDay * 0.5) - 1 };
const lastHalf = { createdFrom: day(lastDay * 0.5) };
/** Filters that hundreds of thousands of jobs meet, and few or none all of them, or none near where the order begins. */
const hardSearches: Readonly<Record<string, JobSearch>> = {
  "a tag of half the jobs, durations of the others": { tags: ["batch"], minDurationSeconds: 5 },
  "a word of half the jobs, durations of the others": { text: [["short"]], minDurationSeconds: 5 },
  "a word that all say, days long past": { text: [["ended"]], createdTo: day(lastDay * 0.03) },
  "a word that all say, 900 jobs of a day long past": {
    text: [["ended"]],
    createdFrom: day(lastDay * 0.03),
    createdTo: day(lastDay * 0.03) + 900 * stepMilliseconds,
  },
  "a word that all say, durations of 900 jobs": {
    text: [["ended"]],
    minDurationSeconds: 8300,
    maxDurationSeconds: 8388,
  },
  "a word of half the jobs, days of the others": { text: [["late"]], ...firstHalf },
  "a word of the first half, of all days": { text: [["early"]] },
  "a word of the last half, of all days": { text: [["late"]] },
  "a tag, a word, their days, durations of the others": {
    tags: ["batch"],
    text: [["early"]],
    minDurationSeconds: 5,
    ...firstHalf,
  },
  "two words that never meet": { text: [["upper", "lower"]] },
  "two words that never meet, durations": { text: [["upper", "lower"]], minDurationSeconds: 1 },
  "three words, two of which never meet": { text: [["ended", "upper", "lower"]] },
  "ten words that all say, two that never meet": {
    text: [["job", "ended", "upper", "lower", "process", "ended", "job", "ended", "job", "ended"]],
  },
  "ten alternatives, two tags that never meet": { text: alternatives.map((one) => [one]), tags: ["night", "day"] },
  "ten alternatives, durations of none": {
    text: alternatives.map((one) => [one]),
    tags: ["batch"],
    minDurationSeconds: 5,
  },
  "durations of half the jobs, half the days": { minDurationSeconds: 5, maxDurationSeconds: 8000, ...firstHalf },
  "most jobs' status, durations, half the days": { statuses: ["successful"], minDurationSeconds: 5, ...firstHalf },
  "most jobs' status, few durations, half the days": {
    statuses: ["successful"],
    minDurationSeconds: 4000,
    maxDurationSeconds: 8000,
    ...lastHalf,
  },
  "ten processes, two statuses, providers of none": {
    processIds: alternatives.map((_, at) => `process-${at}`),
    statuses: ["dismissed", "successful"],
    providerIds: ["provider-x", "provider-y"],
  },
  "ten processes, a status and providers that never meet": {
    processIds: alternatives.map((_, at) => `process-${at}`),
    statuses: ["dismissed", "running"],
    providerIds: ["provider-1", "provider-2", "provider-3", "provider-4"],
  },
};
const hardOrders: readonly JobOrder[] = [
  { key: "created", isDescending: true },
  { key: "created", isDescending: false },
  { key: "finished", isDescending: true },
  { key: "finished", isDescending: false },
  { key: "processID", isDescending: true },
  { key: "user", isDescending: false },
];

async function measureHard(database: Database): Promise<void> {
  for (const [name, search] of Object.entries(hardSearches)) {
    for (const order of hardOrders) {
      const sorted = `${order.isDescending ? "-" : "+"}${order.key}`;
      await measure(database, `${name}, ${sorted}`, { search, order });
      if (order.key !== "finished") continue;
      await measure(database, `${name}, ${sorted}, deep`, { search, order }, 0.5);
      await measure(database, `user3, ${name}, ${sorted}`, { user: "user3", search, order });
    }
  }
}

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

const time = (at: number) => new Date(at).toISOString();
/** The single filters as clients write them: one that finds jobs, and one that finds none. */
const queries: readonly (readonly [string, string])[] = [
  ["processID=process-3", "processID=nothing"],
  ["status=failed", "status=running"],
  [`datetime=${time(day(lastDay * 0.2))}/${time(day(lastDay * 0.6))}`, `datetime=../${time(since - 1)}`],
  ["minDuration=3000", "minDuration=90000"],
  ["maxDuration=10", "minDuration=80000&maxDuration=90000"],
  ["tags=project-7", "tags=nothing"],
  ["provider=provider-2", "provider=nothing"],
  ["q=flood", "q=nothing"],
  ["q=flood%20coast", "q=upper%20lower"],
  ["q=sheet4711", "q=ended%20upper%20lower"],
];

/** The same through the executable: what a client waits for, everybody's jobs and those of one user. */
async function measureServer(): Promise<void> {
  const keys = [
    await createKey("admin", "bench"),
    await createKey("runner", "user3"),
    await createKey("runner", "quick"),
  ];
  const [everybody = "", user3 = "", quick = ""] = keys;
  const start = performance.now();
  await using server = await startServer(directory);
  console.log(`start of the server: ${(performance.now() - start).toFixed(0)} ms`);
  const ask = async (name: string, query: string, key: string) => {
    const times: number[] = [];
    for (let round = 0; round < 30; round += 1) {
      const asked = performance.now();
      const response = await fetch(`${server.url}/jobs?limit=20${query}`, {
        headers: { authorization: `Bearer ${key}` },
      });
      if (response.status !== 200) throw new Error(`${query} is answered by ${response.status}`);
      await response.text();
      times.push(performance.now() - asked);
    }
    times.sort((one, other) => one - other);
    const [middle, most] = [times[15]?.toFixed(2).padStart(6), times.at(-1)?.toFixed(2).padStart(6)];
    console.log(`${name}GET /jobs?limit=20${query}`.padEnd(100), `median ${middle}  most ${most} ms`);
  };
  for (const [name, key] of [
    ["", everybody],
    ["user3, ", user3],
  ] as const) {
    await ask(name, "", key);
    for (const query of queries.flat()) await ask(name, `&${query}`, key);
  }
  await ask("a user of brief jobs, ", "&minDuration=60", quick);
}

async function createKey(role: string, user: string): Promise<string> {
  const child = Bun.spawn([
    executable,
    "keys",
    "create",
    "--role",
    role,
    "--user",
    user,
    "--data",
    directory,
    "--json",
  ]);
  const made: unknown = JSON.parse(await new Response(child.stdout).text());
  return v.parse(v.object({ key: v.string() }), made).key;
}

async function measureStore(): Promise<void> {
  await using database = await open();
  if (onlyHard) {
    await measureHard(database);
    return;
  }
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
      await measure(database, `${who}${name}, back to the first page`, { ...asked, search: some, order }, 0.002);
      await measure(database, `${who}${name}, nothing found`, { ...asked, search: none });
    }
  }
  await measure(database, "a user of brief jobs, minDuration, nothing found", {
    user: "quick",
    search: { minDurationSeconds: 60 },
  });
  for (const [name, asked] of Object.entries(combined)) await measure(database, name, asked);
  await measureHard(database);
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
  printSlowest();
  await measureServer();
} finally {
  if (kept === undefined) await rm(directory, { recursive: true, force: true });
}
