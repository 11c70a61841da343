import { onAbort } from "../../domain/waiting/on-abort.ts";
import { startTimer, type Timer } from "../../domain/waiting/timers.ts";
import type { JobFiles } from "./job-files.ts";

/** A job that is ready to be handed over. */
export type ReadyJob = {
  readonly executionId: string;
  readonly files: JobFiles;
  /** What `sbatch` is told of it: only jobs with the same words may be one array. */
  readonly words: readonly string[];
  /** As whom it is submitted, where that is not the user of the service. */
  readonly user?: number;
  readonly signal: AbortSignal;
};

/** A job that is to be handed over, and who is told when that is done. */
export type GatheredJob = ReadyJob & { readonly resolve: () => void; readonly reject: (reason: unknown) => void };

/** Equal jobs that are handed over together; each may leave before that is done. */
export type Gathered = {
  readonly jobs: readonly GatheredJob[];
  /** Aborted when all of them have left. */
  readonly signal: AbortSignal;
};

/** Resolves when Slurm has the job. An abort of its signal rejects it: the job may be with Slurm, or not. */
export type Gathering = (job: ReadyJob) => Promise<void>;

/** Jobs that come within this time of each other belong together, */
const pauseMilliseconds = 100;
/** but the very first one does not wait longer than this, so that the nodes have something to do, */
const beginningMilliseconds = 100;
/** and those after it, while the nodes are busy, not longer than this. */
const longestMilliseconds = 1000;

type Group = { entries: Set<GatheredJob>; since: number; longest: number; timer?: Timer };

/** Makes what gathers equal jobs of one execution, until `most` are there or no more come. `handOver` settles each of them. */
export function createGathering(
  elapsed: () => number,
  handOver: (gathered: Gathered) => Promise<void>,
  most: number,
): Gathering {
  const open = new Map<string, Group>();
  const flush = (key: string, group: Group) => {
    const { entries } = group;
    group.timer?.clear();
    if (entries.size === 0) {
      open.delete(key);
      return;
    }
    Object.assign(group, { entries: new Set(), longest: longestMilliseconds });
    group.timer = startTimer(longestMilliseconds, () => flush(key, group));
    handOverGroup([...entries], handOver);
  };
  return (job) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (job.signal.aborted) return Promise.reject(job.signal.reason);
    const key = JSON.stringify([job.executionId, job.words]);
    const group = open.get(key) ?? { entries: new Set(), since: 0, longest: beginningMilliseconds };
    open.set(key, group);
    const { entries } = group;
    if (entries.size === 0) group.since = elapsed();
    const entry = { ...job, resolve, reject };
    const listening = onAbort(job.signal, () => {
      entries.delete(entry);
      reject(job.signal.reason);
    });
    entries.add(entry);
    if (entries.size >= most) flush(key, group);
    else {
      group.timer?.clear();
      const left = Math.max(0, group.since + group.longest - elapsed());
      group.timer = startTimer(Math.min(pauseMilliseconds, left), () => flush(key, group));
    }
    return promise.finally(() => listening[Symbol.dispose]());
  };
}

function handOverGroup(jobs: readonly GatheredJob[], handOver: (gathered: Gathered) => Promise<void>): void {
  const all = new AbortController();
  let left = jobs.length;
  const leave = () => {
    left -= 1;
    if (left === 0) all.abort(new Error("All of them were given up"));
  };
  const listening = jobs.map(({ signal }) => onAbort(signal, leave));
  handOver({ jobs, signal: all.signal })
    .catch((error: unknown) => {
      for (const { reject } of jobs) reject(error);
    })
    .finally(() => {
      for (const one of listening) one[Symbol.dispose]();
    });
}
