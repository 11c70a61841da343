import { lookup } from "node:dns/promises";
import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Config, isLocalOnly } from "./config.ts";
import type { Clock } from "./domain/clock.ts";
import type { Job } from "./domain/job.ts";
import type { Logger } from "./domain/logger.ts";
import { Problem } from "./domain/problem.ts";
import type { Process } from "./domain/process.ts";
import type { BuiltinProcess } from "./engines/builtin/builtin-process.ts";
import { echo } from "./engines/builtin/echo.ts";
import { createBuiltinEngine } from "./engines/builtin/engine.ts";
import { createCwlEngine } from "./engines/cwl/engine.ts";
import { defaultExpressionLimits } from "./engines/cwl/javascript.ts";
import type { StepCache } from "./engines/cwl/run-context.ts";
import type { Engine } from "./engines/engine.ts";
import { createInputChecks } from "./engines/input-check.ts";
import { createRemoteStepRunner } from "./engines/remote-step.ts";
import type { Executor } from "./executors/executor.ts";
import { createLayout, databaseFile, directoryMode, type Layout, secretKeyFile } from "./files/layout.ts";
import { readSecretKey } from "./files/secret-key.ts";
import { stepCacheDirectory } from "./files/step-cache.ts";
import { vaultFile } from "./files/vault.ts";
import { sentResults } from "./http/results-answer.ts";
import { createHttpApp } from "./http/server.ts";
import { statusDocument } from "./http/status-document.ts";
import { createLogger } from "./log.ts";
import { createAddressTest, readAllowList } from "./net/addresses.ts";
import { download } from "./net/download.ts";
import { createGate, type Gate } from "./net/fetch.ts";
import { createMailer } from "./net/mail.ts";
import { createRemoteClient } from "./net/remote-client.ts";
import { createJobNews } from "./operations/job-news.ts";
import { createAuthenticator, type KeyDeps } from "./operations/manage-keys.ts";
import { createProcessCache } from "./operations/process-cache.ts";
import { createQueueLimit } from "./operations/queue-limit.ts";
import { resultsOfJob } from "./operations/read-results.ts";
import { createRemoteProcesses } from "./operations/remote-processes.ts";
import { deliver } from "./runner/deliver.ts";
import { createDiskSpace, type DiskSpace } from "./runner/disk-space.ts";
import type { Failpoint } from "./runner/failpoints.ts";
import { startHousekeeping } from "./runner/housekeeping.ts";
import { startIndexing } from "./runner/index-jobs.ts";
import { type Notifier, startNotifier } from "./runner/notify.ts";
import { createRemoteEngines } from "./runner/remote-engines.ts";
import { createRunner, type Runner } from "./runner/runner.ts";
import { createStatusDocuments } from "./runner/status-document.ts";
import { type Database, openDatabase } from "./store/database.ts";
import { hasAnyKey } from "./store/keys.ts";
import { lockDataDirectory } from "./store/lock.ts";
import { findProcess, findProcessRevision, saveProcess } from "./store/processes.ts";
import type { SecretKey } from "./store/seal.ts";
import { findVaultFile } from "./store/vault.ts";
import { readTelling, type Telling } from "./telling.ts";
import { createToolExecutor } from "./tools.ts";

/** Where the program writes its log. */
export type LogTarget = { talk(text: string): void; readonly isTerminal: boolean };

/** A service that listens. Disposal stops claiming, answers what is open, and leaves tools running. */
export type App = AsyncDisposable & {
  readonly url: string;
  /** What its operator should know. */
  readonly notes: readonly string[];
};

const clock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };
const builtins: ReadonlyMap<string, BuiltinProcess> = new Map([[echo.description.id, echo]]);

/** Draws a UUID that sorts by the time it was drawn. */
function newId(): string {
  return Bun.randomUUIDv7();
}

/** Draws 40 letters and digits, 160 bits. */
function newSecret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(20))).toString("hex");
}

/** Draws 256 random bits. */
function newKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32));
}

function loggerOf(config: Config, target: LogTarget): Logger {
  const format = target.isTerminal ? "text" : "json";
  return createLogger({ level: config.logLevel, format, write: target.talk, now: clock.now });
}

function openStore(config: Config, logger: Logger): Promise<Database> {
  return openDatabase({ file: databaseFile({ dataDirectory: config.data }), clock, logger });
}

