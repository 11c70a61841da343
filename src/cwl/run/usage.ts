import { type StepUsage, usageKey } from "../../domain/figures/usage.ts";
import { runMember, type TaskFacts, tasksIn, tasksJson } from "../../domain/jobs/provenance.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import type { EngineRecord } from "../../engines/engine.ts";

/** What one tool took. */
export type ToolUsage = { readonly exitCode: number; readonly cpuSeconds: number; readonly peakMemoryBytes?: number };

/** Adds up what the tools of a run take. */
export type UsageCount = {
  add(step: string, usage: ToolUsage): void;
  /** Keeps the sums beside the checkpoints, with the tasks that none of these has, when there is anything new. */
  keep(record: EngineRecord, tasks: readonly TaskFacts[]): Promise<void>;
};

/** Creates a count that goes on from what an earlier life of the server has kept. */
export function createUsageCount(kept: Json | undefined): UsageCount {
  const steps = new Map<string, StepUsage>();
  const earlier: JsonObject = kept !== undefined && isJsonObject(kept) ? kept : {};
  return {
    add(step, { exitCode, cpuSeconds, peakMemoryBytes }) {
      const before = steps.get(step) ?? { tools: 0, cpuSeconds: 0, exitCode: 0 };
      const peaks = [before.peakMemoryBytes, peakMemoryBytes].filter((bytes) => bytes !== undefined);
      steps.set(step, {
        tools: before.tools + 1,
        cpuSeconds: before.cpuSeconds + cpuSeconds,
        exitCode: exitCode === 0 ? before.exitCode : exitCode,
        ...(peaks.length === 0 ? {} : { peakMemoryBytes: Math.max(...peaks) }),
      });
    },
    async keep(record, tasks) {
      if (steps.size === 0 && tasks.length === 0) return;
      const rounded = [...steps].map(([step, usage]) => {
        const cpuSeconds = Math.round(usage.cpuSeconds * 100) / 100;
        return [step, { ...usage, cpuSeconds }] as const;
      });
      const before = tasksIn(earlier[runMember]);
      const all = tasks.length + before.length === 0 ? {} : { [runMember]: tasksJson([...before, ...tasks]) };
      await record.checkpoint(usageKey, { ...earlier, ...Object.fromEntries(rounded), ...all }, { canWait: true });
    },
  };
}
