import { clientOf } from "../domain/access.ts";
import type { Job } from "../domain/job.ts";
import { createWaitingQueue, type TakeRules, type WaitingQueue } from "./waiting-queue.ts";

/** What bounds how many jobs run at once: nothing but memory, the tools' slots, or the patience of other servers. */
export type Lane = "quick" | "tools" | "remote";

const laneNames = ["quick", "tools", "remote"] as const satisfies readonly Lane[];

/** A job that runs, as far as the rules look at it. */
export type RunningJob = { readonly lane: Lane; readonly processId: string; readonly client: string };

export type LaneBounds = {
  /** Jobs that run at once. */
  readonly slots: Readonly<Record<Lane, number>>;
  /** Jobs of one client that run at once in the lanes that are not quick. */
  readonly clientSlots: number;
  /** Jobs that are taken from one lane at a time. */
  readonly batch: number;
  /** Jobs of one lane that are kept in memory. */
  readonly capacity: number;
};

/** The accepted jobs that are known, and which of them may run now. */
export type Lanes = {
  /** How many wait. */
  readonly size: number;
  /** False when there is no room for it: it is read from the database again when there is. */
  add(job: Job): boolean;
  remove(jobId: string): void;
  /** Tells whether a job that never waited may run now beside those that run, without overtaking one of its lane. */
  admits(job: Job, running: Iterable<RunningJob>): boolean;
  /** Takes the jobs that may run now beside those that run. */
  take(running: Iterable<RunningJob>): readonly Job[];
};

/** Creates empty lanes; `laneOf` tells where a job belongs. */
export function createLanes(bounds: LaneBounds, laneOf: (job: Job) => Lane): Lanes {
  const queues: Readonly<Record<Lane, WaitingQueue>> = {
    quick: createWaitingQueue(bounds.capacity),
    tools: createWaitingQueue(bounds.capacity),
    remote: createWaitingQueue(bounds.capacity),
  };
  return {
    get size() {
      return laneNames.reduce((sum, lane) => sum + queues[lane].size, 0);
    },
    add: (job) => queues[laneOf(job)].add(job),
    remove(jobId) {
      for (const lane of laneNames) queues[lane].remove(jobId);
    },
    admits(job, running) {
      const lane = laneOf(job);
      if (queues[lane].size > 0) return false;
      const counted = countRunning(running);
      const rules = takeRules(counted, bounds.clientSlots)(lane);
      return counted.lanes[lane] < bounds.slots[lane] && rules.accepts?.(job) !== false;
    },
    take(running) {
      const counted = countRunning(running);
      const rules = takeRules(counted, bounds.clientSlots);
      return laneNames.flatMap((lane) => {
        const free = bounds.slots[lane] - counted.lanes[lane];
        return queues[lane].take(Math.min(free, bounds.batch), rules(lane));
      });
    },
  };
}

/** How many jobs run, by lane, by process, and by client in the lanes that are not quick. */
type Counts = {
  readonly lanes: Record<Lane, number>;
  readonly processes: Map<string, number>;
  readonly clients: Map<string, number>;
};

/** Counts what runs. */
export function countRunning(running: Iterable<RunningJob>): Counts {
  const counts: Counts = { lanes: { quick: 0, tools: 0, remote: 0 }, processes: new Map(), clients: new Map() };
  for (const { lane, processId, client } of running) {
    counts.lanes[lane] += 1;
    increase(counts.processes, processId);
    if (lane !== "quick") increase(counts.clients, client);
  }
  return counts;
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Holds jobs to the slots of their process and of their client, counting what runs and what was taken just before. */
function takeRules({ processes, clients }: Counts, clientSlots: number): (lane: Lane) => TakeRules {
  const runningOf = (client: string) => clients.get(client) ?? 0;
  const hasSlot = ({ processId, request }: Job) =>
    (processes.get(processId) ?? 0) < (request.run?.processSlots ?? Number.POSITIVE_INFINITY);
  const quick: TakeRules = { accepts: hasSlot, onTaken: ({ processId }) => increase(processes, processId) };
  const slow: TakeRules = {
    accepts: (job) => hasSlot(job) && runningOf(clientOf(job)) < clientSlots,
    running: runningOf,
    onTaken(job) {
      increase(processes, job.processId);
      increase(clients, clientOf(job));
    },
  };
  return (lane) => (lane === "quick" ? quick : slow);
}
