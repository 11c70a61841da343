import type { Config } from "../config/config.ts";
import type { ServiceMetrics } from "../domain/figures/service-metrics.ts";
import { networkOf, readNetworkRules } from "../domain/processes/tool-network.ts";
import type { FileValue } from "../domain/values/values.ts";
import type { Following } from "../engines/engine.ts";
import type { InputChecks } from "../engines/inputs/input-check.ts";
import { createAssetCache } from "../files/asset-cache.ts";
import { createSharedSync } from "../files/disk/shared-sync.ts";
import { stepCacheDirectory } from "../files/step-cache.ts";
import { vaultFile } from "../files/vault.ts";
import { downloadTagged } from "../net/download.ts";
import type { Gate } from "../net/fetch.ts";
import { askFacts } from "../net/remote/ask-facts.ts";
import { tracedGate } from "../net/traced-gate.ts";
import type { ProcessCache } from "../operations/processes/process-cache.ts";
import type { RunnerDeps } from "../runner/queue/claim.ts";
import { createRunner, type Runner } from "../runner/runner.ts";
import { findProcessRevision } from "../store/processes/processes.ts";
import { findVaultFile } from "../store/uploads/vault.ts";
import type { Engines } from "./engines.ts";
import { triesOf } from "./gate.ts";
import { outputsUrlOf } from "./settings.ts";

type Deps = Pick<
  RunnerDeps,
  | "database"
  | "layout"
  | "clock"
  | "logger"
  | "newId"
  | "hasSpace"
  | "patience"
  | "wakeNotifier"
  | "failpoint"
  | "onMove"
  | "openWork"
  | "activity"
  | "condition"
  | "crashNotes"
  | "server"
> & {
  readonly config: Config;
  /** How many tools their executor runs at once: more jobs of theirs would only wait there. */
  readonly toolSlots: number;
  readonly engines: Engines;
  readonly inputChecks: InputChecks;
  readonly processes: ProcessCache;
  readonly gate: Gate;
  readonly serviceUrl: string;
  /** Others than the users of this machine may bring or run processes. */
  readonly isExposed: () => boolean;
  readonly metrics: ServiceMetrics;
};

/** Counts a file that is fetched, and what it has. */
async function counted(
  { downloads, downloadBytes }: ServiceMetrics,
  fetchFile: () => Promise<FileValue>,
): Promise<FileValue> {
  try {
    const file = await fetchFile();
    downloads.add(["done"]);
    downloadBytes.add([], file.sizeBytes);
    return file;
  } catch (error) {
    downloads.add(["failed"]);
    throw error;
  }
}

/** Creates the runner, which finds what a job needs: its engine, its process, its files. */
export function createJobRunner({
  config,
  toolSlots,
  engines,
  inputChecks,
  processes,
  gate,
  serviceUrl,
  isExposed,
  metrics,
  ...deps
}: Deps): Runner {
  const { database, layout } = deps;
  const { engineOf, engineOfHandle, remoteAccess, isBuiltin } = engines;
  const cache = { directory: stepCacheDirectory(layout), maxBytes: config.cacheBytes };
  const assetCache = config.cacheBytes === 0 ? undefined : (client: string) => createAssetCache(cache, client);
  const networkRules = readNetworkRules(config.toolNetwork);
  return createRunner({
    ...deps,
    slots: toolSlots,
    remoteSlots: config.remoteJobs,
    clientSlots: config.quotaSlots ?? Number.POSITIVE_INFINITY,
    remoteAccess,
    engineOf,
    engineOfHandle,
    // Most jobs run what is deployed now, which is known already.
    processOf: async (id, revision) => {
      const current = await processes.find(id);
      return current?.revision === revision ? current : findProcessRevision(database, id, revision);
    },
    vaultFile: async (id) => {
      const file = await findVaultFile(database, id);
      return file === undefined ? undefined : { ...file, path: vaultFile(layout, id) };
    },
    download: (url, directory, mediaType, { trace, ...following }: Partial<Following> = {}) =>
      counted(metrics, () =>
        downloadTagged(
          { gate: tracedGate(gate, trace), maxBytes: config.maxDownloadBytes, ...triesOf(config), ...following },
          { url },
          directory,
          { ...(mediaType === undefined ? {} : { mediaType }) },
        ),
      ),
    factsOf: (url, signal) => askFacts(gate, url, signal),
    ...(assetCache === undefined ? {} : { assetCache }),
    withoutNetwork: (process) => {
      const decided = networkOf(networkRules, process, isExposed());
      return decided.network === "none" ? decided.reason : undefined;
    },
    checkValue: (process, inputId, value) => inputChecks.of(process).value(inputId, value),
    syncDirectory: createSharedSync(),
    isBuffered: (job) => !isBuiltin(job),
    settings: {
      inputRoots: config.inputRoot,
      maxDownloadBytes: config.maxDownloadBytes,
      outputsPath: config.outputsPath,
      outputsUrl: outputsUrlOf(config, serviceUrl),
      jobFiles: config.jobFiles,
      ...(config.quotaOutputBytes === undefined ? {} : { quotaOutputBytes: config.quotaOutputBytes }),
    },
  });
}
