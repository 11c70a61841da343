import { describe, expect, test } from "bun:test";
import { type NewNotification, tellingEvent } from "../../../src/domain/people/notification.ts";
import type { Database } from "../../../src/store/database/database.ts";
import { dismissJob } from "../../../src/store/jobs/dismiss-job.ts";
import { expiredJobs, removeJob } from "../../../src/store/jobs/expire-jobs.ts";
import { finishJob, insertJob, recordJob } from "../../../src/store/jobs/jobs.ts";
import {
  findDelivery,
  keepTries,
  notificationsOf,
  sealSubscribers,
  subscribersOf,
  waitingNotifications,
} from "../../../src/store/jobs/outbox.ts";
import {
  acceptedEvent,
  finishing,
  insertRunningJob,
  newJob,
  openTestDatabase,
  stageEvent,
  startOfTest,
} from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const at = startOfTest + 5000;
const newId = () => Bun.randomUUIDv7();

function told(event: NewNotification["event"], receiver = "example.org"): NewNotification {
  return { id: newId(), event, channel: "callback", receiver };
}

type Running = Awaited<ReturnType<typeof insertRunningJob>>;

function finish(database: Database, running: Running, notifications: readonly NewNotification[]) {
  const events = [stageEvent("notify"), stageEvent("done", { status: "successful" })];
  return finishJob(database, finishing(running, { events, notifications: tellingEvent(notifications, 1) }));
}

function dismiss(database: Database, jobId: string, notifications: readonly NewNotification[]) {
  return dismissJob(database, { jobId, moveId: newId(), at, message: "Job dismissed.", notifications });
}

/** Ids of everything in the outbox. */
async function outbox(database: Database): Promise<readonly string[]> {
  const rows = await database.read({ sql: "SELECT id FROM notifications ORDER BY id", args: [] });
  return rows.map((row) => String(row.id));
}

describe("a notification is written by the write that makes the change:", () => {
  test("one that tells an event before the last of its write is delivered with that event", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const running = await insertRunningJob(database);
    const [first, second] = [told("inProgress"), told("success")];
    const events = [stageEvent("statusLocation"), stageEvent("notify"), stageEvent("done", { status: "successful" })];
    const notifications = [...tellingEvent([first], 0), ...tellingEvent([second], 1)];
    expect(await finishJob(database, finishing(running, { events, notifications }))).toBe(true);
    expect((await findDelivery(database, first.id))?.event).toMatchObject({ number: 3, stage: "statusLocation" });
    expect((await findDelivery(database, second.id))?.event).toMatchObject({ number: 4, stage: "notify" });
  });

  test("a finish takes it along, and it tells the last event of the finish", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const running = await insertRunningJob(database);
    const success = told("success");
    expect(await finish(database, running, [success])).toBe(true);
    expect(await notificationsOf(database, running.jobId)).toEqual([
      { ...success, jobId: running.jobId, attempt: 1, createdAt: at, dueAt: at, state: "waiting", tries: [] },
    ]);
    const delivery = await findDelivery(database, success.id);
    expect(delivery?.event).toMatchObject({ number: 4, stage: "done", status: "successful" });
    expect(delivery?.job).toMatchObject({ id: running.jobId, status: "successful" });
  });

  test("a record takes it along while its claim holds, and it tells its own event", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const { jobId, fence } = await insertRunningJob(database);
    const inProgress = told("inProgress");
    const record = {
      jobId,
      at,
      events: [stageEvent("executeRequest"), stageEvent("statusLocation"), stageEvent("monitorStart")],
      progress: 15,
      stage: "monitorStart",
      message: "m",
      notifications: [{ ...inProgress, eventIndex: 1 }],
    } as const;
    expect(await recordJob(database, { ...record, fence: fence - 1 })).toBe(false);
    expect(await outbox(database)).toEqual([]);
    expect(await recordJob(database, { ...record, fence })).toBe(true);
    expect((await findDelivery(database, inProgress.id))?.event).toMatchObject({ stage: "statusLocation" });
  });

  test("of the same finish twice the second leaves no row", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const running = await insertRunningJob(database);
    const [first, second] = [told("success"), told("success")];
    const outcomes = await Promise.all([finish(database, running, [first]), finish(database, running, [second])]);
    expect(outcomes).toEqual([true, false]);
    expect(await outbox(database)).toEqual([first.id]);
  });

  test("of two dismissals the second leaves no row", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const { jobId } = await insertRunningJob(database);
    const [first, second] = [told("failed"), told("failed")];
    const outcomes = await Promise.all([dismiss(database, jobId, [first]), dismiss(database, jobId, [second])]);
    expect(outcomes).toEqual(["dismissed", "lost"]);
    expect(await outbox(database)).toEqual([first.id]);
    expect((await findDelivery(database, first.id))?.event).toMatchObject({ kind: "status", status: "dismissed" });
  });

  test.each(["dismissal", "finish"] as const)(
    "of a finish and a dismissal the one after a %s leaves no row",
    async (winner) => {
      await using dir = await temporaryDirectory();
      await using database = await openTestDatabase(dir.path);
      const running = await insertRunningJob(database);
      const [failed, success] = [told("failed"), told("success")];
      const dismissing = () => dismiss(database, running.jobId, [failed]);
      const finishing = () => finish(database, running, [success]);
      await Promise.all(winner === "finish" ? [finishing(), dismissing()] : [dismissing(), finishing()]);
      expect(await outbox(database)).toEqual([winner === "finish" ? success.id : failed.id]);
    },
  );
});

