import { describe, expect, test } from "bun:test";
import type { Job } from "../../../src/domain/jobs/job.ts";
import { stages } from "../../../src/domain/jobs/progress.ts";
import { discardJob, dismissJob } from "../../../src/store/jobs/dismiss-job.ts";
import { checkpointsOf, findExecution } from "../../../src/store/jobs/executions.ts";
import { removeJob } from "../../../src/store/jobs/expire-jobs.ts";
import { forgetIdempotencyKeys } from "../../../src/store/jobs/idempotency-keys.ts";
import { eventsOf } from "../../../src/store/jobs/job-events.ts";
import {
  adoptJob,
  claimJobs,
  findJob,
  findJobOfExecution,
  finishJob,
  insertJob,
  recordJob,
  releaseJob,
} from "../../../src/store/jobs/jobs.ts";
import { listJobs } from "../../../src/store/jobs/list-jobs.ts";
import { retryJob } from "../../../src/store/jobs/retry-job.ts";
import { waitingJobs } from "../../../src/store/jobs/waiting-jobs.ts";
import { resultsOf } from "../../../src/store/results/results.ts";
import {
  acceptedEvent,
  finishing,
  insertNewJob,
  insertRunningJob,
  newJob,
  openTestDatabase,
  stageEvent,
  startOfTest,
} from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const at = startOfTest + 5000;
const moveId = () => crypto.randomUUID();

describe("insertJob()", () => {
  test("keeps every member of a job", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const job: Job = newJob({
      isSync: true,
      user: "ada",
      tags: ["local", "sync"],
      language: "fr",
      request: { inputs: { text: { kind: "value", value: { a: [1.5, null, "é\u0000\ud800"] } } }, response: "raw" },
      priority: -3,
      stage: "setup",
    });
    expect(await insertJob(database, job, acceptedEvent())).toEqual({ kind: "inserted" });
    expect(await findJob(database, job.id)).toEqual(job);
  });

  test("leaves out what a job does not have", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const job = await insertNewJob(database);
    expect(await findJob(database, job.id)).toStrictEqual(job);
  });

  test("numbers the job's first event 1", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const job = await insertNewJob(database);
    expect(await eventsOf(database, job.id, 0)).toStrictEqual([{ jobId: job.id, number: 1, ...acceptedEvent() }]);
  });

  test("refuses a second job of the same id and leaves the first alone", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const job = await insertNewJob(database);
    await expect(insertJob(database, { ...job, message: "other" }, acceptedEvent())).rejects.toThrow();
    expect(await findJob(database, job.id)).toEqual(job);
    expect(await eventsOf(database, job.id, 0)).toHaveLength(1);
  });

  test("keeps a text that SQLite would cut or refuse", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const job = newJob({ message: "a\0b\ud800c" });
    await insertJob(database, job, { ...acceptedEvent(), message: "d\0e\ud800f" });
    expect((await findJob(database, job.id))?.message).toBe("a\ufffdb\ufffdc");
    expect((await eventsOf(database, job.id, 0))[0]?.message).toBe("d\ufffde\ufffdf");
  });
});

