import type { ComparedPair } from "../documents/job-comparison.ts";
import { canonicalJson, type JsonObject } from "../values/json.ts";
import { comparePairs } from "./compare-jobs.ts";

/** What the tools of each step of a run took, and the paths of the tasks whose outputs came from the cache. */
export type StepsOfRun = { readonly steps: readonly JsonObject[]; readonly cached: readonly string[] };

/**
 * Puts the steps of two runs side by side. What came from the cache ended as it did when it was made: that it needed no tool is no
 * difference.
 */
export function stepPairs([first, second]: readonly [StepsOfRun, StepsOfRun]): readonly ComparedPair<JsonObject>[] {
  const sides = [figuresOf(first, second), figuresOf(second, first)] as const;
  return comparePairs(sides, stepMark).map((pair) =>
    pair.a?.fromCache === true || pair.b?.fromCache === true ? { ...pair, same: true } : pair,
  );
}

/** What is measured differs from run to run: what is the same are the tools and how they ended. */
function stepMark({ tools = null, exitCode = null }: JsonObject): string {
  return canonicalJson([tools, exitCode]);
}

/** The figures by step; of what ran no tool here but did in the other run, that it came from the cache. */
function figuresOf({ steps, cached }: StepsOfRun, other: StepsOfRun): Readonly<Record<string, JsonObject>> {
  const own = steps.map(({ step, ...figures }) => [String(step), figures] as const);
  const taken = other.steps
    .map(({ step }) => String(step))
    .filter((step) => cached.some((path) => path === step || path.startsWith(`${step}[`)))
    .map((step) => [step, { fromCache: true }] as const);
  return Object.fromEntries([...taken, ...own]);
}
