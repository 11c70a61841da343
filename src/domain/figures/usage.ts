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