describe("insertJob() with an idempotency key", () => {
  const idempotency = { principal: "ada", key: "k", bodyDigest: "d", expiresAt: startOfTest + 1000 };

  test("answers the same request with the first job and inserts nothing", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const [first, second] = [newJob(), newJob()];
    expect(await insertJob(database, first, acceptedEvent(), { idempotency })).toEqual({ kind: "inserted" });
    expect(await insertJob(database, second, acceptedEvent(), { idempotency, vaultFileIds: ["v"] })).toEqual({
      kind: "existing",
      jobId: first.id,
    });
    expect(await findJob(database, second.id)).toBeUndefined();
    expect(await eventsOf(database, second.id, 0)).toEqual([]);
    expect(await database.read({ sql: "SELECT * FROM vault_uses", args: [] })).toEqual([]);
  });

  test("of two requests in one commit inserts one", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const [first, second] = [newJob(), newJob()];
    const outcomes = await Promise.all(
      [first, second].map((job) => insertJob(database, job, acceptedEvent(), { idempotency })),
    );
    expect(outcomes).toEqual([{ kind: "inserted" }, { kind: "existing", jobId: first.id }]);
    expect((await database.figures()).commits).toBe(1);
  });

  test("answers another body with a conflict", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await insertJob(database, newJob(), acceptedEvent(), { idempotency });
    const other = { ...idempotency, bodyDigest: "other" };
    expect(await insertJob(database, newJob(), acceptedEvent(), { idempotency: other })).toEqual({ kind: "conflict" });
  });

  test("tells keys of other principals and processes apart", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await insertJob(database, newJob(), acceptedEvent(), { idempotency });
    const bob = { idempotency: { ...idempotency, principal: "bob" } };
    expect(await insertJob(database, newJob(), acceptedEvent(), bob)).toEqual({ kind: "inserted" });
    const other = newJob({ processId: "other" });
    expect(await insertJob(database, other, acceptedEvent(), { idempotency })).toEqual({ kind: "inserted" });
  });

  test("lets an expired key stand for a new job", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await insertJob(database, newJob(), acceptedEvent(), { idempotency });
    const later = newJob({ createdAt: startOfTest + 1000 });
    const renewed = { ...idempotency, bodyDigest: "other", expiresAt: startOfTest + 2000 };
    expect(await insertJob(database, later, acceptedEvent(), { idempotency: renewed })).toEqual({ kind: "inserted" });
    expect(
      await insertJob(database, newJob({ createdAt: startOfTest + 1500 }), acceptedEvent(), { idempotency: renewed }),
    ).toEqual({
      kind: "existing",
      jobId: later.id,
    });
  });
});

test("forgetIdempotencyKeys() removes those that have expired", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const insert = (key: string, expiresAt: number) =>
    insertJob(database, newJob(), acceptedEvent(), {
      idempotency: { principal: "ada", key, bodyDigest: "d", expiresAt: startOfTest + expiresAt },
    });
  await insert("old", 10);
  await insert("young", 20);
  await forgetIdempotencyKeys(database, startOfTest + 10);
  expect(await database.read({ sql: "SELECT key FROM idempotency_keys", args: [] })).toMatchObject([{ key: "young" }]);
});

describe("listJobs()", () => {
  async function fill(database: Awaited<ReturnType<typeof openTestDatabase>>) {
    const make = (id: string, changes: Partial<Job>) => insertNewJob(database, { id, ...changes });
    await make("a", { createdAt: 1, user: "ada" });
    await make("b", { createdAt: 2 });
    await make("c", { createdAt: 2, user: "bob", processId: "other" });
    await make("d", { createdAt: 3, user: "ada", processId: "other" });
    await dismissJob(database, { jobId: "d", moveId: moveId(), at, message: "Dismissed" });
  }
  const cases = [
    ["everybody's, the newest first", {}, "dcba"],
    ["a user's own", { user: "ada" }, "da"],
    ["those of anonymous users", { user: null }, "b"],
    ["those of a process", { search: { processIds: ["other"] } }, "dc"],
    ["those of a user and a process", { user: "ada", search: { processIds: ["other"] } }, "d"],
    ["those of anonymous users and a process", { user: null, search: { processIds: ["echo"] } }, "b"],
    ["those in some states", { search: { statuses: ["accepted", "failed"] } }, "cba"],
    ["those in no state", { search: { statuses: [] } }, ""],
    ["those of several processes", { search: { processIds: ["echo", "other"] } }, "dcba"],
    ["those created in an interval", { search: { createdFrom: 2, createdTo: 2 } }, "cb"],
    ["those with all of some tags", { search: { tags: ["nothing"] } }, ""],
    ["those that ran for a while", { search: { minDurationSeconds: 5 } }, ""],
    ["a page", { limit: 2 }, "dc"],
    ["the page after one", { from: { value: 3, number: 3 } }, "ba"],
    ["a user's page after one", { user: "ada", from: { value: 4, number: 4 } }, "a"],
  ] as const;

  for (const [name, filter, expected] of cases) {
    test(`lists ${name}`, async () => {
      await using dir = await temporaryDirectory();
      await using database = await openTestDatabase(dir.path);
      await fill(database);
      const jobs = await listJobs(database, { now: 0, limit: 10, ...filter });
      expect(jobs.map(({ job }) => job.id).join("")).toBe(expected);
    });
  }
});

