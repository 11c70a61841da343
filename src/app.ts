import { mkdir } from "node:fs/promises";
import { listBuiltins, saveBuiltins } from "./assembly/builtins.ts";
import { readDoor, refuseOpenDoor, signInNote } from "./assembly/door.ts";
import { createEngines } from "./assembly/engines.ts";
import { openGate } from "./assembly/gate.ts";
import { openListener } from "./assembly/listener.ts";
import { startTelling } from "./assembly/notifier.ts";
import { createJobRunner } from "./assembly/runner.ts";
import { outputsUrlOf, requestSettings, retentionOf } from "./assembly/settings.ts";
import { readTelling } from "./assembly/telling.ts";
import { createToolExecutor } from "./assembly/tools.ts";
import { type Config, isLocalOnly } from "./config.ts";
import type { Clock } from "./domain/clock.ts";
import type { Logger } from "./domain/logger.ts";
import { createInputChecks } from "./engines/input-check.ts";
import type { Bubblewrap } from "./executors/bubblewrap.ts";
import {
  createLayout,
  databaseFile,
  directoryMode,
  type Layout,
  secretKeyFile,
  valuesDirectory,
} from "./files/layout.ts";
import { readSecretKey } from "./files/secret-key.ts";
import { createHttpApp } from "./http/server.ts";
import { createLogger } from "./log.ts";
import { createJobNews } from "./operations/job-news.ts";
import { createAuthenticator, type KeyDeps } from "./operations/manage-keys.ts";
import { createProcessCache } from "./operations/process-cache.ts";
import { createQueueLimit } from "./operations/queue-limit.ts";
import { createRemoteProcesses } from "./operations/remote-processes.ts";
import { createDiskSpace } from "./runner/disk-space.ts";
import type { Failpoint } from "./runner/failpoints.ts";
import { startHousekeeping } from "./runner/housekeeping.ts";
import { startIndexing } from "./runner/index-jobs.ts";
import { createStatusDocuments } from "./runner/status-document.ts";
import { type Database, openDatabase } from "./store/database.ts";
import { hasAnyKey } from "./store/keys.ts";
import { lockDataDirectory } from "./store/lock.ts";
import { findProcessRevision } from "./store/processes.ts";

/** Where the program writes its log. */
export type LogTarget = { talk(text: string): void; readonly isTerminal: boolean };

/** A service that listens. Disposal stops claiming, answers what is open, and leaves tools running. */
export type App = AsyncDisposable & {
  readonly url: string;
  /** What its operator should know. */
  readonly notes: readonly string[];
};

const clock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };

/**
 * Starts the service: takes the data directory, migrates the database, looks after what an earlier run left, listens.
 * What was found of bubblewrap is waited for before anything could run a tool.
 * Throws `unavailable` or `conflict` when it must not or cannot start; then nothing is left running.
 */
