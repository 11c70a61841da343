import type { JobDocument } from "../documents/job.ts";
import type { JobStatistics } from "../documents/job-statistics.ts";
import { durationText } from "../words/spans.ts";
import { freeRoom } from "./job.ts";
import { shortestWait } from "./job-times.ts";
import type { TaskFacts } from "./provenance.ts";

/** When the first tool of an attempt began. */
export type FirstTool = {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** How long it had waited for a place to run since its job was taken up, in milliseconds. */
  readonly waitedMilliseconds: number;
  /** What ran it; absent for what ran at another server. */
  readonly executor?: string;
};

/** An attempt that was taken up: `startedAt` is when; `waitedMilliseconds` how long all of it waited since then. */
type TakenUp = { readonly startedAt?: number; readonly waitedMilliseconds?: number };

/**
 * Finds the first tool that ran for an attempt: what was taken from a cache or an earlier attempt never ran for it. Undefined where none is
 * known yet, as for a built-in process.
 */
export function firstToolOf(
  tasks: readonly TaskFacts[],
  { startedAt: takenUpAt, waitedMilliseconds = 0 }: TakenUp,
): FirstTool | undefined {
  if (takenUpAt === undefined) return undefined;
  const ran = tasks.filter(
    ({ kind, isCached, startedAt }) =>
      (kind === "tool" || kind === "remote") && isCached !== true && startedAt >= takenUpAt,
  );
  const [first] = ran.toSorted((one, other) => one.startedAt - other.startedAt);
  if (first === undefined) return undefined;
  const { startedAt, readyAt = startedAt, executor } = first;
  // All waits of the attempt were before its only tool.
  const waited = ran.length === 1 ? Math.max(startedAt - readyAt, waitedMilliseconds) : startedAt - readyAt;
  return {
    startedAt,
    waitedMilliseconds: Math.min(waited, startedAt - takenUpAt),
    ...(executor === undefined ? {} : { executor }),
  };
}

/** Tells that the first tool of a job began noticeably later than the job was taken up: when, and what was done until then. */
export function lateTool(
  { started }: Pick<JobDocument, "started">,
  { firstTool }: Pick<JobStatistics, "firstTool"> = {},
): { readonly at: string; readonly until: string } | undefined {
  if (started === undefined || firstTool === undefined) return undefined;
  const { started: at, waitingSeconds: waited, executor } = firstTool;
  const all = (Date.parse(at) - Date.parse(started)) / 1000;
  if (all < shortestWait) return undefined;
  const room = executor === "slurm" ? "in the queue of the cluster" : `for ${freeRoom}`;
  const parts = [
    ...(all - waited < shortestWait ? [] : [`made ready for ${durationText(all - waited)}`]),
    ...(waited < shortestWait ? [] : [`waited ${durationText(waited)} ${room}`]),
  ];
  return { at, until: parts.join(", ") };
}
