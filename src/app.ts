import { existsSync } from "node:fs";
import { listBuiltins, saveBuiltins } from "./assembly/builtins.ts";
import { createEngines } from "./assembly/engines.ts";
import { findingsOf } from "./assembly/facts/findings.ts";
import { startMetrics } from "./assembly/facts/metrics.ts";
import { serverHere } from "./assembly/facts/server-here.ts";
import { readTelling } from "./assembly/facts/telling.ts";
import { askedTries, countedGate, openGate } from "./assembly/gate.ts";
import { openIdentities } from "./assembly/identities.ts";
import { takeDataDirectory } from "./assembly/life/data-directory.ts";
import { startDropIn } from "./assembly/life/drop-in.ts";
import { refuseFirstStart } from "./assembly/life/first-start.ts";
import { manage } from "./assembly/life/managed.ts";
import { endOrderly } from "./assembly/life/orderly-end.ts";
import { endOnUncaughtErrors } from "./assembly/life/program-end.ts";
import { startNotes } from "./assembly/life/start-notes.ts";
import { filesToWatch } from "./assembly/life/watched-files.ts";
import { createAuditing } from "./assembly/listening/auditing.ts";
import { readDoor, refuseOpenDoor, refuseOpenTools } from "./assembly/listening/door.ts";
import { openListener } from "./assembly/listening/listener.ts";
import { readTls, tlsFilesOf, watchTls } from "./assembly/listening/tls.ts";
import { measuredTools } from "./assembly/measured-executor.ts";
import { startTelling } from "./assembly/notifier.ts";
import { openKeyStore, openStore } from "./assembly/open-store.ts";
import { createJobRunner } from "./assembly/runner.ts";
import { runnerPort } from "./assembly/runner-port.ts";
import { openSecretKey } from "./assembly/secret.ts";
import { createSeeing, lanesOf } from "./assembly/seeing.ts";
import { edgeSettings, outputsUrlOf, requestSettings, rightsOf, tidyingOf } from "./assembly/settings.ts";
import { createToolHold } from "./assembly/tool-hold.ts";
import { createToolExecutor } from "./assembly/tools.ts";
import type { Config } from "./config/config.ts";
import { isExposed, isLocalOnly } from "./config/exposure.ts";
import { judgeOfPackage } from "./cwl/judge.ts";
import { defined } from "./domain/defined.ts";
import { createServiceMetrics } from "./domain/figures/service-metrics.ts";
import { createCondition } from "./domain/waiting/condition.ts";
import { createPatience } from "./domain/waiting/patience.ts";
import { pause } from "./domain/waiting/pause.ts";
import { newId, newKey, newSecret } from "./draw.ts";
import { createInputChecks } from "./engines/inputs/input-check.ts";
import { hasLivingTool } from "./executors/local/living-tools.ts";
import type { Bubblewrap } from "./executors/sandbox/bubblewrap.ts";
import { readCrashNotes } from "./files/crash-notes.ts";
import { createWorkSizes } from "./files/jobs/work-sizes.ts";
import { databaseFile } from "./files/layout.ts";
import { createHttpApp } from "./http/server.ts";
import { createEventLog, createLineBuffer, createLogger } from "./log.ts";
import { createJobNews } from "./operations/jobs/job-news.ts";
import { createJobWatches } from "./operations/jobs/job-watch.ts";
import { createAuthenticator } from "./operations/people/authenticate.ts";
import type { KeyDeps } from "./operations/people/manage-keys.ts";
import { createProcessCache } from "./operations/processes/process-cache.ts";
import { createRemoteProcesses } from "./operations/providers/remote-processes.ts";
import { createQueueLimit } from "./operations/submit/queue-limit.ts";
import { createDiskSpace } from "./runner/care/disk-space.ts";
import { startHousekeeping } from "./runner/care/housekeeping.ts";
import { bringBackKnown } from "./runner/care/orphans.ts";
import { watchFiles } from "./runner/care/removed-files.ts";
import { watchFilePool } from "./runner/walk/file-pool.ts";
import { createStatusDocuments } from "./runner/walk/status-document.ts";
import { showWaitedJobs } from "./store/jobs/hidden-jobs.ts";
import { hasAnyKey } from "./store/people/keys.ts";
import { findProcessRevision } from "./store/processes/processes.ts";
import { clock, type LogTarget, logFormat, logOptions } from "./surroundings.ts";
import { startWatchdogThread } from "./watchdog.ts";

export { settingFaults, startFaults } from "./assembly/check-settings.ts";
export { lookAtProvider } from "./assembly/identities.ts";

