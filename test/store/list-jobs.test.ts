import { describe, expect, test } from "bun:test";
import type { Job } from "../../src/domain/job.ts";
import type { JobSearch } from "../../src/domain/job-search.ts";
import { type JobOrder, sortKeys } from "../../src/domain/job-sort.ts";
import type { Database } from "../../src/store/database.ts";
import { removeJob } from "../../src/store/expire-jobs.ts";
import { indexJobs } from "../../src/store/job-index/index-jobs.ts";
import { settleWords } from "../../src/store/job-index/settle-words.ts";
import { claimJobs, discardJob, dismissJob, findJob, finishJob, insertJob } from "../../src/store/jobs.ts";
import { type JobFilter, listJobs } from "../../src/store/list-jobs.ts";
import { retryJob } from "../../src/store/retry-job.ts";
import {
  acceptedEvent,
  insertRunningJob,
  newJob,
  openTestDatabase,
  stageEvent,
  startOfTest,
} from "../support/jobs-in-store.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const now = startOfTest + 10_000_000;
const word = (at: number) => ["flood", "terrain", "Über", "burned area"][at % 4] ?? "";
const secondsOf = [0, 1, 3, 15, 16, 21, 40, 3599, 3600, 4000, 90_000];

/**
 * Inserts 90 jobs that differ in everything that can be asked for; nine are not over. Gives them in that order. Their
 * numbers lie so far apart: the index keeps 1024 together, and 8192.
 */
async function fill(database: Database, apart: number, take: (at: number) => Promise<void>): Promise<readonly Job[]> {
  const ids: string[] = [];
  for (let at = 0; at < 90; at += 1) {
    const user = ["ada", "bob", undefined][at % 3];
    const providerId = at % 5 === 0 ? `provider-${at % 2}` : undefined;
    const job = newJob({
      id: `job-${at}`,
      processId: `process-${(at * 7) % 4}`,
      createdAt: startOfTest + at * 1000,
      tags: at % 4 === 0 ? ["red", "x,y"] : at % 4 === 1 ? ["red", `tag ${at % 8}`] : [],
      ...(user === undefined ? {} : { user }),
      ...(providerId === undefined ? {} : { providerId }),
    });
    ids.push(job.id);
    await insertJob(database, job, acceptedEvent(job.createdAt));
    await database.write([{ sql: "UPDATE jobs SET number = ? WHERE id = ?", args: [(at + 1) * apart, job.id] }]);
    await move(database, job, at);
    await take(at);
  }
  const jobs = await Promise.all(ids.map((id) => findJob(database, id)));
  return jobs.filter((job) => job !== undefined);
}

async function move(database: Database, { id: jobId, createdAt }: Job, at: number): Promise<void> {
  if (at % 30 === 1) return;
  const moveId = crypto.randomUUID();
  if (at % 9 === 2) {
    await dismissJob(database, { jobId, moveId, at: createdAt + 1, message: `Job dismissed. ${word(at)}` });
    return;
  }
  const startedAt = createdAt + 10;
  const executionId = `execution-${at}`;
  const claim = { jobId, executionId, moveId, event: stageEvent("setup") };
  const fence = (await claimJobs(database, [claim], startedAt)).get(jobId)?.fence ?? 0;
  if (at % 15 === 4) return;
  const failure = { message: `${word(at + 1)} is missing`, stderrTail: "No space left" };
  await finishJob(database, {
    jobId,
    executionId,
    fence,
    moveId: crypto.randomUUID(),
    at: startedAt + (secondsOf[at % secondsOf.length] ?? 0) * 1000 + (at % 2),
    outcome: at % 6 === 0 ? { status: "failed", results: {}, failure } : { status: "successful", results: {} },
    progress: 100,
    stage: "done",
    message: `Job complete: ${word(at)}`,
    events: [],
    executionEnded: true,
  });
}

/** What a search means, told by looking at each job. */
function meets(job: Job, { user, search = {} }: Pick<JobFilter, "user" | "search">): boolean {
  const milliseconds = job.startedAt === undefined ? Number.NaN : (job.finishedAt ?? now) - job.startedAt;
  const { minDurationSeconds: least, maxDurationSeconds: most } = search;
  const said = [job.processId, job.providerId, ...job.tags, job.message, job.failure?.message, job.failure?.stderrTail]
    .join(" ")
    .toLowerCase();
  return (
    (user === undefined || (job.user ?? null) === user) &&
    (search.processIds?.includes(job.processId) ?? true) &&
    (search.providerIds?.includes(job.providerId ?? null) ?? true) &&
    (search.statuses?.includes(job.status) ?? true) &&
    job.createdAt >= (search.createdFrom ?? 0) &&
    job.createdAt <= (search.createdTo ?? Number.POSITIVE_INFINITY) &&
    (least === undefined || milliseconds >= least * 1000) &&
    (most === undefined || milliseconds <= most * 1000) &&
    (search.tags?.every((tag) => job.tags.includes(tag)) ?? true) &&
    (search.text?.some((words) => words.every((one) => said.includes(one.toLowerCase()))) ?? true)
  );
}

