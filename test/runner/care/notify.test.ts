import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { silentLogger } from "../../../src/domain/logger.ts";
import type { Subscriber } from "../../../src/domain/people/notification.ts";
import { composeNotifications, tellingEvent, wishOf } from "../../../src/domain/people/notification.ts";
import { Problem } from "../../../src/domain/problem.ts";
import { createCondition } from "../../../src/domain/waiting/condition.ts";
import { readAllowList } from "../../../src/net/addresses.ts";
import { readSigningKey } from "../../../src/net/callback.ts";
import { type DeliverDeps, deliver } from "../../../src/runner/care/deliver.ts";
import { type Notifier, type NotifySettings, startNotifier } from "../../../src/runner/care/notify.ts";
import type { Database } from "../../../src/store/database/database.ts";
import { dismissJob } from "../../../src/store/jobs/dismiss-job.ts";
import { finishJob, insertJob } from "../../../src/store/jobs/jobs.ts";
import { keepTries, notificationsOf, sealSubscribers } from "../../../src/store/jobs/outbox.ts";
import { until } from "../../support/jobs.ts";
import { acceptedEvent, finishing, insertRunningJob, newJob, openTestDatabase } from "../../support/jobs-in-store.ts";
import { startReceiver } from "../../support/servers/receiver.ts";
import { loopbackGate, rawServer } from "../../support/servers/remote-server.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const secretKey = new Uint8Array(32).fill(3);
const clock = { now: () => Date.now(), elapsed: () => performance.now() };
const quick: NotifySettings = { tries: 5, patienceMilliseconds: 60_000, firstPauseMilliseconds: 10 };

function delivering(database: Database, changes: Partial<DeliverDeps> = {}): DeliverDeps {
  return {
    database,
    clock,
    secretKey,
    callbacks: { gate: loopbackGate() },
    documents: {
      status: ({ id, status, message, progress }) => ({ jobID: id, status, message, progress }),
      results: async (job) => ({ text: `results of ${job.id}` }),
    },
    settings: { serviceUrl: "http://heddle.example", tryMilliseconds: 5000 },
    ...changes,
  };
}

function notifierOf(deps: DeliverDeps, settings: NotifySettings = quick): Notifier {
  return startNotifier({
    database: deps.database,
    clock,
    logger: silentLogger,
    condition: createCondition(),
    deliver: (delivery, signal) => deliver(deps, delivery, signal),
    settings,
  });
}

/** Dismisses a job whose client wants to be told by these. */
async function dismissedJob(database: Database, addresses: readonly string[]): Promise<string> {
  return jobOf(
    database,
    addresses.map((address) => ({ event: "failed", channel: "callback", address }) as const),
  );
}

async function jobOf(database: Database, subscribers: readonly Subscriber[]): Promise<string> {
  const job = newJob({ request: { inputs: {}, notify: subscribers.map(wishOf) } });
  const sealedSubscribers = sealSubscribers(secretKey, job.id, subscribers);
  await insertJob(database, job, acceptedEvent(), { sealedSubscribers });
  await dismissJob(database, {
    jobId: job.id,
    moveId: Bun.randomUUIDv7(),
    at: clock.now(),
    message: "Job dismissed.",
    notifications: composeNotifications(job, "failed", Bun.randomUUIDv7),
  });
  return job.id;
}

async function settled(database: Database, jobId: string) {
  const states = await notificationsOf(database, jobId);
  await until("nothing of the job waits", async () =>
    (await notificationsOf(database, jobId)).every((one) => one.state !== "waiting"),
  );
  expect(states.length).toBeGreaterThan(0);
  return notificationsOf(database, jobId);
}

