import { describe, expect, test } from "bun:test";
import type { Database } from "../../../src/store/database/database.ts";
import { dismissJob } from "../../../src/store/jobs/dismiss-job.ts";
import { eventsOf, type FollowedEvent, follow, withLiveProgress } from "../../../src/store/jobs/job-events.ts";
import { findJob, finishJob, recordJob } from "../../../src/store/jobs/jobs.ts";
import {
  insertNewJob,
  insertRunningJob,
  newJob,
  openTestDatabase,
  stageEvent,
  startOfTest,
} from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const forever = new AbortController().signal;
const at = startOfTest;

async function collect(events: AsyncIterable<FollowedEvent>): Promise<readonly FollowedEvent[]> {
  return Array.fromAsync(events);
}

function words(events: readonly FollowedEvent[]): readonly string[] {
  return events.map((event) => (event.kind === "live" ? `live ${event.progress}` : `${event.number} ${event.status}`));
}

function dismiss(database: Database, jobId: string): Promise<unknown> {
  return dismissJob(database, { jobId, moveId: crypto.randomUUID(), at, message: "Dismissed" });
}

function record(
  database: Database,
  { jobId, fence }: { jobId: string; fence: number },
  progress: number,
): Promise<unknown> {
  const events = [stageEvent("monitorLoop", { kind: "progress", progress })];
  return recordJob(database, { jobId, fence, at, events, progress, stage: "monitorLoop", message: "m" });
}

const live = (progress: number) => ({ progress, message: "m", stage: "monitorLoop" }) as const;

test("eventsOf() reads from a number on, at most as many as wanted", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const running = await insertRunningJob(database);
  await record(database, running, 30);
  const numbers = async (after: number, limit?: number) =>
    (await eventsOf(database, running.jobId, after, limit)).map((event) => event.number);
  expect(await numbers(0)).toEqual([1, 2, 3]);
  expect(await numbers(1, 1)).toEqual([2]);
  expect(await numbers(3)).toEqual([]);
});

test("the events of one write stand in one row, and are read one by one beside rows of one event each", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const { jobId, fence } = await insertRunningJob(database);
  const failure = { message: "a \ud800 and \0", exitCode: 3 };
  const events = [
    stageEvent("describe"),
    stageEvent("monitorError", { message: "a \ud800 and \0", failure }),
    { ...stageEvent("monitorEnd"), at: at + 1 },
  ];
  await recordJob(database, { jobId, fence, at, events, progress: 90, stage: "monitorEnd", message: "m" });
  expect(await database.read({ sql: "SELECT number FROM job_events ORDER BY number", args: [] })).toEqual([
    expect.objectContaining({ number: 1 }),
    expect.objectContaining({ number: 2 }),
    expect.objectContaining({ number: 5 }),
  ]);
  const read = await eventsOf(database, jobId, 0);
  expect(read.map(({ number, stage }) => [number, stage])).toEqual([
    [1, undefined],
    [2, "setup"],
    [3, "describe"],
    [4, "monitorError"],
    [5, "monitorEnd"],
  ]);
  expect(read[3]).toEqual({ ...stageEvent("monitorError"), jobId, number: 4, message: "a \ufffd and \ufffd", failure });
  const numbers = async (after: number, limit?: number) =>
    (await eventsOf(database, jobId, after, limit)).map((event) => event.number);
  expect(await numbers(3)).toEqual([4, 5]);
  expect(await numbers(2, 2)).toEqual([3, 4]);
  expect(await numbers(5)).toEqual([]);
});