test("waitingJobs() gives accepted jobs by priority, then age", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await insertNewJob(database, { id: "young", createdAt: 2 });
  await insertNewJob(database, { id: "old", createdAt: 1 });
  await insertNewJob(database, { id: "urgent", createdAt: 3, priority: 1 });
  await insertRunningJob(database, { id: "running" });
  expect((await waitingJobs(database, 10)).map((job) => job.id)).toEqual(["urgent", "old", "young"]);
  expect((await waitingJobs(database, 1)).map((job) => job.id)).toEqual(["urgent"]);
});

describe("claimJobs()", () => {
  test("claims many jobs in one write, each with an execution and an event", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const jobs = await Promise.all([1, 2, 3].map(() => insertNewJob(database)));
    const before = (await database.figures()).commits;
    const claims = jobs.map((job, index) => ({
      jobId: job.id,
      executionId: `execution ${index}`,
      moveId: moveId(),
      event: stageEvent("setup", { at }),
    }));
    const claimed = await claimJobs(database, claims, at);
    expect((await database.figures()).commits).toBe(before + 1);
    expect(claimed.size).toBe(3);
    for (const job of jobs) expect(claimed.get(job.id)).toEqual({ fence: 1, attempt: 1 });
    for (const [index, job] of jobs.entries()) {
      expect(await findJob(database, job.id)).toEqual({
        ...job,
        status: "running",
        attempt: 1,
        fence: 1,
        executionId: `execution ${index}`,
        progress: 1,
        stage: "setup",
        message: stages.setup.message,
        startedAt: at,
        updatedAt: at,
      });
      const execution = { id: `execution ${index}`, jobId: job.id, attempt: 1, startedAt: at };
      expect(await findExecution(database, execution.id)).toStrictEqual(execution);
      expect((await findJobOfExecution(database, execution.id))?.id).toBe(job.id);
      expect((await eventsOf(database, job.id, 1)).map((event) => [event.number, event.stage])).toEqual([[2, "setup"]]);
    }
  });

  test("leaves out jobs that are not waiting or do not exist", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const job = await insertNewJob(database);
    const running = await insertRunningJob(database);
    const claim = (jobId: string) => ({ jobId, executionId: moveId(), moveId: moveId(), event: stageEvent("setup") });
    const claimed = await claimJobs(database, [claim(running.jobId), claim("none"), claim(job.id)], at);
    expect([...claimed.keys()]).toEqual([job.id]);
    expect(await claimJobs(database, [], at)).toEqual(new Map());
  });
});

describe("recordJob()", () => {
  test("keeps progress, events, plans and checkpoints of the execution", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const { jobId, executionId, fence } = await insertRunningJob(database);
    const record = { jobId, fence, at, progress: 8, stage: "executeRequest", message: "Starting" } as const;
    const events = [stageEvent("describe"), stageEvent("getInputs"), stageEvent("getOutputs")];
    expect(await recordJob(database, { ...record, events, execution: { id: executionId, handle: { pid: 1 } } })).toBe(
      true,
    );
    const checkpoint = (key: string, value: string) => ({ id: executionId, checkpoint: { key, value } });
    await recordJob(database, {
      ...record,
      events: [],
      execution: { ...checkpoint("a", "1"), outputPlan: { move: [] } },
    });
    await recordJob(database, { ...record, events: [], execution: checkpoint("b", "2") });
    await recordJob(database, { ...record, events: [stageEvent("monitorStart")], execution: checkpoint("a", "3") });

    expect(await findJob(database, jobId)).toMatchObject({
      status: "running",
      progress: 8,
      stage: "executeRequest",
      updatedAt: at,
    });
    expect(await findExecution(database, executionId)).toMatchObject({ handle: { pid: 1 }, outputPlan: { move: [] } });
    expect(await checkpointsOf(database, executionId)).toEqual(
      new Map([
        ["a", "3"],
        ["b", "2"],
      ]),
    );
    const stored = await eventsOf(database, jobId, 0);
    expect(stored.map((event) => event.number)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(stored.slice(2).map((event) => event.stage)).toEqual([
      "describe",
      "getInputs",
      "getOutputs",
      "monitorStart",
    ]);
  });

  test("clears the count of crashes once the job has started", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const { jobId, fence } = await insertRunningJob(database, { earlyCrashes: 4 });
    const record = { jobId, fence, at, events: [], progress: 10, stage: "statusLocation", message: "m" } as const;
    await recordJob(database, record);
    expect((await findJob(database, jobId))?.earlyCrashes).toBe(4);
    await recordJob(database, { ...record, hasStarted: true });
    expect((await findJob(database, jobId))?.earlyCrashes).toBe(0);
  });
});