describe("a callback", () => {
  test("is posted once to who answers, with the status of the job, an id and a timestamp", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await using receiver = startReceiver();
    await using _notifier = notifierOf(delivering(database));
    const jobId = await dismissedJob(database, [`${receiver.url}/failed?token=1`]);
    _notifier.wake();
    const [told] = await settled(database, jobId);
    expect(told).toMatchObject({ state: "delivered", tries: [{ status: 200 }] });
    expect(receiver.received).toHaveLength(1);
    const [{ headers, body } = { headers: new Headers(), body: "" }] = receiver.received;
    expect(JSON.parse(body)).toMatchObject({ jobID: jobId, status: "dismissed" });
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("webhook-id")).toBe(told?.id ?? "");
    expect(headers.get("heddle-event")).toBe("failed");
    expect(headers.get("link")).toBe(`<http://heddle.example/jobs/${jobId}>; rel="monitor"`);
    expect(headers.get("webhook-timestamp")).toMatch(/^\d{10}$/);
    expect(headers.has("webhook-signature")).toBe(false);
  });

  test.each([
    ["any text", "a secret of some length"],
    ["whsec_ and base64", `whsec_${Buffer.from("a secret of some length").toString("base64")}`],
  ])("is signed with a secret of %s, anew in each try", async (_, secret) => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await using receiver = startReceiver((before) => new Response("", { status: before === 0 ? 503 : 204 }));
    const callbacks = { gate: loopbackGate(), signingKey: readSigningKey(secret) };
    await using notifier = notifierOf(delivering(database, { callbacks }));
    const jobId = await dismissedJob(database, [`${receiver.url}/`]);
    notifier.wake();
    await settled(database, jobId);
    expect(receiver.received).toHaveLength(2);
    for (const { headers, body } of receiver.received) {
      const signed = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.${body}`;
      const signature = createHmac("sha256", "a secret of some length").update(signed).digest("base64");
      expect(headers.get("webhook-signature")).toBe(`v1,${signature}`);
    }
  });

  test("is tried again after 500s, with the same id, and each try is kept with its answer", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await using receiver = startReceiver((before) => new Response("", { status: before < 3 ? 500 : 200 }));
    await using notifier = notifierOf(delivering(database));
    const jobId = await dismissedJob(database, [`${receiver.url}/`]);
    notifier.wake();
    const [told] = await settled(database, jobId);
    expect(told?.tries.map((one) => one.status)).toEqual([500, 500, 500, 200]);
    expect(new Set(receiver.received.map(({ headers }) => headers.get("webhook-id")))).toEqual(
      new Set([told?.id ?? ""]),
    );
  });

  test("is given up after as many tries as it may have", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await using receiver = startReceiver(() => new Response("", { status: 500 }));
    await using notifier = notifierOf(delivering(database), { ...quick, tries: 3 });
    const jobId = await dismissedJob(database, [`${receiver.url}/`]);
    notifier.wake();
    expect(await settled(database, jobId)).toMatchObject([
      {
        state: "abandoned",
        tries: [{ status: 500 }, { status: 500 }, { status: 500, error: "found status 500, wanted 2xx" }],
      },
    ]);
    expect(receiver.received).toHaveLength(3);
  });

  test("is given up when its next try would come too late, and at once by who says 410", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await using receiver = startReceiver((_, { path }) => new Response("", { status: path === "/gone" ? 410 : 500 }));
    const settings = { tries: 100, patienceMilliseconds: 1000, firstPauseMilliseconds: 10_000 };
    await using notifier = notifierOf(delivering(database), settings);
    const [late, gone] = [
      await dismissedJob(database, [`${receiver.url}/late`]),
      await dismissedJob(database, [`${receiver.url}/gone`]),
    ];
    notifier.wake();
    expect(await settled(database, late)).toMatchObject([{ state: "abandoned", tries: [{ status: 500 }] }]);
    expect(await settled(database, gone)).toMatchObject([{ state: "abandoned", tries: [{ status: 410 }] }]);
  });

  test("follows no redirect", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const statuses = [301, 302, 303, 307, 308];
    await using receiver = startReceiver(
      (before) => new Response("", { status: statuses[before] ?? 200, headers: { location: "/elsewhere" } }),
    );
    await using notifier = notifierOf(delivering(database));
    const jobId = await dismissedJob(database, [`${receiver.url}/here`]);
    notifier.wake();
    const [told] = await settled(database, jobId);
    expect(told?.tries.map((one) => one.status)).toEqual(statuses);
    expect(told?.tries[0]?.error).toBe("found a redirect, wanted an answer");
    expect(new Set(receiver.received.map(({ path }) => path))).toEqual(new Set(["/here"]));
  });

  test("is not sent to an address that is not public, however its name came to it", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await using receiver = startReceiver();
    const gate = loopbackGate({ allowed: readAllowList([]), resolve: async () => ["127.0.0.1"] });
    await using notifier = notifierOf(delivering(database, { callbacks: { gate } }), { ...quick, tries: 1 });
    const jobId = await dismissedJob(database, [`http://name.example:${new URL(receiver.url).port}/`]);
    notifier.wake();
    const [told] = await settled(database, jobId);
    expect(told?.tries[0]?.error).toContain("not of the public internet");
    expect(receiver.received).toEqual([]);
  });

  test("that gets no answer ends in time", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await using silent = await rawServer(() => {});
    const settings = { serviceUrl: "http://heddle.example", tryMilliseconds: 100 };
    await using notifier = notifierOf(delivering(database, { settings }), { ...quick, tries: 2 });
    const jobId = await dismissedJob(database, [`${silent.url}/`]);
    notifier.wake();
    const [told] = await settled(database, jobId);
    expect(told?.tries).toHaveLength(2);
    expect(told?.tries[0]?.error).toContain("no whole answer in time");
  });

  test("of an endless answer is delivered by its head", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await using endless = await rawServer((_, socket) => {
      socket.write("HTTP/1.1 200 Fine\r\ntransfer-encoding: chunked\r\n\r\n");
      const timer = setInterval(() => socket.write("5\r\nhello\r\n"), 1);
      socket.on("close", () => clearInterval(timer));
    });
    await using notifier = notifierOf(delivering(database));
    const jobId = await dismissedJob(database, [`${endless.url}/`]);
    notifier.wake();
    expect(await settled(database, jobId)).toMatchObject([{ state: "delivered" }]);
  });
});

