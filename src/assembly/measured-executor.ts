import type { ServiceMetrics } from "../domain/figures/service-metrics.ts";
import type { Clock } from "../domain/waiting/clock.ts";
import type { Executor, TaskEnd, TaskKey } from "../executors/executor.ts";
import type { Tools, ToolsHere } from "./tools.ts";

type Measures = { readonly clock: Pick<Clock, "elapsed">; readonly metrics: ServiceMetrics };

/** Wraps the executors of tools so that it is measured how long tasks take to start and to run. */
export function measuredTools({ executor, machine, here }: Tools, measures: Measures): ToolsHere & Pick<Tools, "here"> {
  return {
    executor: measuredExecutor(executor, measures),
    machine,
    ...(here === undefined ? {} : { here: { ...here, executor: measuredExecutor(here.executor, measures) } }),
  };
}

function measuredExecutor(executor: Executor, { clock, metrics }: Measures): Executor {
  /** When tasks started that have not ended, by their keys. */
  const started = new Map<string, number>();
  return {
    ...executor,
    // Spread copies what a getter gave at that moment.
    get name() {
      return executor.name;
    },
    get slots() {
      return executor.slots;
    },
    async submit(task, signal) {
      const begun = clock.elapsed();
      const refusal = await executor.submit(task, signal);
      if (refusal !== undefined) return refusal;
      const now = clock.elapsed();
      metrics.taskStarts.observe((now - begun) / 1000);
      started.set(textOf(task.key), now);
      return undefined;
    },
    async ended(key, signal) {
      try {
        const end = await executor.ended(key, signal);
        const begun = started.get(textOf(key));
        if (begun !== undefined) metrics.tasks.observe((clock.elapsed() - begun) / 1000, [outcomeOf(end)]);
        return end;
      } finally {
        started.delete(textOf(key));
      }
    },
  };
}

function textOf({ executionId, step, shard, try: number }: TaskKey): string {
  return `${executionId} ${shard} ${number} ${step}`;
}

function outcomeOf(end: TaskEnd): string {
  if (end.kind !== "exited") return end.kind;
  return end.exitCode === 0 ? "zero" : "nonzero";
}