describe("finishJob()", () => {
  test("keeps status, results, failure and events, and ends the execution", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const running = await insertRunningJob(database);
    const results = {
      z: { kind: "value", value: { deep: [1, "two"] } },
      a: { kind: "file", reference: "/j/a/f", basename: "f", mediaType: "text/plain", sizeBytes: 2 },
    } as const;
    const failure = { message: "no", exitCode: 3, stderrTail: "a\0b" };
    const won = await finishJob(database, {
      ...finishing(running),
      outcome: { status: "failed", results, failure, wpsId: running.executionId },
      progress: 85,
      stage: "notify",
      events: [stageEvent("monitorError", { failure }), stageEvent("notify", { kind: "status", status: "failed" })],
    });
    expect(won).toBe(true);
    expect(await findJob(database, running.jobId)).toMatchObject({
      status: "failed",
      progress: 85,
      stage: "notify",
      failure,
      wpsId: running.executionId,
      finishedAt: at,
      updatedAt: at,
    });
    const kept = await resultsOf(database, running.jobId);
    expect(kept).toEqual(results);
    expect(Object.keys(kept)).toEqual(["z", "a"]);
    expect((await findExecution(database, running.executionId))?.endedAt).toBe(at);
    expect((await eventsOf(database, running.jobId, 2)).map((event) => [event.number, event.failure])).toEqual([
      [3, failure],
      [4, undefined],
    ]);
  });

  test("takes a checkpoint along, unless the fence is an earlier one", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const running = await insertRunningJob(database);
    const move = { ...finishing(running), checkpoint: { key: "a", value: [1] } };
    expect(await finishJob(database, { ...move, fence: running.fence - 1 })).toBe(false);
    expect(await checkpointsOf(database, running.executionId)).toEqual(new Map());
    expect(await finishJob(database, move)).toBe(true);
    expect(await checkpointsOf(database, running.executionId)).toEqual(new Map([["a", [1]]]));
  });

  test("leaves the execution open when what ran may live on", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const running = await insertRunningJob(database);
    await finishJob(database, { ...finishing(running), executionEnded: false });
    expect((await findExecution(database, running.executionId))?.endedAt).toBeUndefined();
  });
});

describe("releaseJob()", () => {
  test("puts the job back to the waiting ones and ends its execution", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const { jobId, executionId, fence } = await insertRunningJob(database);
    const release = { jobId, fence, moveId: moveId(), at, event: acceptedEvent(at), countsAsCrash: true };
    expect(await releaseJob(database, release)).toBe(true);
    const job = await findJob(database, jobId);
    expect(job).toMatchObject({ status: "accepted", attempt: 1, fence: 1, progress: 0, earlyCrashes: 1, executionId });
    expect(job).not.toHaveProperty("startedAt");
    expect(job).not.toHaveProperty("stage");
    expect((await findExecution(database, executionId))?.endedAt).toBe(at);
    expect(await eventsOf(database, jobId, 2)).toMatchObject([{ number: 3, status: "accepted" }]);
    const again = { jobId, executionId: "second", moveId: moveId(), event: stageEvent("setup") };
    expect(await claimJobs(database, [again], at)).toEqual(new Map([[jobId, { fence: 2, attempt: 2 }]]));
  });
});