describe("the notifier", () => {
  test("keeps nobody waiting for receivers that do not answer", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await using silent = await rawServer(() => {});
    await using receiver = startReceiver();
    for (let n = 0; n < 60; n += 1) await dismissedJob(database, [`${silent.url}/${n}`]);
    const jobs = [];
    for (let n = 0; n < 20; n += 1) jobs.push(await dismissedJob(database, [`${receiver.url}/${n}`]));
    const settings = { serviceUrl: "http://heddle.example", tryMilliseconds: 60_000 };
    await using _notifier = notifierOf(delivering(database, { settings }));
    for (const jobId of jobs) await settled(database, jobId);
    expect(receiver.received).toHaveLength(20);
    expect(silent.requests).toHaveLength(4);
  });

  test("takes up what an earlier one left, and counts no try that it did not finish", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await using receiver = startReceiver(async (before) => {
      if (before === 0) await Bun.sleep(60_000);
      return new Response("");
    });
    const jobId = await dismissedJob(database, [`${receiver.url}/`]);
    {
      await using _first = notifierOf(delivering(database));
      await until("the receiver is asked", async () => receiver.received.length === 1);
    }
    expect(await notificationsOf(database, jobId)).toMatchObject([{ state: "waiting", tries: [] }]);
    await using _second = notifierOf(delivering(database));
    expect(await settled(database, jobId)).toMatchObject([{ state: "delivered", tries: [{ status: 200 }] }]);
  });

  test("tells what seems to wait for a day when the clock was set back", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await using receiver = startReceiver();
    const jobId = await dismissedJob(database, [`${receiver.url}/`]);
    const [told] = await notificationsOf(database, jobId);
    await keepTries(database, told?.id ?? "", { tries: [], state: "waiting", dueAt: clock.now() + 86_400_000 });
    await using _notifier = notifierOf(delivering(database));
    expect(await settled(database, jobId)).toMatchObject([{ state: "delivered" }]);
  });

  test("tells a success by its results, and nothing when they were removed before", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await using receiver = startReceiver();
    const gone = new Problem("gone", "Cannot read results: found status dismissed");
    const documents = {
      ...delivering(database).documents,
      results: async (job: { readonly status: string; readonly id: string }) => {
        if (job.id === removed) throw gone;
        return { text: "hello" };
      },
    };
    const [kept, removed] = [
      await succeeded(database, `${receiver.url}/kept`),
      await succeeded(database, `${receiver.url}/removed`),
    ];
    await using _notifier = notifierOf(delivering(database, { documents }));
    expect(await settled(database, kept)).toMatchObject([{ state: "delivered" }]);
    expect(await settled(database, removed)).toMatchObject([{ state: "abandoned", tries: [{ error: gone.message }] }]);
    expect(receiver.received.map(({ path, body }) => [path, body])).toEqual([["/kept", '{"text":"hello"}']]);
  });

  test("counts what it cannot make as a try, and gives up", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    await using receiver = startReceiver();
    const jobId = await succeeded(database, `${receiver.url}/`);
    const documents = {
      ...delivering(database).documents,
      results: async () => {
        throw new Error("Cannot find /secret/path");
      },
    };
    await using _notifier = notifierOf(delivering(database, { documents }), { ...quick, tries: 2 });
    const [told] = await settled(database, jobId);
    expect(told).toMatchObject({ state: "abandoned", tries: [{}, {}] });
    expect(JSON.stringify(told?.tries)).not.toContain("/secret/path");
  });

  test("gives up what was sealed with another key", async () => {
    await using dir = await temporaryDirectory();
    await using database = await openTestDatabase(dir.path);
    const jobId = await dismissedJob(database, ["http://127.0.0.1:1/"]);
    await using _notifier = notifierOf(delivering(database, { secretKey: new Uint8Array(32) }));
    expect(await settled(database, jobId)).toMatchObject([{ state: "abandoned", tries: [{}] }]);
  });
});

async function succeeded(database: Database, address: string): Promise<string> {
  const subscriber = { event: "success", channel: "callback", address } as const;
  const request = { inputs: {}, notify: [wishOf(subscriber)] };
  const running = await insertRunningJob(database, { request });
  const sealed = sealSubscribers(secretKey, running.jobId, [subscriber]);
  await database.write([{ sql: "INSERT INTO subscriptions VALUES (?, ?)", args: [running.jobId, sealed] }]);
  const notifications = tellingEvent(composeNotifications({ request }, "success", Bun.randomUUIDv7), 0);
  await finishJob(database, finishing(running, { at: clock.now(), notifications }));
  return running.jobId;
}
