import type { Config } from "../config.ts";
import type { MetricsFormat } from "../domain/metrics.ts";
import type { Executor } from "../executors/executor.ts";
import type { Machine } from "../executors/machine.ts";
import { createMetricsAnswer } from "../http/answer-metrics.ts";
import { openMetricsListener } from "./metrics-listener.ts";
import { createMetricsReader, type MeasureDeps } from "./read-metrics.ts";
import { watchLoop } from "./seeing.ts";

type MetricsDeps = Omit<MeasureDeps, "minFreeBytes"> & {
  readonly config: Config;
  readonly version: string;
  readonly executor: Executor;
  readonly machine: Machine;
};

/** How metrics are told. */
export type MetricsTelling = AsyncDisposable & {
  /** For the main address; undefined where that tells none. */
  readonly readMetrics?: (format: MetricsFormat) => Promise<string>;
  readonly notes: readonly string[];
};

/** Starts to measure, and to tell metrics where the settings say. Throws `unavailable` when it cannot listen there. */
export function startMetrics({ config, version, executor, machine, ...deps }: MetricsDeps): MetricsTelling {
  if (config.metrics === "off") return { notes: [], [Symbol.asyncDispose]: async () => {} };
  const { metrics, clock } = deps;
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
    ...(listener === undefined ? { readMetrics } : {}),
    notes: listener === undefined ? [] : [`Metrics are told at ${listener.url}, to whoever comes there`],
    async [Symbol.asyncDispose]() {
      loop[Symbol.dispose]();
      await listener?.[Symbol.asyncDispose]();
    },
  };
}
