import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { defined } from "../../src/domain/defined.ts";
import type { SystemFacts } from "../../src/domain/documents/system.ts";
import { noActivity } from "../../src/domain/figures/activity.ts";
import type { Job, JobFailure } from "../../src/domain/jobs/job.ts";
import { type Logger, silentLogger } from "../../src/domain/logger.ts";
import type { Role } from "../../src/domain/people/access.ts";
import type { Rights } from "../../src/domain/people/rights.ts";
import { plainIdentity, type ServiceIdentity } from "../../src/domain/people/service-identity.ts";
import type { Process, ProcessDescription } from "../../src/domain/processes/process.ts";
import { documentOfItem } from "../../src/domain/values/inner-files.ts";
import type { InputItem, Result, Results } from "../../src/domain/values/values.ts";
import { createCondition } from "../../src/domain/waiting/condition.ts";
import { echo } from "../../src/engines/builtin/echo.ts";
import { createInputChecks } from "../../src/engines/inputs/input-check.ts";
import { createLayout, type Layout } from "../../src/files/layout.ts";
import type { DoorConfig } from "../../src/http/door/door.ts";

import type { RequestRate } from "../../src/http/door/request-rate.ts";
import { createHttpApp, type HttpApp, type HttpDeps } from "../../src/http/server.ts";
import type { IdentityProvider } from "../../src/net/openid/identity-provider.ts";
import { createJobNews } from "../../src/operations/jobs/job-news.ts";
import { createJobWatches } from "../../src/operations/jobs/job-watch.ts";
import { createAuthenticator } from "../../src/operations/people/authenticate.ts";
import { createKey, type KeyDeps } from "../../src/operations/people/manage-keys.ts";
import { createProcessCache } from "../../src/operations/processes/process-cache.ts";
import { createRemoteProcesses } from "../../src/operations/providers/remote-processes.ts";
import { createQueueLimit } from "../../src/operations/submit/queue-limit.ts";
import { type Database, openDatabase } from "../../src/store/database/database.ts";
import { claimJobs, finishJob } from "../../src/store/jobs/jobs.ts";
import { saveProcess } from "../../src/store/processes/processes.ts";
import { type FakeClock, fakeClock } from "../support/fake-clock.ts";
import { loopbackGate } from "../support/servers/remote-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

export const address = "http://127.0.0.1:8080";

export type ServiceOptions = {
  readonly door?: Partial<DoorConfig>;
  readonly allowAnonymous?: Role;
  readonly settings?: Partial<Settings>;
  readonly logger?: Logger;
  /** What the service says of itself. */
  readonly identity?: ServiceIdentity;
  readonly identities?: IdentityProvider;
  readonly requestRate?: RequestRate;
  readonly rights?: Rights;
  /** Jobs stay accepted until a test ends them. */
  readonly holdsJobs?: boolean;
} & Partial<Pick<HttpDeps, "observer" | "readMetrics" | "onForeignRead" | "imageWarnings" | "findObstacle">>;

type Settings = Parameters<typeof createHttpApp>[0]["settings"];

/** A service over a real database and real directories; jobs are ended by a stand-in for the runner. */
export type Service = AsyncDisposable & {
  readonly app: HttpApp;
  readonly database: Database;
  readonly layout: Layout;
  readonly clock: FakeClock;
  readonly stopped: readonly string[];
  /** Jobs whose status document was asked for. */
  readonly published: readonly string[];
  readonly keys: KeyDeps;
  /** Sends a request to a path, with a key when one is given. */
  send(method: string, path: string, options?: RequestOptions): Promise<Response>;
  createKey(role: Role, user: string): Promise<string>;
  /** Ends a job as the runner would: files are published below its execution and linked from the job. */
  finish(jobId: string, outcome?: Outcome): Promise<string>;
};

export type RequestOptions = {
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is text, bytes or a form. */
  readonly body?: unknown;
};

