import type { Config } from "../../config/config.ts";
import { defined } from "../../domain/defined.ts";
import type { SettingDocument, SystemFacts } from "../../domain/documents/system.ts";
import type { MetricsFormat } from "../../domain/figures/metrics.ts";
import type { Executor } from "../../executors/executor.ts";
import type { Machine } from "../../executors/machine.ts";
import { createMetricsAnswer } from "../../http/answer-metrics.ts";
import { openMetricsListener } from "../listening/metrics-listener.ts";
import { watchLoop } from "../seeing.ts";
import { createMetricsReader, type MeasureDeps } from "./read-metrics.ts";
import { createFactsReader } from "./system.ts";

type MetricsDeps = Omit<MeasureDeps, "minFreeBytes"> & {
  readonly config: Config;
  readonly version: string;
  readonly executor: Executor;
  readonly machine: Machine;
  readonly commit: string;
  /** The settings that hold now, with what gave each. */
  readonly shownSettings: () => readonly SettingDocument[];
};

/** How metrics are told. */
export type MetricsTelling = AsyncDisposable & {
  /** For the main address; undefined where that tells none. */
  readonly readMetrics?: (format: MetricsFormat) => Promise<string>;
  /** For admins. */
  readonly readFacts: () => Promise<SystemFacts>;
  readonly notes: readonly string[];
};

/** Starts to measure, and to tell metrics where the settings say. Throws `unavailable` when it cannot listen there. */
export function startMetrics({ config, version, executor, machine, commit, ...deps }: MetricsDeps): MetricsTelling {
  const { metrics, clock } = deps;
  const build = { version, commit, startedAt: clock.now() };
  const facts = { ...deps, ...build, config, executor, machine, settings: deps.shownSettings };
  if (config.metrics === "off")
    return { readFacts: createFactsReader(facts), notes: [], [Symbol.asyncDispose]: async () => {} };
  const readMetrics = createMetricsReader({ ...deps, minFreeBytes: config.minFreeBytes });
  metrics.started.set(clock.now() / 1000);
  metrics.build.set(1, [version]);
  const sandbox = machine.enforces.includes("files") ? "bubblewrap" : "off";
  metrics.execution.set(1, [executor.name, sandbox, machine.unlimited === undefined ? "on" : "off"]);
  const listener =
    config.metricsListen === undefined
      ? undefined
      : openMetricsListener(config.metricsListen, createMetricsAnswer(readMetrics));
  const loop = watchLoop(clock, metrics);
  return {
    readFacts: createFactsReader({ ...facts, ...defined({ metricsAddress: listener?.url }) }),
    ...(listener === undefined ? { readMetrics } : {}),
    notes: listener === undefined ? [] : [`Metrics are told at ${listener.url}, to whoever comes there`],
    async [Symbol.asyncDispose]() {
      loop[Symbol.dispose]();
      await listener?.[Symbol.asyncDispose]();
    },
  };
}
