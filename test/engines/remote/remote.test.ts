import { expect, test } from "bun:test";
import { type Logger, silentLogger } from "../../../src/domain/logger.ts";
import { Problem } from "../../../src/domain/problem.ts";
import { pollDelaySeconds } from "../../../src/domain/waiting/poll-plan.ts";
import { echo } from "../../../src/engines/builtin/echo.ts";
import type { EngineRecord, EngineUpdate, Prepared } from "../../../src/engines/engine.ts";
import { createRemoteEngine } from "../../../src/engines/remote/remote.ts";
import { createLayout } from "../../../src/files/layout.ts";
import type { RemoteClient, RemoteStatus } from "../../../src/net/remote/remote.ts";
import { processOf } from "../../http/service.ts";
import { loopbackGate } from "../../support/servers/remote-server.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const definition = { kind: "remote", type: "wps-2.0.0", url: "http://peer.example/wps", processId: "p" } as const;

const prepared: Prepared = {
  executionId: "execution",
  jobId: "job",
  processId: "p",
  definition,
  inputs: {},
  outputs: ["said"],
};

const record: EngineRecord = { checkpoint: async () => {}, log: () => {} };

/** A client whose status answers are scripted; the last one is given for ever. */
function clientOf(answers: readonly (RemoteStatus | Error)[], changes: Partial<RemoteClient> = {}): RemoteClient {
  let asked = 0;
  return {
    probe: async () => ({}),
    processes: async () => [],
    describe: async () => undefined,
    execute: async () => Promise.reject(new Problem("remote-failure", "not asked here")),
    readSubmission: async () => ({ kind: "answered" }),
    honoursIdempotency: async () => false,
    status: async () => {
      const answer = answers[Math.min(asked, answers.length - 1)];
      asked += 1;
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error("no answer");
      return answer;
    },
    results: async () => ({}),
    dismiss: async () => {},
    ...changes,
  };
}

/** Watches an adopted job by a clock that only moves when it is waited for; gives the waits and what was reported. */
async function watch(client: RemoteClient, looks: number, logger: Logger = silentLogger, own = record) {
  await using folder = await temporaryDirectory();
  const waits: number[] = [];
  const stop = new AbortController();
  const engine = createRemoteEngine({
    gate: loopbackGate(),
    layout: createLayout(folder.path),
    logger,
    clientOf: () => client,
    whyUnsent: async () => undefined,
    maxDownloadBytes: 1000,
    wait: async (milliseconds) => {
      waits.push(milliseconds / 1000);
      if (waits.length > looks) stop.abort();
    },
  });
  const checkpoints = new Map([["location", { url: "http://peer.example/wps", jobId: "1" }]]);
  const handle = engine.plan(prepared);
  expect(await engine.adopt(prepared, handle, checkpoints, own)).toBe("running");
  const updates: EngineUpdate[] = [];
  for await (const update of engine.watch(prepared, handle, stop.signal)) updates.push(update);
  return { waits: waits.slice(0, looks), updates };
}

test("A remote is looked at after 2, 5, 10 and 20 s five times each, then every 30 s", async () => {
  const { waits } = await watch(clientOf([{ state: "running" }]), 24);
  const five = (seconds: number) => Array.from({ length: 5 }, () => seconds);
  expect(waits).toEqual([...five(2), ...five(5), ...five(10), ...five(20), 30, 30, 30, 30]);
});

test("What the remote asks for wins, within a second and an hour", async () => {
  const asking = (seconds: number): RemoteStatus => ({ state: "running", askAgainSeconds: seconds });
  const { waits } = await watch(clientOf([asking(17), asking(0), asking(1e9), { state: "running" }]), 6);
  expect(waits).toEqual([2, 17, 1, 3600, 2, 5]);
  expect(pollDelaySeconds(0, Number.NaN)).toBe(2);
});

test("After a status that cannot be read the remote is left alone as long as it wants, and the job's log says so", async () => {
  const busy = new Problem("remote-failure", "found status 503", { retryAfterSeconds: 40 });
  const lines: string[] = [];
  const log = (message: string) => void lines.push(message);
  const { waits } = await watch(clientOf([busy, { state: "running" }]), 3, silentLogger, { ...record, log });
  expect(waits).toEqual([2, 40, 2]);
  expect(lines).toEqual(["found status 503; look 2 of 5 follows"]);
});