describe("follow()", () => {
  test("gives stored events, then new ones, and ends after the final one", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const running = await insertRunningJob(database);
    const events = follow(database, running.jobId, 0, forever);
    expect((await events.next()).value).toMatchObject({ number: 1, status: "accepted" });
    expect((await events.next()).value).toMatchObject({ number: 2, status: "running" });
    const next = events.next();
    await record(database, running, 30);
    expect((await next).value).toMatchObject({ number: 3, kind: "progress", progress: 30 });
    await record(database, running, 40);
    await dismiss(database, running.jobId);
    expect(words(await collect(events))).toEqual(["4 running", "5 dismissed"]);
  });

  test("gives all events of the write that ends the job", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const running = await insertRunningJob(database);
    const following = collect(follow(database, running.jobId, 2, forever));
    await finishJob(database, {
      ...running,
      moveId: "m",
      at,
      outcome: { status: "failed", results: {} },
      progress: 85,
      stage: "notify",
      message: "m",
      events: [
        stageEvent("monitorError", { status: "failed" }),
        stageEvent("monitorEnd", { status: "failed" }),
        stageEvent("notify", { kind: "status", status: "failed" }),
      ],
      executionEnded: true,
    });
    expect(words(await following)).toEqual(["3 failed", "4 failed", "5 failed"]);
  });

  test("resumes after a number, and ends at once when nothing can follow", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const { id } = await insertNewJob(database);
    await dismiss(database, id);
    expect(words(await collect(follow(database, id, 1, forever)))).toEqual(["2 dismissed"]);
    expect(await collect(follow(database, id, 2, forever))).toEqual([]);
    expect(await collect(follow(database, "none", 0, forever))).toEqual([]);
  });

  test("gives the newest live progress between events, and none that an event has outdated", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const running = await insertRunningJob(database);
    const events = follow(database, running.jobId, 1, forever);
    await events.next();
    const first = events.next();
    database.announce(running.jobId, live(21));
    expect((await first).value).toEqual({ kind: "live", ...live(21) });
    database.announce(running.jobId, live(22));
    database.announce(running.jobId, live(23));
    expect((await events.next()).value).toMatchObject({ kind: "live", progress: 23 });
    database.announce(running.jobId, live(24));
    await record(database, running, 25);
    await dismiss(database, running.jobId);
    expect(words(await collect(events))).toEqual(["3 running", "4 dismissed"]);
  });

  test("ends quietly when its signal aborts, before or while it waits", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const { id } = await insertNewJob(database);
    const controller = new AbortController();
    const following = collect(follow(database, id, 1, controller.signal));
    controller.abort();
    expect(await following).toEqual([]);
    expect(await collect(follow(database, id, 0, AbortSignal.abort()))).toEqual([]);
  });

  test("ends when the database closes", async () => {
    await using dir = await temporaryDirectory();
    const database = await openTestDatabase(dir.path);
    const { id } = await insertNewJob(database);
    const events = follow(database, id, 0, forever);
    await events.next();
    const next = events.next();
    await database[Symbol.asyncDispose]();
    expect((await next).done).toBe(true);
  });

  test("misses nothing that is committed while it starts", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const followed = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const { id } = await insertNewJob(database);
        const ending = dismiss(database, id);
        for (let turn = 0; turn < index % 5; turn += 1) await Promise.resolve();
        if (index % 3 === 0) await ending;
        return words(await collect(follow(database, id, 0, forever)));
      }),
    );
    for (const events of followed) expect(events).toEqual(["1 accepted", "2 dismissed"]);
  });

  test("two thousand followers of a job read each change once", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const running = await insertRunningJob(database);
    let reads = 0;
    const counting: Database = {
      ...database,
      read(statement) {
        reads += 1;
        return database.read(statement);
      },
    };
    const following = Array.from({ length: 2000 }, () => collect(follow(counting, running.jobId, 0, forever)));
    await record(database, running, 30);
    await dismiss(database, running.jobId);
    const expected = ["1 accepted", "2 running", "3 running", "4 dismissed"];
    for (const events of await Promise.all(following)) expect(words(events)).toEqual(expected);
    expect(reads).toBeLessThan(10);
  });
});

describe("withLiveProgress()", () => {
  test("adds what was announced last, also when an older event is stored after it, until the job ends", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const running = await insertRunningJob(database);
    const shown = async () => {
      const job = await findJob(database, running.jobId);
      return job && withLiveProgress(database, job).progress;
    };
    expect(await shown()).toBe(1);
    database.announce(running.jobId, live(30));
    database.announce(running.jobId, live(31));
    expect(await shown()).toBe(31);
    await record(database, running, 30);
    expect(await shown()).toBe(31);
    await dismiss(database, running.jobId);
    expect(withLiveProgress(database, newJob({ id: running.jobId, status: "running" })).progress).toBe(0);
  });
});