export async function startApp(config: Config, target: LogTarget, search: Promise<Bubblewrap>): Promise<App> {
  const logger = loggerOf(config, target);
  // What is added last ends first.
  await using stack = new AsyncDisposableStack();

  // The data directory, and what is in it.
  const layout = createLayout(config.data, config.outputsDir);
  await makeDirectories(layout);
  const holder = { pid: process.pid, startedAt: clock.now(), address: `${config.host}:${config.port}` };
  stack.use(await lockDataDirectory(layout.dataDirectory, holder));
  const database = stack.use(await openStore(config, logger));
  const builtins = listBuiltins();
  refuseOpenDoor(config, await hasAnyKey(database));
  await saveBuiltins(database, builtins, clock.now());

  // The ways in and out.
  const listener = stack.use(openListener(config));
  const serviceUrl = config.publicUrl ?? listener.url;
  const gate = openGate(config);
  const telling = await readTelling(config);
  const secretKey = await readSecretKey(config.secretFile ?? secretKeyFile(layout), newKey());
  const base = { config, database, layout, logger, clock, newId, gate, secretKey, serviceUrl };

  // What runs jobs.
  const bubblewrap = await search;
  const tools = createToolExecutor(config, { layout, logger, clock, bubblewrap, environment: process.env });
  const engines = stack.use(createEngines({ ...base, executor: tools.executor, builtins }));
  const armed = await armFailpoint();
  const watched = [layout.dataDirectory, layout.outputsDirectory];
  const { hasSpace, start: watchSpace } = stack.use(createDiskSpace({ logger }, watched, config.minFreeBytes));
  await watchSpace();
  const settings = requestSettings(config, telling.mailServer !== undefined);
  const processes = createProcessCache(database, 1024);
  const answering = { database, processes, layout, settings };
  const notifier = stack.use(startTelling({ ...base, telling, answering }));
  const wakeNotifier = () => notifier.wake();
  const inputChecks = createInputChecks(256, logger);
  const runner = stack.use(createJobRunner({ ...base, ...armed, engines, inputChecks, hasSpace, wakeNotifier }));
  const statusDocuments = stack.use(
    createStatusDocuments({
      ...base,
      processOf: (id, revision) => findProcessRevision(database, id, revision),
      settings: { ...settings, serviceUrl, outputsUrl: outputsUrlOf(config, serviceUrl) },
    }),
  );

  // What answers requests.
  const stopping = new AbortController();
  const http = createHttpApp({
    ...base,
    newSecret,
    inputChecks,
    processes,
    settings,
    hasSpace,
    runner: {
      wake: (job) => runner.wake(job),
      stop: (jobId) => runner.stop(jobId),
      publishStatus: (jobId) => statusDocuments.publish(jobId),
      notify: wakeNotifier,
    },
    remotes: createRemoteProcesses({ ...base, maxDocumentBytes: config.maxDocumentBytes }),
    news: stack.use(createJobNews(database, newId())),
    queue: createQueueLimit(base, config.maxQueued),
    authenticate: createAuthenticator({
      ...base,
      allowAnonymous: config.allowAnonymous,
      isLocalOnly: isLocalOnly(config),
    }),
    door: readDoor(config),
    stopping: stopping.signal,
  });

  await statusDocuments.renew();
  await runner.start();
  stack.use(startIndexing(base));
  stack.use(startHousekeeping({ ...base, cacheBytes: config.cacheBytes, ...retentionOf(config) }));
  listener.answerWith(http);
  logger.info("Listening", { url: listener.url, data: layout.dataDirectory });

  const held = stack.move();
  return {
    url: listener.url,
    notes: [signInNote(config, await hasAnyKey(database)), ...tools.notes],
    async [Symbol.asyncDispose]() {
      stopping.abort();
      runner.stopClaiming();
      await listener.drain(config.drainSeconds);
      logger.info("Stopping", await database.figures());
      await held.disposeAsync();
    },
  };
}

/** Opens the database for the commands that manage keys, beside a server that may be running. */
export async function openKeys(config: Config, target: LogTarget): Promise<KeyDeps & AsyncDisposable> {
  const database = await openStore(config, loggerOf(config, target));
  return { database, clock, newSecret, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

function loggerOf(config: Config, target: LogTarget): Logger {
  const format = target.isTerminal ? "text" : "json";
  return createLogger({ level: config.logLevel, format, write: target.talk, now: clock.now });
}

function openStore(config: Config, logger: Logger): Promise<Database> {
  return openDatabase({ file: databaseFile({ dataDirectory: config.data }), clock, logger });
}

async function makeDirectories(layout: Layout): Promise<void> {
  const all = [
    layout.dataDirectory,
    layout.outputsDirectory,
    layout.workDirectory,
    layout.vaultDirectory,
    valuesDirectory(layout),
  ];
  for (const directory of all) await mkdir(directory, { recursive: true, mode: directoryMode });
}

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

/** The condition is settled while building: the executable that people get has neither the variable nor what it does. */
async function armFailpoint(): Promise<{ readonly failpoint?: Failpoint }> {
  if (process.env.HEDDLE_BUILD === "failpoints") {
    const { createFailpoint } = await import("./runner/failpoints.ts");
    const text = process.env.HEDDLE_FAILPOINT;
    if (text !== undefined) return { failpoint: createFailpoint(text, () => process.kill(process.pid, "SIGKILL")) };
  }
  return {};
}