function sortedValue(job: Job, at: number, { key }: JobOrder): number | string {
  switch (key) {
    case "created":
      return at;
    case "finished":
      return job.finishedAt ?? -1;
    case "status":
      return job.status;
    case "processID":
      return job.processId;
    case "provider":
      return job.providerId ?? "";
    case "user":
      return job.user ?? "";
    default:
      return key satisfies never;
  }
}

function expected(
  jobs: readonly Job[],
  filter: Pick<JobFilter, "user" | "search">,
  order: JobOrder,
): readonly string[] {
  const rising = jobs
    .map((job, at) => ({ job, at, value: sortedValue(job, at, order) }))
    .filter(({ job }) => meets(job, filter))
    .sort((one, other) => (one.value < other.value ? -1 : one.value > other.value ? 1 : one.at - other.at))
    .map(({ job }) => job.id);
  return order.isDescending ? rising.reverse() : rising;
}

/** Turns the pages of a list to its end. */
async function listed(database: Database, filter: Omit<JobFilter, "limit" | "now">): Promise<readonly string[]> {
  const ids: string[] = [];
  let from: JobFilter["from"];
  for (;;) {
    const page = await listJobs(database, { ...filter, now, limit: 7, ...(from === undefined ? {} : { from }) });
    ids.push(...page.map(({ job }) => job.id));
    from = page.at(-1)?.position;
    if (from === undefined || ids.length > 200) return ids;
  }
}

const single: readonly JobSearch[] = [
  {},
  { processIds: ["process-1"] },
  { processIds: ["process-0", "process-2", "nothing"] },
  { processIds: ["process-1"], providerIds: [null] },
  { providerIds: ["provider-1"] },
  { providerIds: ["provider-0", null] },
  { statuses: ["failed"] },
  { statuses: ["running", "successful"] },
  { statuses: ["accepted"] },
  { statuses: [] },
  { createdFrom: startOfTest + 20_000 },
  { createdFrom: startOfTest + 20_000, createdTo: startOfTest + 60_000 },
  { minDurationSeconds: 0 },
  { minDurationSeconds: 16 },
  { minDurationSeconds: 3599, maxDurationSeconds: 3600 },
  { maxDurationSeconds: 3 },
  { tags: ["red"] },
  { tags: ["x,y", "red"] },
];
const searches = single.flatMap((one, at) => single.slice(at).map((other) => ({ ...one, ...other })));
const orders = sortKeys.flatMap((key) => [true, false].map((isDescending): JobOrder => ({ key, isDescending })));

type Take = (database: Database, at: number) => Promise<void>;

const rest = async () => {};
const takeNone: Take = async () => {};
const takeSome: Take = async (database, at) => {
  if (at === 50) await indexJobs(database, 30);
};
const takeEach: Take = async (database) => {
  await indexJobs(database, 100);
  await settleWords(database, rest);
};

describe.each([
  ["no job is indexed", takeNone, 1],
  ["some jobs are indexed", takeSome, 1],
  ["each job is indexed when it ends", takeEach, 1],
  ["some jobs of many are indexed", takeSome, 700],
  ["each job of some groups is indexed", takeEach, 100],
  ["each job of many is indexed", takeEach, 700],
] as const)("when %s, listJobs()", (_, take, apart) => {
  test("finds what every pair of filters means, for everybody and for one user", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const jobs = await fill(database, apart, (at) => take(database, at));
    for (const [at, search] of searches.entries()) {
      const users = at < single.length ? ["ada", null, undefined] : [["ada", null, undefined][at % 3]];
      for (const user of users) {
        const filter = user === undefined ? { search } : { search, user };
        const order = { key: "created", isDescending: true } as const;
        const ids = await listed(database, filter);
        expect({ filter, ids }).toEqual({ filter, ids: expected(jobs, filter, order) });
      }
    }
  });

  test("keeps to every order, both ways, with and without filters", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const jobs = await fill(database, apart, (at) => take(database, at));
    for (const [at, order] of orders.entries()) {
      for (const search of single.filter((_, index) => index % orders.length === 0 || index % 4 === at % 4)) {
        const filter = at % 3 === 0 ? { search, user: "bob" } : { search };
        const ids = await listed(database, { ...filter, order });
        expect({ order, filter, ids }).toEqual({ order, filter, ids: expected(jobs, filter, order) });
      }
    }
  });
});

const texts: readonly NonNullable<JobSearch["text"]>[] = [
  [["flood"]],
  [["uber"]],
  [["flood"], ["Terrain"]],
  [["burned", "area"]],
  [["process-1"]],
  [["red", "flood"]],
  [["space", "missing"]],
  [["nothing"]],
];

