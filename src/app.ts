import { existsSync } from "node:fs";
import { listBuiltins, saveBuiltins } from "./assembly/builtins.ts";
import { readDoor, refuseOpenDoor, refuseOpenTools, signInNote } from "./assembly/door.ts";
import { startDropIn } from "./assembly/drop-in.ts";
import { createEngines } from "./assembly/engines.ts";
import { refuseFirstStart } from "./assembly/first-start.ts";
import { askedTries, openGate } from "./assembly/gate.ts";
import { openListener } from "./assembly/listener.ts";
import type { LogTarget } from "./assembly/log-target.ts";
import { manage } from "./assembly/managed.ts";
import { startTelling } from "./assembly/notifier.ts";
import { endOnUncaughtErrors, endUnlessStuck } from "./assembly/program-end.ts";
import { createJobRunner } from "./assembly/runner.ts";
import { openSecretKey } from "./assembly/secret.ts";
import { serverHere } from "./assembly/server-here.ts";
import { clientBoundsOf, identityOf, outputsUrlOf, requestSettings, retentionOf } from "./assembly/settings.ts";
import { readTelling } from "./assembly/telling.ts";
import { readTls, tlsFilesOf, watchTls } from "./assembly/tls.ts";
import { createToolHold } from "./assembly/tool-hold.ts";
import { createToolExecutor } from "./assembly/tools.ts";
import { filesToWatch } from "./assembly/watched-files.ts";
import type { Config } from "./config.ts";
import { imageWarnings } from "./cwl/document/requirements.ts";
import type { Clock } from "./domain/clock.ts";
import { createCondition } from "./domain/condition.ts";
import { defined } from "./domain/defined.ts";
import type { Logger } from "./domain/logger.ts";
import { createPatience } from "./domain/patience.ts";
import { pause } from "./domain/pause.ts";
import { networkWords, readNetworkRules } from "./domain/tool-network.ts";
import { createInputChecks } from "./engines/input-check.ts";
import { hasLivingTool } from "./executors/local/living-tools.ts";
import { refuseOpenElsewhere } from "./executors/local/open-files.ts";
import type { Bubblewrap } from "./executors/sandbox/bubblewrap.ts";
import { isExposed, isLocalOnly } from "./exposure.ts";
import { readCrashNotes } from "./files/crash-notes.ts";
import { createLayout, databaseFile } from "./files/layout.ts";
import { refuseMissingDatabase } from "./files/missing-database.ts";
import { makeDirectories } from "./files/new-place.ts";
import { createHttpApp } from "./http/server.ts";
import { createLogger, type LogLevel } from "./log.ts";
import { createJobNews } from "./operations/job-news.ts";
import { createJobWatches } from "./operations/job-watch.ts";
import { createAuthenticator, type KeyDeps } from "./operations/manage-keys.ts";
import { createProcessCache } from "./operations/process-cache.ts";
import { createQueueLimit } from "./operations/queue-limit.ts";
import { createRemoteProcesses } from "./operations/remote-processes.ts";
import { newId, newKey, newSecret } from "./random.ts";
import { createDiskSpace } from "./runner/disk-space.ts";
import type { Failpoint } from "./runner/failpoints.ts";
import { watchFilePool } from "./runner/file-pool.ts";
import { startHousekeeping } from "./runner/housekeeping.ts";
import { bringBackKnown } from "./runner/orphans.ts";
import { watchFiles } from "./runner/removed-files.ts";
import { createStatusDocuments } from "./runner/status-document.ts";
import { setLogAside } from "./store/backup.ts";
import { type Database, openDatabase } from "./store/database.ts";
import { showWaitedJobs } from "./store/hidden-jobs.ts";
import { hasAnyKey } from "./store/keys.ts";
import { lockDataDirectory } from "./store/lock.ts";
import { findProcessRevision } from "./store/processes.ts";
import { startWatchdogThread } from "./watchdog.ts";

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
  let { logLevel } = config;
  const logger = loggerOf(() => logLevel, target);
  // What is added last ends first.
  await using stack = new AsyncDisposableStack();
  const watching = stack.use(startWatchdogThread());

  // The data directory, and what is in it.
  const layout = createLayout(config.data, config.outputsDir, config.workDir);
  await makeDirectories(layout);
  const holder = { pid: process.pid, startedAt: clock.now(), address: `${config.host}:${config.port}` };
  stack.use(await lockDataDirectory(layout.dataDirectory, holder));
  await refuseOpenElsewhere(databaseFile(layout), process.pid);
  if (config.acceptEmptyDatabase) await setLogAside(databaseFile(layout));
  else await refuseMissingDatabase(layout);
  // Whatever can be refused is refused before there is a new database.
  if (!existsSync(databaseFile(layout))) await refuseFirstStart(config, search, newKey());
  const tlsFiles = tlsFilesOf(config);
  const tls = tlsFiles === undefined ? undefined : await readTls(tlsFiles, clock.now());
  const { host, port, slots } = config;
  const listener = stack.use(openListener({ host, port, tls }, { logger, clock, slots }));
  const database = stack.use(await openStore(config, logger));
  const watchdog = stack.use(
    await watching.watch({
      dataDirectory: layout.dataDirectory,
      limitSeconds: config.watchdogSeconds,
      logFormat: logFormat(target),
      ...defined({ healthAddress: config.healthAddress }),
    }),
  );
  endOnUncaughtErrors({ target, logger, layout, watchdog });
  const condition = createCondition((causes) => watchdog.setFault(causes.join(". ")));
  const { activity } = watchdog;
  const builtins = listBuiltins();
  const hasKeys = await hasAnyKey(database);
  refuseOpenDoor(config, hasKeys);
  await saveBuiltins(database, builtins, clock.now());

  // The ways in and out.
  const serviceUrl = config.publicUrl ?? listener.url;
  const gate = stack.use(openGate(config));
  const telling = await readTelling(config);
  const secretKey = await openSecretKey({ config, layout, database }, newKey());
  const maxMilliseconds = config.shortageSeconds * 1000;
  const patience = createPatience({ elapsed: clock.elapsed, pause, maxMilliseconds });
  const means = { gate, secretKey, serviceUrl, activity, condition, patience };
  const base = { config, database, layout, logger, clock, newId, ...means };

  // What runs jobs.
  const bubblewrap = await search;
  const exposed = isExposed(config, hasKeys);
  refuseOpenTools(config, exposed, bubblewrap);
  const tools = stack.use(
    createToolExecutor(config, { layout, logger, clock, bubblewrap, exposed, environment: process.env }),
  );
  const hold = createToolHold({ logger, exposed, bubblewrap, sandbox: config.sandbox });
  const engines = stack.use(createEngines({ ...base, executor: tools.executor, machine: tools.machine, builtins }));
  const armed = await armFailpoint();
  const watched = [...new Set([layout.dataDirectory, layout.sharedDirectory, layout.outputsDirectory])];
  const { hasSpace, start: watchSpace } = stack.use(createDiskSpace(base, watched, config.minFreeBytes));
  await watchSpace();
  const filePool = stack.use(watchFilePool(base, layout.dataDirectory));
  const crashNotes = readCrashNotes(layout);
  stack.use(watchFiles(base, filesToWatch(layout, database)));
  const settings = requestSettings(config, telling.mailServer !== undefined);
  const processes = createProcessCache({ database, clock }, 1024);
  const answering = { database, processes, layout, settings };
  const notifier = stack.use(startTelling({ ...base, telling, answering }));
  const wakeNotifier = () => notifier.wake();
  const inputChecks = createInputChecks(256, logger);
  const mayClaim = () => hasSpace() && condition.mayClaim() && hold.reason() === undefined;
  const running = {
    ...base,
    ...armed,
    engines,
    inputChecks,
    processes,
    crashNotes,
    wakeNotifier,
    server: serverHere(process.env.HEDDLE_VERSION),
    isExposed: hold.isExposed,
  };
  const runner = stack.use(createJobRunner({ ...running, toolSlots: tools.executor.slots, hasSpace: mayClaim }));
  const statusDocuments = stack.use(
    createStatusDocuments({
      ...base,
      processOf: (id, revision) => findProcessRevision(database, id, revision),
      settings: { ...settings, serviceUrl, outputsUrl: outputsUrlOf(config, serviceUrl) },
    }),
  );

  // What answers requests.
  const stopping = new AbortController();
  const { maxDocumentBytes } = config;
  const remotes = createRemoteProcesses({ ...base, maxDocumentBytes, tries: askedTries(config) });
  const { mailServer } = telling;
  const news = stack.use(createJobNews(database, newId()));
  const watches = createJobWatches({ database, layout });
  const authenticate = createAuthenticator({
    ...base,
    allowAnonymous: config.allowAnonymous,
    isLocalOnly: isLocalOnly(config),
    onKey: hold.keyFound,
  });
  // Made anew when the settings are read again; requests that are open are answered by the one of before.
  const edgeOf = (current: Config) =>
    createHttpApp({
      ...base,
      newSecret,
      inputChecks,
      processes,
      hasSpace,
      shortage: patience.shortage,
      heldBack: hold.reason,
      runner: {
        wake: (job) => runner.wake(job),
        runAtOnce: (unwritten) => runner.runAtOnce(unwritten),
        stop: (jobId) => runner.stop(jobId),
        publishStatus: (jobId) => statusDocuments.publish(jobId),
        notify: wakeNotifier,
      },
      tries: askedTries(config),
      imageWarnings: (document) => imageWarnings(document, tools.machine),
      remotes,
      news,
      watches,
      authenticate,
      identity: identityOf(current),
      settings: requestSettings(current, mailServer !== undefined),
      clientBounds: clientBoundsOf(current),
      queue: createQueueLimit(base, current.maxQueued),
      door: readDoor(current, listener.url),
      stopping: stopping.signal,
    });

  const tidying = {
    ...base,
    ...retentionOf(config),
    cacheBytes: config.cacheBytes,
    minFreeBytes: config.minFreeBytes,
    orphanDays: config.orphanDays,
    hasLivingTool: (executionId: string) => hasLivingTool(layout, executionId),
  };
  await bringBackKnown(tidying);
  await statusDocuments.renew();
  await showWaitedJobs(database);
  await runner.start();
  stack.use(await startHousekeeping(tidying));
  stack.use(startDropIn({ ...base, processes, remotes, settings }, config));
  const certificates = tlsFiles && stack.use(await watchTls({ ...base, files: tlsFiles, renew: listener.renew }));
  const apply = async (current: Config) => {
    logLevel = current.logLevel;
    listener.answerWith(edgeOf(current));
    await certificates?.look();
  };
  await apply(config);
  const manager = stack.use(manage({ ...base, target, url: listener.url, apply }, config));
  logger.info("Listening", { url: listener.url, data: layout.dataDirectory });

  const held = stack.move();
  return {
    url: listener.url,
    notes: [
      signInNote(config, await hasAnyKey(database)),
      ...tools.notes,
      networkWords(readNetworkRules(config.toolNetwork), exposed),
      ...(watchdog.healthUrl === undefined ? [] : [`Health is told at ${watchdog.healthUrl}`]),
    ],
    async [Symbol.asyncDispose]() {
      stopping.abort();
      manager.stopping();
      runner.stopClaiming();
      const end = async () => {
        await listener.drain(config.drainSeconds);
        logger.info("Stopping", await database.figures());
        await held.disposeAsync();
      };
      await endUnlessStuck({ filePool, logger, abandon: target.abandon, seconds: config.drainSeconds }, end);
    },
  };
}

