import { noActivity } from "../../src/domain/figures/activity.ts";
import type { Job } from "../../src/domain/jobs/job.ts";
import type { Logger } from "../../src/domain/logger.ts";
import type { Process } from "../../src/domain/processes/process.ts";
import { createCondition } from "../../src/domain/waiting/condition.ts";
import { createPatience } from "../../src/domain/waiting/patience.ts";
import { pause } from "../../src/domain/waiting/pause.ts";
import { echo } from "../../src/engines/builtin/echo.ts";
import { createBuiltinEngine } from "../../src/engines/builtin/engine.ts";
import { createSharedSync } from "../../src/files/disk/shared-sync.ts";
import { createLayout } from "../../src/files/layout.ts";
import { createRunner, type Runner } from "../../src/runner/runner.ts";
import type { Database } from "../../src/store/database/database.ts";
import { acceptedEvent, newJob } from "./jobs-in-store.ts";
import { realClock } from "./real-clock.ts";

/** The process that the jobs of a quick runner run. */
export const echoProcess: Process = {
  id: echo.description.id,
  revision: "sha256:0",
  description: echo.description,
  definition: { kind: "builtin", name: echo.description.id },
  isWorkflow: false,
  isMutable: false,
  visibility: "public",
  fileInputs: [],
};

/** A job that nothing is written of, and what it is run with. */
export function unwritten(values: Readonly<Record<string, string | number>> = { text: "hello" }) {
  const inputs = Object.entries(values).map(([id, value]) => [id, { kind: "value", value }] as const);
  const job: Job = newJob({ isSync: true, request: { inputs: Object.fromEntries(inputs) } });
  return { job, process: echoProcess, accepted: acceptedEvent() };
}

/** A runner of built-in processes alone, over a database; `lines` are what it logs. */
export function quickRunner(
  directory: string,
  database: Database,
  changes: { readonly hasSpace?: () => boolean; readonly isBuffered?: boolean } = {},
): { readonly runner: Runner; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const write = (text: string) => void lines.push(text);
  const logger: Logger = { debug: write, info: write, warn: write, error: write };
  const engine = createBuiltinEngine(new Map([[echo.description.id, echo]]));
  const layout = createLayout(`${directory}/data`, `${directory}/outputs`);
  const runner = createRunner({
    database,
    layout,
    clock: realClock,
    logger,
    newId: () => Bun.randomUUIDv7(),
    engineOf: async () => engine,
    engineOfHandle: async () => engine,
    processOf: async () => echoProcess,
    vaultFile: async () => undefined,
    download: () => Promise.reject(new Error("Cannot download in this test")),
    factsOf: async () => ({}),
    checkValue: () => [],
    isBuffered: () => changes.isBuffered ?? false,
    settings: {
      inputRoots: [],
      maxDownloadBytes: 1e9,
      outputsPath: "/outputs",
      outputsUrl: "http://localhost/outputs",
      jobFiles: "auto",
    },
    patience: createPatience({ elapsed: realClock.elapsed, pause, maxMilliseconds: 1000 }),
    wakeNotifier: () => {},
    syncDirectory: createSharedSync(),
    activity: noActivity,
    slots: 1,
    clientSlots: 1,
    remoteSlots: 1,
    remoteAccess: async () => ({ url: undefined, headers: undefined }),
    hasSpace: changes.hasSpace ?? (() => true),
    condition: createCondition(),
    crashNotes: {},
  });
  return { runner, lines };
}
