import type { Job } from "../../domain/jobs/job.ts";
import { clientOf } from "../../domain/people/access.ts";
import { createWaitingQueue, type TakeRules, type WaitingQueue } from "./waiting-queue.ts";

/** What bounds how many jobs run at once: nothing but memory, the tools' slots, or the patience of other servers. */
export type Lane = "quick" | "tools" | "remote";

const laneNames = ["quick", "tools", "remote"] as const satisfies readonly Lane[];

/** A job that runs, as far as the rules look at it. */
export type RunningJob = {
  readonly lane: Lane;
  readonly processId: string;
  readonly client: string;
  /** Its run has ended, and what is left is to publish: it takes no slot any more. */
  readonly isPublishing: boolean;
};

export type LaneBounds = {
  /** Jobs that run at once. */
  readonly slots: Readonly<Record<Lane, number>>;
  /** Jobs of tools that may be prepared ahead, while those before them run. */
  readonly toolsAhead: number;
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
  /** Takes the jobs that may run now; with `mayGoAhead`, also some to be prepared while tools have all slots. */
  take(running: Iterable<RunningJob>, mayGoAhead?: boolean): readonly Job[];
};

/** Walks of tools that live at once for each slot, those that publish included. */
const walksPerSlot = 4;

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
    take(running, mayGoAhead = false) {
      const counted = countRunning(running);
      const rules = takeRules(counted, bounds.clientSlots);
      // Whoever gets a free slot now may be slow.
      const goesAhead = mayGoAhead && counted.lanes.tools >= bounds.slots.tools;
      const takeFrom = (lane: Lane, free: number, laneRules: TakeRules) =>
        queues[lane].take(Math.min(free, bounds.batch), laneRules);
      const taken = laneNames.flatMap((lane) => takeFrom(lane, freeSlots(bounds, counted, lane), rules(lane)));
      if (!goesAhead) return taken;
      const { accepts = () => true, ...others } = rules("tools");
      const free = freeSlots(bounds, counted, "tools", bounds.toolsAhead);
      // The time of a job runs from its claim: one that has little must not wait for its tool.
      const canWait = (job: Job) => job.request.run?.maxSeconds === undefined && accepts(job);
      return [...taken, ...takeFrom("tools", free, { ...others, accepts: canWait })];
    },
  };
}

/** How many more jobs of a lane may run, or be prepared for their run. */
function freeSlots({ slots }: LaneBounds, { lanes, publishing }: Counts, lane: Lane, ahead = 0): number {
  const most = lane === "tools" ? walksPerSlot * slots.tools - publishing : slots[lane];
  return Math.min(slots[lane] + ahead, most) - lanes[lane];
}

/** How many jobs run, by lane, by process, and by client in the lanes that are not quick. */
type Counts = {
  readonly lanes: Record<Lane, number>;
  /** Jobs of tools whose run has ended. They are in no other count. */
  publishing: number;
  readonly processes: Map<string, number>;
  readonly clients: Map<string, number>;
};

/** Counts what runs. */
export function countRunning(running: Iterable<RunningJob>): Counts {
  const lanes = { quick: 0, tools: 0, remote: 0 };
  const counts: Counts = { lanes, publishing: 0, processes: new Map(), clients: new Map() };
  for (const { lane, processId, client, isPublishing } of running) {
    if (isPublishing && lane === "tools") {
      counts.publishing += 1;
      continue;
    }
    lanes[lane] += 1;
    increase(counts.processes, processId);
    if (lane !== "quick") increase(counts.clients, client);
  }
  return counts;
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Holds jobs to the slots of their process and of their client, counting what runs and what was taken just before. */
function takeRules({ lanes, processes, clients }: Counts, clientSlots: number): (lane: Lane) => TakeRules {
  const runningOf = (client: string) => clients.get(client) ?? 0;
  const hasSlot = ({ processId, request }: Job) =>
    (processes.get(processId) ?? 0) < (request.run?.processSlots ?? Number.POSITIVE_INFINITY);
  const quick: TakeRules = { accepts: hasSlot, onTaken: ({ processId }) => increase(processes, processId) };
  const slow = (lane: Lane): TakeRules => ({
    accepts: (job) => hasSlot(job) && runningOf(clientOf(job)) < clientSlots,
    running: runningOf,
    onTaken(job) {
      lanes[lane] += 1;
      increase(processes, job.processId);
      increase(clients, clientOf(job));
    },
  });
  return (lane) => (lane === "quick" ? quick : slow(lane));
}