/** Opens the database for the commands that manage keys, beside a server that may be running. */
export async function openKeys(config: Config, target: LogTarget): Promise<KeyDeps & AsyncDisposable> {
  const database = await openStore(config, loggerOf(config, target));
  return { database, clock, newSecret, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

/**
 * Starts the service: takes the data directory, migrates the database, looks after what an earlier run left, listens.
 * Throws `unavailable` or `conflict` when it must not or cannot start; then nothing is left running.
 */
export async function startApp(config: Config, target: LogTarget): Promise<App> {
  const logger = loggerOf(config, target);
  await using stack = new AsyncDisposableStack();
  const layout = createLayout(config.data, config.outputsDir);
  await makeDirectories(layout);
  const address = `${config.host}:${config.port}`;
  stack.use(await lockDataDirectory(layout.dataDirectory, { pid: process.pid, startedAt: clock.now(), address }));
  const database = stack.use(await openStore(config, logger));
  await refuseOpenDoor(config, database);
  await saveBuiltins(database);

  const server = Bun.serve({
    hostname: config.host,
    port: config.port,
    // Bodies are bounded where they are read: each route knows its own limit.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: () => new Response("Starting", { status: 503, headers: { "retry-after": "1" } }),
  });
  stack.defer(() => server.stop(true));
  const url = `http://${config.host.includes(":") ? `[${config.host}]` : config.host}:${server.port}`;
  const inputChecks = createInputChecks(256);
  const gate = createAppGate(config);
  const processes = createProcessCache(database, 1024);
  const telling = await readTelling(config);
  const secretKey = await readSecretKey(config.secretFile ?? secretKeyFile(layout), newKey());
  const { executor, notes: toolNotes } = createToolExecutor(config, { layout, logger, clock });
  const cwl = stack.use(createCwl({ config, layout, logger, gate, executor }));
  const armed = await armFailpoint();
  const watched = [layout.dataDirectory, layout.outputsDirectory];
  const space = stack.use(createDiskSpace({ logger }, watched, config.minFreeBytes));
  await space.start();
  const kept = config.keepHours === undefined ? {} : { keptMilliseconds: config.keepHours * 3_600_000 };
  const serviceUrl = config.publicUrl ?? url;
  const settings = {
    syncLimitMilliseconds: config.syncLimitSeconds * 1000,
    inputRoots: config.inputRoot,
    sendsMail: telling.mailServer !== undefined,
    maxBodyBytes: config.maxBodyBytes,
    maxUploadBytes: config.maxUploadBytes,
    ...kept,
    maxInlineBytes: config.maxInlineBytes,
    maxDocumentBytes: config.maxDocumentBytes,
    outputsPath: config.outputsPath,
    ...(config.outputsUrl === undefined ? {} : { outputsUrl: config.outputsUrl }),
  };
  const answering = { database, processes, layout, settings };
  const notifier = stack.use(
    startAppNotifier({ config, database, logger, gate, secretKey, answering, serviceUrl, ...telling }),
  );
  const wakeNotifier = () => notifier.wake();
  const runner = stack.use(
    createAppRunner({
      config,
      layout,
      database,
      logger,
      inputChecks,
      cwl,
      gate,
      secretKey,
      space,
      armed,
      wakeNotifier,
      url: serviceUrl,
    }),
  );
  const stopping = new AbortController();
  const statusDocuments = stack.use(
    createStatusDocuments({
      database,
      layout,
      logger,
      processOf: (id, revision) => findProcessRevision(database, id, revision),
      settings: {
        serviceUrl,
        outputsPath: config.outputsPath,
        outputsUrl: config.outputsUrl ?? `${serviceUrl}${config.outputsPath}`,
        maxInlineBytes: config.maxInlineBytes,
      },
    }),
  );
  const http = createHttpApp({
    database,
    layout,
    clock,
    logger,
    newId,
    newSecret,
    runner: {
      wake: (job) => runner.wake(job),
      stop: (jobId) => runner.stop(jobId),
      publishStatus: (jobId) => statusDocuments.publish(jobId),
      notify: wakeNotifier,
    },
    inputChecks,
    gate,
    secretKey,
    remotes: createRemoteProcesses({ database, clock, gate, secretKey, maxDocumentBytes: config.maxDocumentBytes }),
    processes,
    news: stack.use(createJobNews(database, newId())),
    stopping: stopping.signal,
    hasSpace: space.hasSpace,
    queue: createQueueLimit({ database, clock }, config.maxQueued),
    authenticate: createAuthenticator({
      database,
      clock,
      allowAnonymous: config.allowAnonymous,
      isLocalOnly: isLocalOnly(config),
    }),
    door: {
      listenHost: config.host,
      isLoopback: isLocalOnly(config),
      corsOrigins: config.cors,
      isTrustedProxy: createAddressTest("--trusted-proxy", config.trustedProxy),
      ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
    },
    settings,
  });
  await statusDocuments.renew();
  await runner.start();
  stack.use(startIndexing({ database, clock, logger }));
  stack.use(startHousekeeping({ database, layout, clock, logger, cacheBytes: config.cacheBytes, ...kept }));
  server.reload({ fetch: http.fetch });
  logger.info("Listening", { url, data: layout.dataDirectory });

  const held = stack.move();
  return {
    url,
    notes: [...notesOf(config, await hasAnyKey(database)), ...toolNotes],
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await drain(server, config.drainSeconds);
      logger.info("Stopping", await database.figures());
      await held.disposeAsync();
    },
  };
}

/** How often the open requests of a server that stops are counted. */
const drainLookMilliseconds = 20;

/**
 * Lets a server answer what is open, for so long at most. Requests are counted: that `stop` resolves, which it should when
 * there is none left, cannot be relied on after a stream was ended.
 */
async function drain(
  server: { stop(): Promise<void>; readonly pendingRequests: number },
  seconds: number,
): Promise<void> {
  void server.stop();
  const looks = Math.ceil((seconds * 1000) / drainLookMilliseconds);
  for (let look = 0; look < looks && server.pendingRequests > 0; look += 1) await sleep(drainLookMilliseconds);
}

async function makeDirectories(layout: Layout): Promise<void> {
  const all = [layout.dataDirectory, layout.outputsDirectory, layout.workDirectory, layout.vaultDirectory];
  for (const directory of all) await mkdir(directory, { recursive: true, mode: directoryMode });
}

/** A deployed package runs programs: who can reach the service must be known, or allowed on purpose. */
async function refuseOpenDoor(config: Config, database: Database): Promise<void> {
  if (isLocalOnly(config) || config.allowAnonymous !== undefined || (await hasAnyKey(database))) return;
  const [proxy] = config.trustedProxy;
  const where = config.publicUrl ?? (proxy === undefined ? config.host : `--trusted-proxy ${proxy}`);
  throw new Problem(
    "unavailable",
    `Cannot start: found "${where}", which others can reach, and no key; wanted a key (heddle keys create --role admin) or --allow-anonymous`,
  );
}

function notesOf(config: Config, hasKeys: boolean): readonly string[] {
  if (hasKeys) return ["Callers sign in with a key (Authorization: Bearer)"];
  if (config.allowAnonymous !== undefined) return [`Callers without a key are ${config.allowAnonymous}s`];
  return ["There is no key yet: every user of this machine can deploy and execute (heddle keys create --role admin)"];
}

function builtinProcess(builtin: BuiltinProcess): Process {
  const definition = { kind: "builtin", name: builtin.description.id } as const;
  const hash = new Bun.CryptoHasher("sha256").update(JSON.stringify([builtin.description, definition])).digest("hex");
  return {
    id: builtin.description.id,
    revision: `sha256:${hash}`,
    description: builtin.description,
    definition,
    isWorkflow: false,
    isMutable: false,
    visibility: "public",
    fileInputs: [],
  };
}

async function saveBuiltins(database: Database): Promise<void> {
  for (const builtin of builtins.values()) {
    const process = builtinProcess(builtin);
    const known = await findProcess(database, process.id);
    if (known?.revision !== process.revision) await saveProcess(database, process, clock.now(), { replace: true });
  }
}

type RunnerParts = {
  readonly config: Config;
  readonly layout: Layout;
  readonly database: Database;
  readonly logger: Logger;
  readonly inputChecks: ReturnType<typeof createInputChecks>;
  readonly cwl: Engine;
  readonly url: string;
  readonly gate: Gate;
  readonly secretKey: SecretKey;
  readonly space: DiskSpace;
  readonly armed: { readonly failpoint?: Failpoint };
  readonly wakeNotifier: () => void;
};

type CwlParts = {
  readonly config: Config;
  readonly layout: Layout;
  readonly logger: Logger;
  readonly gate: Gate;
  readonly executor: Executor;
};

function createCwl({ config, layout, logger, gate, executor }: CwlParts) {
  return createCwlEngine({
    executor,
    layout,
    logger,
    clock,
    toolPath: config.toolPath,
    graceSeconds: config.graceSeconds,
    maxWorkBytes: config.maxWorkBytes,
    ...stepCache(config, layout),
    slots: config.slots,
    cores: config.cores,
    memoryMebibytes: config.memoryMebibytes,
    expressionLimits: { ...defaultExpressionLimits, timeMilliseconds: config.expressionSeconds * 1000 },
    runRemoteStep: createRemoteStepRunner({
      gate,
      layout,
      logger,
      clientOf: (definition) => createRemoteClient({ gate, maxDocumentBytes: config.maxDocumentBytes }, definition),
      wait: waitFor,
      maxDownloadBytes: config.maxDownloadBytes,
    }),
  });
}

/** Tools that see more directories than their inputs and the system may read what no key of the cache knows. */
function stepCache({ cacheBytes, toolDirectories }: Config, layout: Layout): { cache?: StepCache } {
  if (cacheBytes === 0 || toolDirectories.length > 0) return {};
  return { cache: { directory: stepCacheDirectory(layout), onlyPureSteps: true } };
}

/** Makes the one way out; names are resolved as the machine resolves them. */
function createAppGate(config: Config): Gate {
  return createGate({
    resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
    allowed: readAllowList(config.allowFetch),
    limits: {
      idleMilliseconds: config.fetchIdleSeconds * 1000,
      totalMilliseconds: config.downloadSeconds * 1000,
    },
  });
}

type NotifierParts = Pick<RunnerParts, "config" | "database" | "logger" | "gate" | "secretKey"> &
  Telling & {
    /** What makes the documents that are sent. */
    readonly answering: Parameters<typeof resultsOfJob>[0] & Parameters<typeof sentResults>[0];
    readonly serviceUrl: string;
  };

function startAppNotifier(parts: NotifierParts): Notifier {
  const { config, database, logger, gate, secretKey, answering, serviceUrl, mailServer, signingKey } = parts;
  const delivering = {
    database,
    clock,
    secretKey,
    callbacks: { gate, ...(signingKey === undefined ? {} : { signingKey }) },
    ...(mailServer === undefined ? {} : { mailer: createMailer(mailServer) }),
    documents: {
      status: (job: Job) => statusDocument(job, serviceUrl),
      results: async (job: Job) => sentResults(answering, await resultsOfJob(answering, job), serviceUrl),
    },
    settings: { serviceUrl, tryMilliseconds: config.notifySeconds * 1000 },
  };
  return startNotifier({
    database,
    clock,
    logger,
    deliver: (delivery, signal) => deliver(delivering, delivery, signal),
    settings: {
      tries: config.notifyTries,
      patienceMilliseconds: config.notifyHours * 3_600_000,
      firstPauseMilliseconds: config.notifyPauseSeconds * 1000,
    },
  });
}

/** Waits, and ends early when the signal is aborted. */
async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function createAppRunner({
  config,
  layout,
  database,
  logger,
  inputChecks,
  cwl,
  url,
  gate,
  secretKey,
  space,
  armed,
  wakeNotifier,
}: RunnerParts): Runner {
  const builtin = createBuiltinEngine(builtins);
  const isBuiltin = (job: Job) => !job.isRemote && builtins.has(job.processId);
  const remote = createRemoteEngines({
    database,
    layout,
    logger,
    gate,
    secretKey,
    maxDocumentBytes: config.maxDocumentBytes,
    maxDownloadBytes: config.maxDownloadBytes,
    wait: waitFor,
  });
  return createRunner({
    database,
    layout,
    clock,
    logger,
    newId,
    slots: config.slots,
    remoteSlots: config.remoteJobs,
    remoteAccess: remote.accessOf,
    engineOf: async ({ definition }, access) => {
      switch (definition.kind) {
        case "builtin":
          return builtin;
        case "cwl":
          return cwl;
        case "remote":
          return remote.engineOf(definition.providerId, access);
        default:
          return definition satisfies never;
      }
    },
    engineOfHandle: async (job: Job) => {
      if (job.isRemote) return remote.engineOf(job.providerId, await remote.accessOf(job));
      return isBuiltin(job) ? builtin : cwl;
    },
    processOf: (id, revision) => findProcessRevision(database, id, revision),
    vaultFile: async (id) => {
      const file = await findVaultFile(database, id);
      return file === undefined ? undefined : { ...file, path: vaultFile(layout, id) };
    },
    download: (url, directory, mediaType) =>
      download({ gate, maxBytes: config.maxDownloadBytes }, { url }, directory, {
        ...(mediaType === undefined ? {} : { mediaType }),
      }),
    checkValue: (process, inputId, value) => inputChecks.of(process).value(inputId, value),
    hasSpace: space.hasSpace,
    isBuffered: (job) => !isBuiltin(job),
    wakeNotifier,
    ...armed,
    settings: {
      inputRoots: config.inputRoot,
      outputsPath: config.outputsPath,
      outputsUrl: config.outputsUrl ?? `${url}${config.outputsPath}`,
      jobFiles: config.jobFiles,
    },
  });
}

/** The condition is settled while building: the executable that people get has neither the variable nor what it does. */
async function armFailpoint(): Promise<{ readonly failpoint?: Failpoint }> {
  if (process.env.HEDDLE_BUILD === "failpoints") {
    const { createFailpoint } = await import("./runner/failpoints.ts");
    const text = process.env.HEDDLE_FAILPOINT;
    if (text !== undefined) return { failpoint: createFailpoint(text, () => process.kill(process.pid, "SIGKILL")) };
  }
  return {};
}