describe("waitingNotifications()", () => {
  test("gives the first due of each receiver, however many another one has", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const busy = Array.from({ length: 30 }, () => told("success", "busy.example.org"));
    const [alone, mail] = [told("success", "alone.example.org"), told("success", "mailto:")];
    await finish(database, await insertRunningJob(database), [...busy, alone, mail]);
    await keepTries(database, alone.id, { tries: [{ at, status: 500 }], state: "waiting", dueAt: at + 1000 });
    const waiting = await waitingNotifications(database, { each: 3, most: 100 });
    expect(waiting.map((one) => one.receiver)).toEqual([
      ...busy.slice(0, 3).map((one) => one.receiver),
      "mailto:",
      "alone.example.org",
    ]);
    expect(waiting.at(-1)).toMatchObject({ id: alone.id, dueAt: at + 1000, tries: [{ at, status: 500 }] });
    expect(await waitingNotifications(database, { each: 3, most: 2 })).toEqual(waiting.slice(0, 2));
  });

  test("gives nothing that was delivered or abandoned", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const [one, other] = [told("success"), told("inProgress")];
    const running = await insertRunningJob(database);
    await finish(database, running, [one, other]);
    await keepTries(database, one.id, { tries: [], state: "delivered" });
    await keepTries(database, other.id, { tries: [], state: "abandoned" });
    expect(await waitingNotifications(database, { each: 3, most: 100 })).toEqual([]);
    expect((await notificationsOf(database, running.jobId)).map((it) => it.state)).toEqual(["delivered", "abandoned"]);
  });

  test("searches the index of what waits, and reads no whole table", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const plans: string[] = [];
    const explaining: Database = {
      ...database,
      async read({ sql, args }) {
        const plan = await database.read({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
        plans.push(...plan.map((step) => String(step.detail)));
        return [];
      },
    };
    await waitingNotifications(explaining, { each: 3, most: 100 });
    await findDelivery(explaining, "n");
    await notificationsOf(explaining, "j");
    expect(plans.filter((step) => step.startsWith("SCAN") && step !== "SCAN waiting")).toEqual([]);
    expect(plans.some((step) => step.includes("notifications_due (receiver"))).toBe(true);
  });
});

describe("the addresses of subscribers", () => {
  const key = new Uint8Array(32).fill(7);
  const subscribers = [{ event: "failed", channel: "mail", address: "ada@example.org" }] as const;

  test("are written with their job, and nobody reads them in the database or with another key", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const job = newJob();
    await insertJob(database, job, acceptedEvent(), { sealedSubscribers: sealSubscribers(key, job.id, subscribers) });
    expect(await subscribersOf(database, key, job.id)).toEqual([...subscribers]);
    expect(await subscribersOf(database, new Uint8Array(32), job.id)).toBeUndefined();
    expect(await subscribersOf(database, key, "another job")).toEqual([]);
    await database.read({ sql: "PRAGMA wal_checkpoint(TRUNCATE)", args: [] });
    expect(await Bun.file(`${dir.path}/heddle.db`).text()).not.toContain("ada@example.org");
  });

  test("and all that was told go with the record of the job", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const running = await insertRunningJob(database);
    const sealedSubscribers = sealSubscribers(key, running.jobId, subscribers);
    await database.write([
      { sql: "INSERT INTO subscriptions VALUES (?, ?)", args: [running.jobId, sealedSubscribers] },
    ]);
    await finish(database, running, [told("success")]);
    expect(await expiredJobs(database, at, 10)).toEqual([running.jobId]);
    expect(await removeJob(database, running.jobId, at)).toBe(true);
    expect(await outbox(database)).toEqual([]);
    expect(await subscribersOf(database, key, running.jobId)).toEqual([]);
  });
});
