import { onAbort } from "../../domain/on-abort.ts";
import { startTimer, type Timer } from "../../domain/timers.ts";
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
/** but the first one does not wait longer than this. */
const longestMilliseconds = 1000;

/** Makes what gathers equal jobs of one execution, until `most` are there or no more come. `handOver` settles each of them. */
export function createGathering(
  elapsed: () => number,
  handOver: (gathered: Gathered) => Promise<void>,
  most: number,
): Gathering {
  const open = new Map<string, { readonly entries: Set<GatheredJob>; readonly since: number; timer?: Timer }>();
  const flush = (key: string) => {
    const group = open.get(key);
    open.delete(key);
    group?.timer?.clear();
    if (group !== undefined && group.entries.size > 0) handOverGroup([...group.entries], handOver);
  };
  return (job) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (job.signal.aborted) return Promise.reject(job.signal.reason);
    const key = JSON.stringify([job.executionId, job.words]);
    const group = open.get(key) ?? { entries: new Set<GatheredJob>(), since: elapsed() };
    open.set(key, group);
    const entry = { ...job, resolve, reject };
    const leave = () => {
      group.entries.delete(entry);
      reject(job.signal.reason);
    };
    const listening = onAbort(job.signal, leave);
    group.entries.add(entry);
    group.timer?.clear();
    if (group.entries.size >= most) flush(key);
    else {
      const left = Math.max(0, group.since + longestMilliseconds - elapsed());
      group.timer = startTimer(Math.min(pauseMilliseconds, left), () => flush(key));
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