test.each([
  ["few", 1],
  ["some", 100],
  ["many", 700],
])(
  "of %s jobs text finds the indexed ones of which all words are said, beside every other filter",
  async (_, apart) => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const jobs = await fill(database, apart, async () => {});
    await indexJobs(database, 70);
    while (await settleWords(database, rest));
    // Late ones of groups that are settled.
    await indexJobs(database, 30);
    const plain = jobs.map((job) => ({ ...job, message: job.message.replace("Ü", "U") }));
    for (const text of texts) {
      for (const search of single) {
        for (const order of orders.slice(0, search.processIds === undefined ? 1 : 4)) {
          const filter = { search: { ...search, text } };
          const ended = new Set(jobs.filter((job) => job.finishedAt !== undefined).map((job) => job.id));
          const ids = expected(plain, filter, order).filter((id) => ended.has(id));
          expect({ filter, order, ids: await listed(database, { ...filter, order }) }).toEqual({
            filter,
            order,
            ids,
          });
        }
      }
    }
  },
);

test("a word that means something to the index is but a word", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const { jobId, moveId, at } = { jobId: "a", moveId: "m", at: startOfTest };
  await insertJob(database, newJob({ id: jobId }), acceptedEvent());
  await dismissJob(database, { jobId, moveId, at, message: "flood" });
  await indexJobs(database, 1);
  for (const word of ['"', "OR", "NEAR(", "*", "words : x", "-", "(", "\u0000", "{facets}", "'", "\ud800", "flo*"]) {
    expect({ word, ids: await listed(database, { search: { text: [[word]] } }) }).toEqual({ word, ids: [] });
  }
  for (const word of ["^flood", "FLOOD", "(flood)"]) {
    expect({ word, ids: await listed(database, { search: { text: [[word]] } }) }).toEqual({ word, ids: [jobId] });
  }
});

describe("a job that was indexed", () => {
  async function openWithFailedJob() {
    const dir = await temporaryDirectory();
    const database = await openTestDatabase(dir.path);
    const { jobId, executionId, fence } = await insertRunningJob(database, { tags: ["red"] });
    const at = startOfTest + 5000;
    await finishJob(database, {
      jobId,
      executionId,
      fence,
      moveId: crypto.randomUUID(),
      at,
      outcome: { status: "failed", results: {}, failure: { message: "flooded" } },
      progress: 85,
      stage: "done",
      message: "Job failed",
      events: [],
      executionEnded: true,
    });
    expect(await indexJobs(database, 100)).toBe(1);
    expect(await indexJobs(database, 100)).toBe(0);
    const found = (search: JobSearch) => listed(database, { search });
    return { dir, database, jobId, at, found, move: { jobId, moveId: crypto.randomUUID(), at } };
  }

  test("is found as what it is after a retry, once", async () => {
    const { dir, database, jobId, found, move } = await openWithFailedJob();
    expect(await retryJob(database, { ...move, message: "Job accepted", keepsFinishedSteps: false })).toBe("accepted");
    expect(await found({ tags: ["red"] })).toEqual([jobId]);
    expect(await found({ statuses: ["accepted"] })).toEqual([jobId]);
    expect(await found({ statuses: ["failed"] })).toEqual([]);
    expect(await found({ text: [["flooded"]] })).toEqual([]);
    await database[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  });

  test("is found as dismissed, at once and when it is indexed anew", async () => {
    const { dir, database, jobId, found, move } = await openWithFailedJob();
    expect(await discardJob(database, { ...move, message: "Job dismissed" })).toBe("dismissed");
    for (const indexed of [0, 1]) {
      expect(await found({ statuses: ["dismissed"] })).toEqual([jobId]);
      expect(await found({ tags: ["red"] })).toEqual([jobId]);
      expect(await found({ statuses: ["failed"] })).toEqual([]);
      expect(await found({ text: [["dismissed"]] })).toEqual(indexed === 0 ? [] : [jobId]);
      await indexJobs(database, 100);
    }
    await database[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  });

  test("leaves nothing behind when it is removed", async () => {
    const { dir, database, jobId, at, found } = await openWithFailedJob();
    expect(await removeJob(database, jobId, at - 1)).toBe(false);
    expect(await found({ text: [["flooded"]] })).toEqual([jobId]);
    expect(await removeJob(database, jobId, at)).toBe(true);
    expect(await indexJobs(database, 1)).toBe(1);
    for (const table of ["jobs", "job_sets", "job_columns", "job_groups", "job_gone", "job_texts"]) {
      expect(await database.read({ sql: `SELECT count(*) AS n FROM ${table}`, args: [] })).toMatchObject([{ n: 0 }]);
    }
    await database[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  });
});
