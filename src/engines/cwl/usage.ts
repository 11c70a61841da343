import { isJsonObject, type Json, type JsonObject } from "../../domain/json.ts";
import type { EngineRecord } from "../engine.ts";

/** What the tools of one step took, all its shards and tries together. */
export type StepUsage = {
  readonly tools: number;
  readonly cpuSeconds: number;
  /** Of the largest of them; absent when all ended before anyone could look. */
  readonly peakMemoryBytes?: number;
  /** Of the last one that did not end with 0; else 0. */
  readonly exitCode: number;
};

/** What is kept under this key is no finished step: `#` stands in no step's path. */
export const usageKey = "#usage";

/** What one tool took. */
export type ToolUsage = { readonly exitCode: number; readonly cpuSeconds: number; readonly peakMemoryBytes?: number };

/** Adds up what the tools of a run take. */
export type UsageCount = {
  add(step: string, usage: ToolUsage): void;
  /** Keeps the sums beside the checkpoints, when there is anything new. */
  keep(record: EngineRecord): Promise<void>;
};

/** Makes a count that goes on from what an earlier life of the server has kept. */
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
    async keep(record) {
      if (steps.size === 0) return;
      const rounded = [...steps].map(([step, usage]) => {
        const cpuSeconds = Math.round(usage.cpuSeconds * 100) / 100;
        return [step, { ...usage, cpuSeconds }] as const;
      });
      await record.checkpoint(usageKey, { ...earlier, ...Object.fromEntries(rounded) });
    },
  };
}
