import type { Config } from "../config/config.ts";
import { createCwlEngine } from "../cwl/engine.ts";
import { defaultExpressionLimits } from "../cwl/javascript/javascript.ts";
import { createRemoteStepRunner, type RemoteStepPort } from "../cwl/run/remote-step.ts";
import type { StepCache } from "../cwl/run/run-context.ts";
import type { Job } from "../domain/jobs/job.ts";
import type { Logger } from "../domain/logger.ts";
import { Problem } from "../domain/problem.ts";
import type { Clock } from "../domain/waiting/clock.ts";
import type { Patience } from "../domain/waiting/patience.ts";
import { pause } from "../domain/waiting/pause.ts";
import { createBuiltinEngine } from "../engines/builtin/engine.ts";
import { describeRemote } from "../engines/remote/remote-description.ts";
import type { Executor } from "../executors/executor.ts";
import type { Machine } from "../executors/machine.ts";
import type { Layout } from "../files/layout.ts";
import { stepCacheDirectory } from "../files/step-cache.ts";
import type { Gate } from "../net/fetch.ts";
import type { RunnerDeps } from "../runner/queue/claim.ts";
import { createRemoteEngines, type RemoteEngines } from "../runner/walk/remote-engines.ts";
import type { Database } from "../store/database/database.ts";
import type { SecretKey } from "../store/database/seal.ts";
import type { Builtins } from "./builtins.ts";
import { engineByExecutor } from "./engine-by-executor.ts";
import { triesOf } from "./gate.ts";
import type { ToolsHere } from "./tools.ts";

type EngineDeps = {
  readonly config: Config;
  readonly layout: Layout;
  readonly database: Database;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly secretKey: SecretKey;
  readonly executor: Executor;
  readonly machine: Machine;
  /** Where tools of processes run that stay on this machine, while those of others do not. */
  readonly toolsHere?: ToolsHere;
  readonly patience: Patience;
  readonly builtins: Builtins;
  /** Told whether a step was found in the cache. */
  readonly onCacheLook: (isFound: boolean) => void;
};

/** Which engine runs a job. Disposal leaves tools running. */
export type Engines = AsyncDisposable &
  Pick<RunnerDeps, "engineOf" | "engineOfHandle" | "remoteAccess"> & {
    /** Tells whether a job runs a built-in process. */
    isBuiltin(job: Job): boolean;
  };

/** Creates the engines: the built-in one, the one of CWL, and those of other servers. */
export function createEngines(deps: EngineDeps): Engines {
  const { config, database, layout, logger, gate, secretKey, builtins } = deps;
  const builtin = createBuiltinEngine(builtins);
  const remote = createRemoteEngines({
    database,
    layout,
    logger,
    gate,
    secretKey,
    maxDocumentBytes: config.maxDocumentBytes,
    maxDownloadBytes: config.maxDownloadBytes,
    tries: triesOf(config),
    wait: pause,
  });
  const usual = createCwl(deps, remote);
  const { toolsHere } = deps;
  const cwl =
    toolsHere === undefined
      ? usual
      : engineByExecutor(usual, createCwl({ ...deps, ...toolsHere }, remote), toolsHere.executor.name);
  const isBuiltin = (job: Job) => !job.isRemote && builtins.has(job.processId);
  return {
    isBuiltin,
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
    engineOfHandle: async (job) => {
      if (job.isRemote) return remote.engineOf(job.providerId, await remote.accessOf(job));
      return isBuiltin(job) ? builtin : cwl;
    },
    [Symbol.asyncDispose]: () => cwl[Symbol.asyncDispose](),
  };
}

function createCwl(deps: EngineDeps, remote: RemoteEngines) {
  const { config, layout, logger, clock, executor, machine, patience, onCacheLook } = deps;
  return createCwlEngine({
    executor,
    machine,
    layout,
    logger,
    clock,
    toolPath: config.toolPath,
    graceSeconds: config.graceSeconds,
    maxWorkBytes: config.maxWorkBytes,
    ...stepCache(config, layout, onCacheLook),
    patience,
    expressionLimits: { ...defaultExpressionLimits, timeMilliseconds: config.expressionSeconds * 1000 },
    runRemoteStep: createRemoteStepRunner(remoteStepPort(deps, remote)),
  });
}

function remoteStepPort(
  { config, builtins }: Pick<EngineDeps, "config" | "builtins">,
  remote: RemoteEngines,
): RemoteStepPort {
  return {
    async describe(definition, asking) {
      if (definition.kind === "builtin") return descriptionOf(builtins, definition.name);
      return describeRemote(await remote.clientOf(definition), definition, { ...triesOf(config), ...asking });
    },
    whyUnsent: async (definition) => (definition.kind === "remote" ? remote.whyUnsent(definition) : undefined),
    async createEngine(definition, trace) {
      return definition.kind === "builtin" ? createBuiltinEngine(builtins) : remote.engineOfStep(definition, trace);
    },
  };
}

/** Throws `no-such-process`: a later program may have it no more. */
function descriptionOf(builtins: Builtins, name: string) {
  const process = builtins.get(name);
  if (process !== undefined) return process.description;
  throw new Problem("no-such-process", `Cannot run process "${name}": this program has no built-in of this name`);
}

/** Tools that see more directories than their inputs and the system may read what no key of the cache knows. */
function stepCache(
  { cacheBytes, toolDirectories }: Config,
  layout: Layout,
  onLook: EngineDeps["onCacheLook"],
): { cache?: StepCache } {
  if (cacheBytes === 0 || toolDirectories.length > 0) return {};
  return { cache: { directory: stepCacheDirectory(layout), onlyPureSteps: true, onLook } };
}
