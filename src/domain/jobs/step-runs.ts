import { withoutParts } from "../graph/workflow-graph.ts";
import type { TaskFacts } from "./provenance.ts";

/** A step of a workflow as it ran, all parts of a scattered one together. Times are milliseconds since 1970. */
export type StepRun = {
  /** Its path, without the numbers of parts. */
  readonly step: string;
  /** When the first part began. */
  readonly startedAt: number;
  /** When the last part ended; absent where some have not ended yet. */
  readonly endedAt?: number;
  /** How many parts have ended: 1 for a step that is not scattered. */
  readonly parts: number;
  /** How many of these were taken from an earlier run. */
  readonly cached: number;
  readonly hasFailed: boolean;
  /** The executors with their hosts, and the providers, that ran it; empty where nothing was run. */
  readonly places: readonly string[];
};

/**
 * Sums the tasks of a run up by steps, in the order of their starts; the process itself is no step. `open` has those of which parts
 * have not ended yet, with when they began: one is there also before any part of it has ended.
 */
export function stepRunsOf(
  tasks: readonly TaskFacts[],
  open: ReadonlyMap<string, number | undefined> = new Map(),
): readonly StepRun[] {
  const groups = Map.groupBy(latestOf(tasks), ({ step }) => withoutParts(step));
  for (const [step, at] of open) if (at !== undefined && !groups.has(step)) groups.set(step, []);
  return [...groups]
    .filter(([step]) => step !== "")
    .map(([step, parts]): StepRun => {
      const places = parts.filter(({ isCached }) => isCached !== true).flatMap(placeOf);
      return {
        step,
        startedAt: parts.reduce(
          (first, { startedAt }) => Math.min(first, startedAt),
          open.get(step) ?? Number.POSITIVE_INFINITY,
        ),
        ...(open.has(step) ? {} : { endedAt: parts.reduce((last, { endedAt }) => Math.max(last, endedAt), 0) }),
        parts: parts.length,
        cached: parts.filter(({ isCached }) => isCached === true).length,
        hasFailed: parts.some(({ failure }) => failure !== undefined),
        places: [...new Set(places)].toSorted(),
      };
    })
    .toSorted((one, other) => one.startedAt - other.startedAt || one.step.length - other.step.length);
}

/** What ran twice, after a retry, is told as it ran last: the attempt before stands in the provenance. */
function latestOf(tasks: readonly TaskFacts[]): readonly TaskFacts[] {
  const latest = new Map<string, TaskFacts>();
  for (const task of tasks) {
    const known = latest.get(task.step);
    if (known === undefined || known.startedAt <= task.startedAt) latest.set(task.step, task);
  }
  return [...latest.values()];
}

function placeOf({ ranAt, executor, host }: TaskFacts): readonly string[] {
  if (ranAt !== undefined) return [ranAt];
  const words = [executor, host].filter((one) => one !== undefined);
  return words.length === 0 ? [] : [words.join(" on ")];
}

/** Says how much of a step was taken from an earlier run; undefined where nothing was. */
export function cachedWords({ parts, cached }: Pick<StepRun, "parts" | "cached">): string | undefined {
  if (cached === 0) return undefined;
  return parts === 1 ? "from the cache" : `${Math.min(cached, parts)} of ${parts} from the cache`;
}
