import { describe, expect, test } from "bun:test";
import { isDiscarded, type Job } from "../../../src/domain/jobs/job.ts";
import type { JobSearch } from "../../../src/domain/jobs/job-search.ts";
import { type JobOrder, sortKeys } from "../../../src/domain/jobs/job-sort.ts";
import type { Database } from "../../../src/store/database/database.ts";
import { takeIn } from "../../../src/store/job-lists/take-in.ts";
import { discardJob, dismissJob } from "../../../src/store/jobs/dismiss-job.ts";
import { removeJob } from "../../../src/store/jobs/expire-jobs.ts";
import { claimJobs, findJob, finishJob, insertJob } from "../../../src/store/jobs/jobs.ts";
import { keepForGood, keepNoLonger } from "../../../src/store/jobs/keep-job.ts";
import { type JobFilter, listJobs } from "../../../src/store/jobs/list-jobs.ts";
import { retryJob } from "../../../src/store/jobs/retry-job.ts";
import {
  acceptedEvent,
  insertRunningJob,
  newJob,
  openTestDatabase,
  stageEvent,
  startOfTest,
} from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const now = startOfTest + 10_000_000;
const word = (at: number) => ["flood", "terrain", "Über", "burned area"][at % 4] ?? "";
const secondsOf = [0, 1, 3, 15, 16, 21, 40, 3599, 3600, 4000, 90_000];

/**
 * Inserts 90 jobs that differ in everything that can be asked for; nine are not over. Gives them in that order. Their
 * numbers lie so far apart: lists go through 1024 first, then 8192, then more at a time.
 */
async function fill(
  database: Database,
  apart: number,
  removesSome: boolean,
  takesAll: boolean,
): Promise<readonly Job[]> {
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
    if (removesSome && at % 5 === 1) {
      await discardJob(database, { jobId: job.id, moveId: crypto.randomUUID(), at: now, message: "Job dismissed" });
    }
    if (at % 6 === 3 || at % 10 === 4) await keepForGood(database, { jobId: job.id, at: now });
  }
  await database.write(await takeIn(database.read, takesAll ? 100 : 40));
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

type Question = Pick<JobFilter, "user" | "search" | "withRemoved">;

/** What a search means, told by looking at each job. */
function meets(job: Job, { user, search = {}, withRemoved = false }: Question): boolean {
  const milliseconds = job.startedAt === undefined ? Number.NaN : (job.finishedAt ?? now) - job.startedAt;
  const { minDurationSeconds: least, maxDurationSeconds: most } = search;
  const said = [job.processId, job.providerId, ...job.tags, job.message, job.failure?.message, job.failure?.stderrTail]
    .join(" ")
    .toLowerCase();
  return (
    (withRemoved || !isDiscarded(job)) &&
    (user === undefined || (job.user ?? null) === user) &&
    (search.processIds?.includes(job.processId) ?? true) &&
    (search.providerIds?.includes(job.providerId ?? null) ?? true) &&
    (search.statuses?.includes(job.status) ?? true) &&
    job.createdAt >= (search.createdFrom ?? 0) &&
    job.createdAt <= (search.createdTo ?? Number.POSITIVE_INFINITY) &&
    (least === undefined || milliseconds >= least * 1000) &&
    (most === undefined || milliseconds <= most * 1000) &&
    (search.tags?.every((tag) => job.tags.includes(tag)) ?? true) &&
    (search.isKept === undefined || search.isKept === (job.keptAt !== undefined)) &&
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

function expected(jobs: readonly Job[], filter: Question, order: JobOrder): readonly string[] {
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
  { isKept: true },
  { isKept: false },
];
const searches = single.flatMap((one, at) => single.slice(at).map((other) => ({ ...one, ...other })));
const orders = sortKeys.flatMap((key) => [true, false].map((isDescending): JobOrder => ({ key, isDescending })));

/** Takes all jobs that ended into the indexes of the lists. */
async function takeInAll(database: Database): Promise<void> {
  await database.write(await takeIn(database.read, 100));
}

describe.each([
  ["next to each other, some of them taken in", 1, false, false],
  ["some of which are removed, next to each other", 1, true, true],
  ["far from each other", 700, false, true],
  ["some of which are removed, very far from each other, some of them taken in", 3000, true, false],
] as const)("of jobs %s, listJobs()", (_, apart, removesSome, takesAll) => {
  test("finds what every pair of filters means, for everybody and for one user", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const jobs = await fill(database, apart, removesSome, takesAll);
    for (const [at, search] of searches.entries()) {
      const users = at < single.length ? ["ada", null, undefined] : [["ada", null, undefined][at % 3]];
      for (const user of users) {
        const removed = at % 2 === 1 ? { withRemoved: true } : {};
        const filter = user === undefined ? { search, ...removed } : { search, user, ...removed };
        const order = { key: "created", isDescending: true } as const;
        const ids = await listed(database, filter);
        expect({ filter, ids }).toEqual({ filter, ids: expected(jobs, filter, order) });
      }
    }
  }, 60_000);

  test("keeps to every order, both ways, with and without filters", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const jobs = await fill(database, apart, removesSome, takesAll);
    for (const [at, order] of orders.entries()) {
      for (const search of single.filter((_, index) => index % orders.length === 0 || index % 4 === at % 4)) {
        const removed = at % 2 === 1 ? { withRemoved: true } : {};
        const filter = at % 3 === 0 ? { search, user: "bob", ...removed } : { search, ...removed };
        const ids = await listed(database, { ...filter, order });
        expect({ order, filter, ids }).toEqual({ order, filter, ids: expected(jobs, filter, order) });
      }
    }
  }, 60_000);
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
  ["next to each other, some of them taken in", 1, false, false],
  ["far from each other, some removed", 700, true, true],
  ["very far from each other, some removed, some of them taken in", 3000, true, false],
] as const)(
  "of jobs %s text finds those of which all words are said, whatever their state, beside every other filter",
  async (_, apart, removesSome, takesAll) => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const jobs = await fill(database, apart, removesSome, takesAll);
    const plain = jobs.map((job) => ({ ...job, message: job.message.replace("Ü", "U") }));
    for (const text of texts) {
      for (const search of single) {
        for (const order of orders.slice(0, search.processIds === undefined ? 1 : 4)) {
          const filter = { search: { ...search, text }, ...(order.isDescending ? { withRemoved: true } : {}) };
          const ids = expected(plain, filter, order);
          expect({ filter, order, ids: await listed(database, { ...filter, order }) }).toEqual({
            filter,
            order,
            ids,
          });
        }
      }
    }
  },
  60_000,
);