describe("adoptJob()", () => {
  test("gives a new fence, with which the old one's writes change nothing", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const running = await insertRunningJob(database);
    const { jobId, executionId, fence } = running;
    expect(await adoptJob(database, { jobId, moveId: moveId(), at, countsAsCrash: true })).toEqual({
      fence: fence + 1,
    });
    const before = await allRows(database);
    expect(await finishJob(database, finishing(running))).toBe(false);
    expect(
      await recordJob(database, {
        jobId,
        fence,
        at,
        events: [stageEvent("describe")],
        progress: 2,
        stage: "describe",
        message: "m",
        execution: { id: executionId, handle: { a: 1 }, checkpoint: { key: "k", value: 1 } },
      }),
    ).toBe(false);
    const release = { jobId, fence, moveId: moveId(), at, event: acceptedEvent(at), countsAsCrash: false };
    expect(await releaseJob(database, release)).toBe(false);
    expect(await allRows(database)).toEqual(before);
    expect((await findJob(database, jobId))?.earlyCrashes).toBe(1);
  });

  test("is undefined for a job that does not run", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const { id: jobId } = await insertNewJob(database);
    expect(await adoptJob(database, { jobId, moveId: moveId(), at, countsAsCrash: false })).toBeUndefined();
  });
});

describe("dismissJob()", () => {
  test("keeps the progress of a running job and its execution open", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const { jobId, executionId, fence } = await insertRunningJob(database);
    await recordJob(database, { jobId, fence, at, events: [], progress: 37, stage: "monitorLoop", message: "m" });
    expect(await dismissJob(database, { jobId, moveId: moveId(), at, message: "Job dismissed" })).toBe("dismissed");
    expect(await findJob(database, jobId)).toMatchObject({ status: "dismissed", progress: 37, finishedAt: at });
    expect(await eventsOf(database, jobId, 2)).toStrictEqual([
      {
        jobId,
        number: 3,
        at,
        kind: "status",
        status: "dismissed",
        stage: "monitorLoop",
        progress: 37,
        message: "Job dismissed",
      },
    ]);
    expect((await findExecution(database, executionId))?.endedAt).toBeUndefined();
  });
});

describe("discardJob()", () => {
  test("removes the results of a finished job", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const running = await insertRunningJob(database);
    const outcome = { status: "successful", results: { a: { kind: "value", value: 1 } } } as const;
    await finishJob(database, { ...finishing(running), outcome });
    const discard = { jobId: running.jobId, moveId: moveId(), at, message: "Job removed" };
    expect(await discardJob(database, discard)).toBe("dismissed");
    expect(await resultsOf(database, running.jobId)).toEqual({});
    expect(await findJob(database, running.jobId)).toMatchObject({ status: "dismissed", progress: 100 });
    expect(await discardJob(database, { ...discard, moveId: moveId() })).toBe("lost");
  });

  test("leaves an unfinished job alone", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const { jobId } = await insertRunningJob(database);
    expect(await discardJob(database, { jobId, moveId: moveId(), at, message: "m" })).toBe("lost");
  });
});

/** Whoever loses must leave no row, in whichever table: all of them are compared. */
async function allRows(database: Awaited<ReturnType<typeof openTestDatabase>>): Promise<unknown> {
  // Of a full-text index its own tables hold numbers that are no numbers of JavaScript: it is asked what it knows.
  const own = "name NOT LIKE 'job_texts%'";
  const tables = await database.read({
    sql: `SELECT name FROM sqlite_master WHERE type = 'table' AND ${own}`,
    args: [],
  });
  const texts = { sql: "SELECT rowid FROM job_texts", args: [] };
  const all = tables.map(({ name }) => ({ sql: `SELECT * FROM "${name}"`, args: [] }));
  return Promise.all([...all, texts].map((statement) => database.read(statement)));
}