/** Opens the database for the commands that manage keys, beside a server that may be running. */
export async function openKeys(config: Config, target: LogTarget): Promise<KeyDeps & AsyncDisposable> {
  await refuseMissingDatabase(createLayout(config.data, config.outputsDir, config.workDir));
  const database = await openStore(
    config,
    loggerOf(() => config.logLevel, target),
  );
  return { database, clock, newSecret, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

function logFormat(target: LogTarget): "json" | "text" {
  return target.isTerminal ? "text" : "json";
}

function loggerOf(level: () => LogLevel, target: LogTarget): Logger {
  return createLogger({ level, format: logFormat(target), write: target.talk, now: clock.now });
}

function openStore(config: Config, logger: Logger): Promise<Database> {
  return openDatabase({ file: databaseFile({ dataDirectory: config.data }), clock, logger });
}

/** Arms the failpoint that the environment names. The condition is settled while building: the executable that people get has neither the variable nor what it does. */
async function armFailpoint(): Promise<{ readonly failpoint?: Failpoint }> {
  if (process.env.HEDDLE_BUILD === "failpoints") {
    const { createFailpoint } = await import("./runner/failpoints.ts");
    const text = process.env.HEDDLE_FAILPOINT;
    if (text !== undefined) return { failpoint: createFailpoint(text) };
  }
  return {};
}