export type Outcome = {
  readonly results?: Results;
  /** Content by `<outputId>/<file>`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly log?: string;
  readonly failure?: JobFailure;
};

export const defaultSettings: Settings = {
  syncLimitMilliseconds: 10_000,
  inputRoots: [],
  sendsMail: false,
  mailTo: [],
  maxBodyBytes: 64 * 1024,
  maxBodyValues: 10_000,
  maxUploadBytes: 256 * 1024,
  maxInlineBytes: 1024,
  maxDocumentBytes: 1024 * 1024,
  outputsPath: "/outputs",
};

/** What a service says that it runs on. */
const facts: SystemFacts = {
  version: "1.2.3",
  commit: "abc",
  started: "2030-01-01T00:00:00.000Z",
  runtime: "Bun",
  tools: { executor: "local", enforces: ["files", "network"], slots: 2 },
  running: { quick: 0, tools: 1, remote: 0 },
  beginsJobs: true,
  disk: [{ directory: "/data", holds: "database", freeBytes: 5e9, totalBytes: 2e10 }],
  minFreeBytes: 1e9,
  kept: { outputBytes: 2048, uploadBytes: 0 },
  retention: [{ what: "jobs", settings: ["keepHours"] }],
  directories: { data: "/data", outputs: "/data/outputs", uploads: "/data/vault" },
  metrics: { isOn: true },
  database: { bytes: 4096, walBytes: 0 },
  memoryBytes: 1e8,
  settings: [
    {
      name: "port",
      about: "port to listen on",
      value: 8443,
      origin: "--port",
      flag: "--port",
      variable: "HEDDLE_PORT",
      takenInBy: "restart",
    },
    {
      name: "smtpUrl",
      about: "server of mail",
      origin: "default",
      flag: "--smtp-url",
      variable: "HEDDLE_SMTP_URL",
      takenInBy: "restart",
    },
  ],
};

let drawn = 0;

/** Makes a built-in process from a description. */
export function processOf(description: ProcessDescription, changes: Partial<Process> = {}): Process {
  return {
    id: description.id,
    revision: `sha256:${description.id}`,
    description,
    definition: { kind: "builtin", name: description.id },
    isWorkflow: false,
    isMutable: false,
    visibility: "public",
    fileInputs: [],
    ...changes,
  };
}

/** Opens a service with the echo process in it. */
export async function openService(options: ServiceOptions = {}): Promise<Service> {
  const stack = new AsyncDisposableStack();
  const directory = stack.use(await temporaryDirectory());
  const layout = createLayout(directory.path);
  await mkdir(layout.outputsDirectory, { recursive: true });
  await mkdir(layout.vaultDirectory, { recursive: true });
  const clock = fakeClock();
  const logger = options.logger ?? silentLogger;
  const database = stack.use(await openDatabase({ file: join(directory.path, "heddle.db"), clock, logger }));
  await saveProcess(database, processOf(echo.description), clock.now(), { replace: true });
  const stopped: string[] = [];
  const published: string[] = [];
  const ends: Promise<string>[] = [];
  const newId = () => crypto.randomUUID();
  const finishing = { database, layout, clock, newId };
  const door: DoorConfig = {
    listenHost: "127.0.0.1",
    isLoopback: true,
    corsOrigins: [],
    isTrustedProxy: () => false,
    ...options.door,
  };
  const keys: KeyDeps = { database, clock, newSecret: () => crypto.randomUUID().replaceAll("-", "") };
  const gate = loopbackGate();
  const secretKey = new Uint8Array(32);
  const { observer, readMetrics, onForeignRead, imageWarnings, findObstacle } = options;
  const rights = defined({ rights: options.rights });
  const identities = defined({ identities: options.identities });
  const app = createHttpApp({
    ...defined({ observer, readMetrics, onForeignRead, imageWarnings, findObstacle }),
    readNotices: async () => (await import("../../src/assembly/notices.ts")).notices,
    database,
    layout,
    clock,
    logger,
    newId,
    newSecret: keys.newSecret,
    identity: options.identity ?? plainIdentity,
    readFacts: async () => facts,
    inputChecks: createInputChecks(16),
    gate,
    secretKey,
    remotes: createRemoteProcesses({ database, clock, gate, secretKey, maxDocumentBytes: 1024 * 1024 }),
    processes: createProcessCache({ database, clock }, 16),
    news: stack.use(createJobNews(database, "test")),
    watches: createJobWatches({ database, layout }),
    hasSpace: () => true,
    condition: createCondition(),
    activity: noActivity,
    stopping: new AbortController().signal,
    queue: createQueueLimit({ database, clock }, 1000),
    authenticate: createAuthenticator({
      database,
      clock,
      allowAnonymous: options.allowAnonymous,
      isLocalOnly: door.isLoopback,
      secretKey,
      ...identities,
      ...rights,
    }),
    ...identities,
    ...rights,
    ...defined({ requestRate: options.requestRate }),
    door,
    settings: { ...defaultSettings, ...options.settings },
    runner: {
      wake(job) {
        if (job === undefined || options.holdsJobs === true) return;
        ends.push(finishJobOf(finishing, job.id, { results: echoed(job) }));
      },
      claimNew: () => false,
      runAtOnce: async () => undefined,
      stop: (jobId) => stopped.push(jobId),
      publishStatus: async (jobId) => void published.push(jobId),
      notify: () => {},
    },
  });
  return {
    app,
    database,
    layout,
    clock,
    stopped,
    published,
    keys,
    send: (method, path, request) => app.fetch(requestOf(method, path, request)),
    createKey: async (role, user) => {
      const { text } = await createKey(keys, { role, user });
      clock.advance(2000);
      return text;
    },
    finish: (jobId, outcome = {}) => finishJobOf(finishing, jobId, outcome),
    async [Symbol.asyncDispose]() {
      await Promise.all(ends);
      await stack.disposeAsync();
    },
  };
}

/** Makes a request as a client would send it. */
export function requestOf(method: string, path: string, options: RequestOptions = {}): Request {
  const headers = new Headers(options.headers);
  if (options.key !== undefined) headers.set("authorization", `Bearer ${options.key}`);
  const { body } = options;
  const isRaw = typeof body === "string" || body instanceof FormData || body instanceof Blob;
  if (body !== undefined && !isRaw && !headers.has("content-type")) headers.set("content-type", "application/json");
  return new Request(new URL(path, address).href, {
    method,
    headers,
    ...(body === undefined ? {} : { body: isRaw ? body : (JSON.stringify(body) ?? "") }),
  });
}

type Finishing = Pick<Service, "database" | "layout" | "clock"> & { newId(): string };

async function finishJobOf(deps: Finishing, jobId: string, outcome: Outcome): Promise<string> {
  drawn += 1;
  const at = deps.clock.now();
  const executionId = deps.newId();
  const event = { at, kind: "stage", status: "running", stage: "setup", progress: 1, message: "Job setup" } as const;
  const won = await claimJobs(deps.database, [{ jobId, executionId, moveId: `claim-${drawn}`, event }], at);
  const fence = won.get(jobId)?.fence ?? 0;
  await publish(deps.layout, jobId, executionId, outcome);
  const status = outcome.failure === undefined ? "successful" : "failed";
  const message = outcome.failure?.message ?? "Job complete";
  await finishJob(deps.database, {
    jobId,
    executionId,
    fence,
    moveId: `finish-${drawn}`,
    at,
    outcome: {
      status,
      results: outcome.results ?? {},
      ...(outcome.failure === undefined ? {} : { failure: outcome.failure }),
    },
    progress: 100,
    stage: "done",
    message,
    events: [{ at, kind: "status", status, stage: "done", progress: 100, message }],
    executionEnded: true,
  });
  return executionId;
}

async function publish(layout: Layout, jobId: string, executionId: string, outcome: Outcome): Promise<void> {
  for (const [path, content] of Object.entries(outcome.files ?? {})) {
    const file = join(layout.outputsDirectory, executionId, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  if (outcome.files !== undefined) await symlink(executionId, join(layout.outputsDirectory, jobId));
  if (outcome.log === undefined) return;
  await writeFile(join(layout.outputsDirectory, `${executionId}.log`), outcome.log);
  const link = join(layout.outputsDirectory, `${jobId}.log`);
  await rm(link, { force: true });
  await symlink(`${executionId}.log`, link);
}

function echoed(job: Job): Results {
  const outputs = Object.keys(echo.description.outputs);
  const wanted = Object.keys(job.request.outputs ?? echo.description.outputs);
  const entries = Object.entries(job.request.inputs).filter(([id]) => outputs.includes(id) && wanted.includes(id));
  return Object.fromEntries(entries.map(([id, given]) => [id, echoedResult(given)]));
}

function echoedResult(given: InputItem | readonly InputItem[]): Result {
  if (isList(given)) return { kind: "list", items: given.map(echoedItem) };
  return echoedItem(given);
}

function isList(given: InputItem | readonly InputItem[]): given is readonly InputItem[] {
  return Array.isArray(given);
}

function echoedItem(item: InputItem): Result {
  switch (item.kind) {
    case "value":
      return {
        kind: "value",
        value: item.value,
        ...(item.mediaType === undefined ? {} : { mediaType: item.mediaType }),
      };
    case "bbox":
      return { kind: "value", value: { bbox: item.bbox, crs: item.crs } };
    case "reference":
      return { kind: "link", href: item.href };
    case "file":
    case "list":
    case "record":
      return { kind: "value", value: documentOfItem(item) };
    default:
      return item satisfies never;
  }
}

/** Reads JSON of any shape. */
export async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  const value: unknown = await response.json();
  return typeof value === "object" && value !== null ? { ...value } : { value };
}

/** Submits an asynchronous echo job and gives its id. */
export async function submitEcho(service: Service, key?: string): Promise<string> {
  const response = await service.send("POST", "/processes/echo/execution", {
    ...(key === undefined ? {} : { key }),
    headers: { prefer: "respond-async" },
    body: { inputs: { text: "hello" } },
  });
  if (response.status !== 201) throw new Error(await response.text());
  return String((await jsonOf(response)).jobID);
}