test("Five unreadable answers in a row fail the job with the last cause; a readable one begins the count anew", async () => {
  const broken = new Problem("remote-failure", "found an HTML page");
  const four = [broken, broken, broken, broken];
  const { waits, updates } = await watch(clientOf([...four, { state: "running", percent: 10 }, ...four, broken]), 20);
  expect(waits.length).toBe(10);
  expect(updates.at(-1)).toEqual({
    kind: "ended",
    failure: { message: "5 status answers in a row were unreadable: found an HTML page" },
  });
});

test("A failed remote keeps code, locator and text", async () => {
  const exception = { code: "InvalidParameterValue", locator: "word", text: "too short" };
  const { updates } = await watch(clientOf([{ state: "failed", percent: 40, exception }]), 3);
  expect(updates.at(-1)).toEqual({
    kind: "ended",
    failure: { message: "The remote job failed: too short", exception },
  });
});

test("A job that was dismissed there fails here", async () => {
  const { updates } = await watch(clientOf([{ state: "dismissed" }]), 3);
  expect(updates.at(-1)).toMatchObject({ kind: "ended", failure: { message: "The remote job was dismissed there" } });
});

test("After a crash between handle and location the truth cannot be known, unless rerun or the key says otherwise", async () => {
  await using folder = await temporaryDirectory();
  const adopt = (client: RemoteClient, restart?: "rerun", why?: string) => {
    const deps = { gate: loopbackGate(), layout: createLayout(folder.path), logger: silentLogger, maxDownloadBytes: 1 };
    const whyUnsent = async () => why;
    const engine = createRemoteEngine({ ...deps, whyUnsent, clientOf: () => client, wait: async () => {} });
    const run = { ...prepared, definition: restart === undefined ? definition : { ...definition, restart } };
    return engine.adopt(run, engine.plan(run), new Map(), record);
  };
  await expect(adopt(clientOf([]))).rejects.toThrow("whether the remote started it cannot be known");
  expect(await adopt(clientOf([]), "rerun")).toBe("notStarted");
  expect(await adopt(clientOf([], { honoursIdempotency: async () => true }))).toBe("notStarted");
  for (const restart of [undefined, "rerun"] as const) {
    const honoursIdempotency = () => Promise.reject(new Error("asked"));
    const again = adopt(clientOf([], { honoursIdempotency }), restart, 'its provider "lab" was removed');
    await expect(again).rejects.toThrow("whether the remote started it cannot be known");
  }
});

test("A remote that does not answer a dismissal keeps nobody waiting", async () => {
  await using folder = await temporaryDirectory();
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) };
  const deps = { gate: loopbackGate(), layout: createLayout(folder.path), logger, maxDownloadBytes: 1 };
  const dismiss = () => Promise.reject(new Problem("remote-failure", "no answer"));
  const whyUnsent = async () => 'its provider "lab" was removed';
  const engine = createRemoteEngine({
    ...deps,
    whyUnsent,
    clientOf: () => clientOf([], { dismiss }),
    wait: async () => {},
  });
  await engine.dismiss(engine.plan(prepared), new Map([["location", { url: "http://peer.example/wps", jobId: "1" }]]));
  expect(warnings).toEqual(["Cannot dismiss a remote job"]);
});

test("Nothing new is sent to a provider that was removed; what runs there is followed and dismissed", async () => {
  await using folder = await temporaryDirectory();
  const asked: string[] = [];
  const say = (what: string) => () => {
    asked.push(what);
    return Promise.reject(new Error(what));
  };
  const client = clientOf([], {
    describe: say("describe"),
    execute: say("execute"),
    dismiss: async () => void asked.push("dismiss"),
  });
  const engine = createRemoteEngine({
    gate: loopbackGate(),
    layout: createLayout(folder.path),
    logger: silentLogger,
    maxDownloadBytes: 1,
    clientOf: () => client,
    whyUnsent: async () => 'its provider "lab" was removed',
    wait: async () => {},
  });
  const handle = engine.plan(prepared);
  const refusal = `Cannot run process "${definition.processId}": its provider "lab" was removed`;
  await expect(engine.start(prepared, handle, record)).rejects.toThrow(refusal);
  const process = { ...processOf(echo.description), definition };
  await expect(engine.describe?.(process, undefined, undefined)).rejects.toThrow(refusal);
  expect(asked).toEqual([]);
  const location = new Map([["location", { url: "http://peer.example/wps", jobId: "1" }]]);
  expect(await engine.adopt(prepared, handle, location, record)).toBe("running");
  await engine.dismiss(handle, location);
  expect(asked).toEqual(["dismiss"]);
});
