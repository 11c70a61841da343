import type { Job } from "../domain/job.ts";

/** Accepted jobs in memory, ahead of their claim. */
export type WaitingQueue = {
  readonly size: number;
  add(job: Job): void;
  remove(jobId: string): void;
  /** Takes up to `limit` jobs that are accepted: higher priority first, then age. The others stay. */
  take(limit: number, accepts?: (job: Job) => boolean): readonly Job[];
};

/** Creates an empty queue. Jobs without priority come in the order of their age and are never sorted. */
export function createWaitingQueue(): WaitingQueue {
  const jobs = new Map<string, Job>();
  let isInOrder = true;
  let youngest = 0;
  return {
    get size() {
      return jobs.size;
    },
    add(job) {
      const isLast = job.priority === 0 && job.createdAt >= youngest;
      isInOrder = jobs.size === 0 ? job.priority === 0 : isInOrder && isLast;
      youngest = jobs.size === 0 ? job.createdAt : Math.max(youngest, job.createdAt);
      jobs.set(job.id, job);
    },
    remove(jobId) {
      jobs.delete(jobId);
    },
    take(limit, accepts = () => true) {
      const ordered = isInOrder ? jobs.values() : [...jobs.values()].sort(inOrder).values();
      const taken: Job[] = [];
      for (const job of ordered) {
        if (taken.length >= limit) break;
        if (accepts(job)) taken.push(job);
      }
      for (const job of taken) jobs.delete(job.id);
      return taken;
    },
  };
}

function inOrder(one: Job, other: Job): number {
  return other.priority - one.priority || one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1);
}