test("a job that waits, or runs, is found by its title, its tags, its process and its inputs, by its owner too", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const request = { title: "Flood of May", inputs: { river: { kind: "value", value: "Oder" } } } as const;
  const said = { request, tags: ["north"], processId: "flood-map", user: "ada" };
  const waiting = newJob({ ...said, id: "waiting" });
  await insertJob(database, waiting, acceptedEvent());
  await insertRunningJob(database, { ...said, id: "running" });
  await insertJob(database, newJob({ id: "other", user: "bob" }), acceptedEvent());
  for (const words of [["flood"], ["May", "north"], ["flood-map"], ["river", "oder"], ["ada"]]) {
    for (const user of ["ada", undefined]) {
      const filter = { search: { text: [words] }, ...(user === undefined ? {} : { user }) };
      expect({ words, ids: await listed(database, filter) }).toEqual({ words, ids: ["running", "waiting"] });
    }
    expect(await listed(database, { search: { text: [words] }, user: "bob" })).toEqual([]);
    const running = { text: [words], statuses: ["running" as const] };
    expect(await listed(database, { search: running })).toEqual(["running"]);
  }
});

test("a word that means something to the index is but a word", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const { jobId, moveId, at } = { jobId: "a", moveId: "m", at: startOfTest };
  await insertJob(database, newJob({ id: jobId }), acceptedEvent());
  await dismissJob(database, { jobId, moveId, at, message: "flood" });
  for (const isTakenIn of [false, true]) {
    if (isTakenIn) await takeInAll(database);
    for (const word of ['"', "OR", "NEAR(", "*", "words : x", "-", "(", "\u0000", "{facets}", "'", "\ud800", "flo*"]) {
      expect({ word, ids: await listed(database, { search: { text: [[word]] } }) }).toEqual({ word, ids: [] });
    }
    for (const word of ["^flood", "FLOOD", "(flood)"]) {
      expect({ word, ids: await listed(database, { search: { text: [[word]] } }) }).toEqual({ word, ids: [jobId] });
    }
  }
});

describe.each([
  ["ended just now", false],
  ["was taken in", true],
])("a job that %s", (_, isTakenIn) => {
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
    if (isTakenIn) await takeInAll(database);
    const found = (search: JobSearch, withRemoved = false) => listed(database, { search, withRemoved });
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

  test("is found among the kept ones from the moment when it is kept until it is let go", async () => {
    const { dir, database, jobId, at, found } = await openWithFailedJob();
    for (const isKept of [false, true, false]) {
      if (isKept) await keepForGood(database, { jobId, at });
      else await keepNoLonger(database, jobId);
      expect(await found({ isKept })).toEqual([jobId]);
      expect(await found({ isKept: !isKept })).toEqual([]);
    }
    await database[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  });

  test("is found as dismissed when it was removed, at once, and only by who wants removed ones too", async () => {
    const { dir, database, jobId, found, move } = await openWithFailedJob();
    expect(await discardJob(database, { ...move, message: "Job dismissed" })).toBe("dismissed");
    for (const isAgain of [false, true]) {
      for (const search of [{}, { statuses: ["dismissed"] }, { tags: ["red"] }, { text: [["dismissed"]] }] as const) {
        expect({ isAgain, search, ids: await found(search) }).toEqual({ isAgain, search, ids: [] });
        expect({ isAgain, search, ids: await found(search, true) }).toEqual({ isAgain, search, ids: [jobId] });
      }
      expect(await found({ statuses: ["failed"] }, true)).toEqual([]);
      await takeInAll(database);
    }
    await database[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  });

  test.each([false, true])("leaves nothing behind when its row goes (removed before: %p)", async (isRemoved) => {
    const { dir, database, jobId, at, found, move } = await openWithFailedJob();
    if (isRemoved) await discardJob(database, { ...move, message: "Job flooded" });
    expect(await removeJob(database, jobId, at - 1)).toBe(false);
    expect(await found({ text: [["flooded"]] }, true)).toEqual([jobId]);
    expect(await removeJob(database, jobId, at)).toBe(true);
    for (const table of ["jobs", "job_tags", "job_texts"]) {
      expect(await database.read({ sql: `SELECT count(*) AS n FROM ${table}`, args: [] })).toMatchObject([{ n: 0 }]);
    }
    await database[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  });
});
