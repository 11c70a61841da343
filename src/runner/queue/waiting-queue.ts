import { compareTurns, type Job } from "../../domain/jobs/job.ts";
import { clientOf } from "../../domain/people/access.ts";

/** Accepted jobs in memory, ahead of their claim. */
export type WaitingQueue = {
  readonly size: number;
  /** False when there is no room for it: it is read from the database again when there is. */
  add(job: Job): boolean;
  remove(jobId: string): void;
  /**
   * Takes up to `limit` jobs that may run now: higher priority first; within one, clients take turns, and a client's own
   * come by age. The others stay.
   */
  take(limit: number, rules?: TakeRules): readonly Job[];
};

export type TakeRules = {
  /** Tells whether a job may run now; asked anew after each that was taken. */
  readonly accepts?: (job: Job) => boolean;
  /** How many jobs of a client run: who has fewer comes first. */
  readonly running?: (client: string) => number;
  /** Told of each job that is taken. */
  readonly onTaken?: (job: Job) => void;
};

/** The jobs of one client. */
type Line = {
  readonly client: string;
  readonly jobs: Map<string, Job>;
  isInOrder: boolean;
  /** None of them comes after it, as long as they are in order. */
  last: Job | undefined;
};

/** Clients whose last turn is remembered. */
const maxTurns = 10_000;

/** Creates an empty queue that holds so many jobs. */
export function createWaitingQueue(capacity: number = Number.POSITIVE_INFINITY): WaitingQueue {
  const lines = createLines(capacity);
  const turns = createTurns();
  return {
    get size() {
      return lines.size();
    },
    add: lines.add,
    remove: lines.remove,
    take(limit, rules = {}) {
      if (limit <= 0) return [];
      const taken = takeInTurn(lines.all(), turns, limit, rules);
      for (const { id } of taken) lines.remove(id);
      return taken;
    },
  };
}

/** The lines of all clients; together they hold no more jobs than there is room for. */
function createLines(capacity: number) {
  const lines = new Map<string, Line>();
  const clientOfJob = new Map<string, string>();
  const remove = (jobId: string) => {
    const client = clientOfJob.get(jobId);
    if (client === undefined) return;
    clientOfJob.delete(jobId);
    const line = lines.get(client);
    line?.jobs.delete(jobId);
    if (line?.jobs.size === 0) lines.delete(client);
  };
  /** A job of whoever has most makes room for one of somebody who has less than a fair share. */
  const makeRoom = (client: string): boolean => {
    if (clientOfJob.size < capacity) return true;
    const own = lines.get(client)?.jobs.size ?? 0;
    if (own >= Math.max(1, Math.floor(capacity / lines.size))) return false;
    const longest = [...lines.values()].reduce((one, other) => (other.jobs.size > one.jobs.size ? other : one));
    if (longest.jobs.size <= own + 1) return false;
    const last = [...inOrder(longest)].at(-1);
    if (last !== undefined) remove(last.id);
    return true;
  };
  const add = (job: Job): boolean => {
    if (clientOfJob.has(job.id)) return true;
    const client = clientOf(job);
    if (!makeRoom(client)) return false;
    const line = lines.get(client) ?? { client, jobs: new Map(), isInOrder: true, last: undefined };
    lines.set(client, line);
    const isLast = line.last === undefined || compareTurns(line.last, job) < 0;
    if (isLast) line.last = job;
    else line.isInOrder = false;
    line.jobs.set(job.id, job);
    clientOfJob.set(job.id, client);
    return true;
  };
  return { add, remove, size: () => clientOfJob.size, all: () => [...lines.values()] };
}

type Turns = {
  /** The number of a client's last turn; 0 when it had none, or long ago. */
  of(client: string): number;
  /** Gives a client its turn, and tells its number. */
  note(client: string): number;
};

/** Remembers turns also of clients of whom nothing waits: one that comes back after each job must not be the first every time. */
function createTurns(): Turns {
  const turns = new Map<string, number>();
  let turn = 0;
  return {
    of: (client) => turns.get(client) ?? 0,
    note(client) {
      turn += 1;
      turns.delete(client);
      turns.set(client, turn);
      for (const oldest of turns.keys()) {
        if (turns.size <= maxTurns) break;
        turns.delete(oldest);
      }
      return turn;
    },
  };
}

/** The first job of a client that may be taken, and those behind it. */
type Head = { readonly client: string; job: Job; readonly rest: IterableIterator<Job>; running: number; turn: number };

function takeInTurn(
  lines: readonly Line[],
  turns: Turns,
  limit: number,
  { accepts = () => true, running = () => 0, onTaken }: TakeRules,
): readonly Job[] {
  const taken: Job[] = [];
  const heads = lines.flatMap((line): Head | readonly [] => {
    const rest = inOrder(line);
    const job = nextAccepted(rest, accepts);
    if (job === undefined) return [];
    return { client: line.client, job, rest, running: running(line.client), turn: turns.of(line.client) };
  });
  while (taken.length < limit && heads.length > 0) {
    const index = indexOfFirst(heads);
    const head = heads[index];
    if (head === undefined) break;
    // What was taken before may have used up what it needs.
    if (accepts(head.job)) {
      taken.push(head.job);
      onTaken?.(head.job);
      head.running += 1;
      head.turn = turns.note(head.client);
    }
    const next = nextAccepted(head.rest, accepts);
    if (next === undefined) heads.splice(index, 1);
    else head.job = next;
  }
  return taken;
}

function nextAccepted(rest: Iterator<Job>, accepts: (job: Job) => boolean): Job | undefined {
  for (let one = rest.next(); one.done !== true; one = rest.next()) if (accepts(one.value)) return one.value;
  return undefined;
}

function indexOfFirst(heads: readonly Head[]): number {
  let first = 0;
  for (const [index, head] of heads.entries()) {
    const best = heads[first];
    if (best !== undefined && compareHeads(head, best) < 0) first = index;
  }
  return first;
}

function compareHeads(one: Head, other: Head): number {
  return (
    other.job.priority - one.job.priority ||
    one.running - other.running ||
    one.turn - other.turn ||
    compareTurns(one.job, other.job)
  );
}

/** Goes through the jobs of a client in their order, which is kept: most never need to be sorted. */
function inOrder(line: Line): IterableIterator<Job> {
  if (!line.isInOrder) {
    const jobs = [...line.jobs.values()].sort(compareTurns);
    line.jobs.clear();
    for (const job of jobs) line.jobs.set(job.id, job);
    line.last = jobs.at(-1);
    line.isInOrder = true;
  }
  return line.jobs.values();
}