/** A service that listens. Disposal stops claiming, answers what is open, and leaves tools running. */
export type App = AsyncDisposable & {
  readonly url: string;
  /** What its operator should know. */
  readonly notes: readonly string[];
};

/**
 * Starts the service: takes the data directory, migrates the database, looks after what an earlier run left, listens.
 * What was found of bubblewrap is waited for before anything could run a tool.
 * Throws `unavailable` or `conflict` when it must not or cannot start; then nothing is left running.
 */
export async function startApp(config: Config, target: LogTarget, search: Promise<Bubblewrap>): Promise<App> {
  let latest = config;
  const current = () => latest;
  const lines = createLineBuffer(target.talk);
  const logger = createLogger(logOptions(current, target, lines.now));
  // What is added last ends first.
  await using stack = new AsyncDisposableStack();
  const watching = stack.use(startWatchdogThread());

  // The data directory, and what is in it.
  const { layout } = stack.use(await takeDataDirectory(config, clock.now()));
  // Whatever can be refused is refused before there is a new database.
  if (!existsSync(databaseFile(layout))) await refuseFirstStart({ config, clock }, search, newKey());
  const tlsFiles = tlsFilesOf(config);
  const tls = tlsFiles === undefined ? undefined : await readTls(tlsFiles, clock.now());
  const listener = stack.use(openListener({ ...config, tls }, { logger, clock, slots: config.slots }));
  const database = stack.use(await openStore(config, { clock, logger }));
  const watchdog = stack.use(
    await watching.watch({
      dataDirectory: layout.dataDirectory,
      limitSeconds: config.watchdogSeconds,
      logFormat: logFormat(config, target),
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
  const metrics = createServiceMetrics();
  const gate = stack.use(countedGate(openGate(config), metrics));
  const { provider: identities } = stack.use(await openIdentities(config, clock));
  const telling = await readTelling(config);
  const secretKey = await openSecretKey({ config, layout, database }, newKey());
  const maxMilliseconds = config.shortageSeconds * 1000;
  const patience = createPatience({ elapsed: clock.elapsed, pause, maxMilliseconds });
  const events = createEventLog(logOptions(current, target, lines.add));
  const auditing = createAuditing({ database, clock, logger, events });
  const seen = { metrics, events, laneOf: lanesOf(builtins), logRequests: config.logRequests };
  const seeing = createSeeing({ ...seen, onRefused: auditing.refused });
  const means = {
    metrics,
    onMove: seeing.onMove,
    onAudited: auditing.onAudited,
    gate,
    secretKey,
    serviceUrl,
    activity,
    condition,
    patience,
  };
  const base = { config, database, layout, logger, clock, newId, ...means };

  // What runs jobs.
  const bubblewrap = await search;
  const exposed = isExposed(config, hasKeys);
  refuseOpenTools(config, exposed, bubblewrap);
  const tools = stack.use(
    createToolExecutor(config, { layout, logger, clock, bubblewrap, exposed, environment: process.env }),
  );
  const hold = createToolHold({ logger, exposed, bubblewrap, sandbox: config.sandbox });
  const { executor, machine, here: toolsHere } = measuredTools(tools, { clock, metrics });
  const onCacheLook = (isFound: boolean) => metrics.cacheLooks.add([isFound ? "hit" : "miss"]);
  const looked = { ...defined({ toolsHere }), onCacheLook };
  const engines = stack.use(createEngines({ ...base, ...looked, executor, machine, builtins }));
  // Settled while building: the executable that people get has neither the variable nor what it does.
  const armed =
    process.env.HEDDLE_BUILD === "failpoints"
      ? (await import("./assembly/life/failpoint.ts")).armFailpoint(process.env.HEDDLE_FAILPOINT)
      : {};
  const watched = new Set([layout.dataDirectory, layout.sharedDirectory, layout.outputsDirectory]);
  const { hasSpace, start: watchSpace } = stack.use(createDiskSpace(base, [...watched], config.minFreeBytes));
  await watchSpace();
  const filePool = stack.use(watchFilePool(base, layout.dataDirectory));
  const crashNotes = readCrashNotes(layout);
  stack.use(watchFiles(base, filesToWatch(layout, database)));
  const settings = requestSettings(config, telling.mailServer !== undefined);
  const processes = createProcessCache({ database, clock }, 1024);
  const answering = { database, processes, layout, settings };
  const notifier = stack.use(startTelling({ ...base, telling, answering }));
  const inputChecks = createInputChecks(256, { logger, judgeOf: judgeOfPackage });
  const mayClaim = () => hasSpace() && condition.mayClaim() && hold.reason() === undefined;
  const running = {
    ...base,
    ...armed,
    engines,
    inputChecks,
    processes,
    crashNotes,
    wakeNotifier: notifier.wake,
    server: serverHere(process.env.HEDDLE_VERSION),
    isExposed: hold.isExposed,
    ...defined({ openWork: tools.openWork }),
  };
  const runner = stack.use(createJobRunner({ ...running, toolSlots: tools.executor.slots, hasSpace: mayClaim }));
  const statusDocuments = stack.use(
    createStatusDocuments({
      ...base,
      processOf: (id, revision) => findProcessRevision(database, id, revision),
      settings: { ...settings, serviceUrl, outputsUrl: outputsUrlOf(config, serviceUrl) },
    }),
  );

  const version = process.env.HEDDLE_VERSION ?? "0.0.0-dev";
  const shownSettings = () => target.shownSettings?.(latest) ?? [];
  const build = { version, commit: process.env.HEDDLE_COMMIT ?? "", shownSettings };
  const measuring = { ...base, ...build, processes, runner, mayClaim, executor, machine: tools.machine };
  const { readMetrics, readFacts, notes: metricsNotes } = stack.use(startMetrics(measuring));

  // What answers requests.
  const stopping = new AbortController();
  const remotes = createRemoteProcesses({
    ...base,
    maxDocumentBytes: config.maxDocumentBytes,
    tries: askedTries(config),
  });
  const news = stack.use(createJobNews(database, newId()));
  const watches = createJobWatches({ database, layout });
  const workSizes = createWorkSizes(layout, clock);
  const authenticate = createAuthenticator({
    ...base,
    allowAnonymous: config.allowAnonymous,
    isLocalOnly: isLocalOnly(config),
    onKey: hold.keyFound,
    ...rightsOf(config),
    ...defined({ identities }),
  });
  // Made anew when the settings are read again; requests that are open are answered by the one of before.
  const edgeOf = (read: Config) =>
    createHttpApp({
      ...base,
      newSecret,
      observer: seeing.observer,
      onForeignRead: auditing.onForeignRead,
      onRefusedSignIn: auditing.onRefusedSignIn,
      ...defined({ readMetrics, readFacts, identities }),
      inputChecks,
      processes,
      hasSpace,
      shortage: patience.shortage,
      heldBack: hold.reason,
      toolSlots: tools.executor.slots,
      runner: runnerPort({ runner, statusDocuments, notifier }),
      tries: askedTries(config),
      ...findingsOf({ ...base, machine: tools.machine }),
      remotes,
      news,
      watches,
      workSizes,
      authenticate,
      ...edgeSettings(read, telling.mailServer !== undefined),
      ...rightsOf(config),
      queue: createQueueLimit(base, read.maxQueued),
      door: readDoor(read, listener.url),
      stopping: stopping.signal,
    });

  const tidying = {
    ...base,
    ...tidyingOf(config),
    hasLivingTool: (executionId: string) => hasLivingTool(layout, executionId),
  };
  await bringBackKnown(tidying);
  await statusDocuments.renew();
  await showWaitedJobs(database);
  await runner.start();
  stack.use(await startHousekeeping(tidying));
  stack.use(startDropIn({ ...base, processes, remotes, settings }, config));
  const certificates = tlsFiles && stack.use(await watchTls({ ...base, files: tlsFiles, renew: listener.renew }));
  const apply = async (read: Config) => {
    latest = read;
    listener.answerWith(edgeOf(read));
    await certificates?.look();
  };
  await apply(config);
  const manager = stack.use(manage({ ...base, target, url: listener.url, apply }, config));
  await auditing.note("start", version);
  logger.info("Listening", { url: listener.url, data: layout.dataDirectory });

  const { healthUrl } = watchdog;
  const told = { ofTools: tools.notes, ofMetrics: metricsNotes, healthUrl };
  const notes = startNotes({ config, exposed, ...told, hasKeys: await hasAnyKey(database) });
  const held = stack.move();
  return {
    url: listener.url,
    notes,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      manager.stopping();
      runner.stopClaiming();
      await endOrderly({ ...base, ...config, listener, auditing, filePool, held, version, abandon: target.abandon });
    },
  };
}

/** Opens the database for the commands that manage keys, beside a server that may be running. */
export function openKeys(config: Config, target: LogTarget): Promise<KeyDeps & AsyncDisposable> {
  return openKeyStore(config, {
    clock,
    newSecret,
    logger: createLogger(logOptions(() => config, target, target.talk)),
  });
}