describe("of two moves in one commit the first wins and the loser leaves no row in any table", () => {
  type Store = Awaited<ReturnType<typeof openTestDatabase>>;
  type Running = Awaited<ReturnType<typeof insertRunningJob>>;
  const dismissal =
    (name: string) =>
    (database: Store, { jobId }: Running) =>
      dismissJob(database, { jobId, moveId: name, at: at + 1, message: name });
  const finish = (name: string) => (database: Store, running: Running) =>
    finishJob(database, {
      ...finishing(running),
      moveId: name,
      message: name,
      outcome: { status: "successful", results: { [name]: { kind: "value", value: 1 } } },
    });
  const release =
    (name: string) =>
    (database: Store, { jobId, fence }: Running) =>
      releaseJob(database, {
        jobId,
        fence,
        moveId: name,
        at,
        event: { ...acceptedEvent(), message: name },
        countsAsCrash: true,
      });
  const claim =
    (name: string) =>
    (database: Store, { jobId }: Running) =>
      claimJobs(
        database,
        [{ jobId, executionId: name, moveId: name, event: { ...stageEvent("setup"), message: name } }],
        at,
      );
  const retry =
    (name: string) =>
    (database: Store, { jobId }: Running) =>
      retryJob(database, { jobId, moveId: name, at, message: name, keepsFinishedSteps: false });
  const removal =
    () =>
    (database: Store, { jobId }: Running) =>
      removeJob(database, jobId, at + 1);
  const lost: readonly unknown[] = ["lost", false, undefined];
  const hasLost = (outcome: unknown) => lost.includes(outcome) || (outcome instanceof Map && outcome.size === 0);

  const races = [
    ["two dismissals of a running job", insertRunningJob, dismissal("first"), dismissal("second")],
    ["the same finish twice", insertRunningJob, finish("first"), finish("second")],
    ["a dismissal, then a finish", insertRunningJob, dismissal("first"), finish("second")],
    ["a finish, then a dismissal", insertRunningJob, finish("first"), dismissal("second")],
    ["a release, then a finish", insertRunningJob, release("first"), finish("second")],
    ["a finish, then a release", insertRunningJob, finish("first"), release("second")],
    ["two dismissals of an accepted job", acceptedAsRunning, dismissal("first"), dismissal("second")],
    ["a dismissal, then a claim", acceptedAsRunning, dismissal("first"), claim("second")],
    ["two claims", acceptedAsRunning, claim("first"), claim("second")],
    ["a retry, then the removal of an old job", failedAsRunning, retry("first"), removal()],
    ["the removal of an old job, then a retry", failedAsRunning, removal(), retry("second")],
    ["two retries", failedAsRunning, retry("first"), retry("second")],
  ] as const;

  async function acceptedAsRunning(database: Store): Promise<Running> {
    return { jobId: (await insertNewJob(database, { id: "job" })).id, executionId: "none", fence: 0 };
  }

  async function failedAsRunning(database: Store, changes: Partial<Job>): Promise<Running> {
    const running = await insertRunningJob(database, changes);
    const failure = { message: "m", stage: "monitorLoop" } as const;
    const outcome = { status: "failed", results: {}, failure } as const;
    await finishJob(database, { ...finishing(running), moveId: "failed", outcome });
    return running;
  }

  for (const [name, prepare, first, second] of races) {
    test(name, async () => {
      const rowsAfter = async (moves: readonly (typeof first)[]) => {
        await using dir = await temporaryDirectory();
        await using database = await openTestDatabase(dir.path);
        const running = await prepare(database, { id: "job" });
        await database.write([
          { sql: "UPDATE jobs SET execution_id = 'e' WHERE execution_id IS NOT NULL", args: [] },
          { sql: "UPDATE executions SET id = 'e'", args: [] },
        ]);
        const commits = (await database.figures()).commits;
        const known = running.executionId === "none" ? running : { ...running, executionId: "e" };
        const outcomes = await Promise.all(moves.map((move) => move(database, known)));
        expect((await database.figures()).commits).toBe(commits + 1);
        return { rows: await allRows(database), outcomes };
      };
      const alone = await rowsAfter([first]);
      const both = await rowsAfter([first, second]);
      expect(both.outcomes.map(hasLost)).toEqual([false, true]);
      expect(both.rows).toEqual(alone.rows);
    });
  }
});
