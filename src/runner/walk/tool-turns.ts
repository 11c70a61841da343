import type { Job } from "../../domain/jobs/job.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { onAbort } from "../../domain/waiting/on-abort.ts";

/** The right of a walk to run its tool. It is held from its turn to the end of the run, and disposed of with the walk. */
export type ToolTurn = Disposable & {
  /** What is left of the walk is to publish. */
  readonly hasRun: boolean;
  /** Waits for the turn. Rejects with the signal's reason as soon as it is aborted. */
  come(signal: AbortSignal): Promise<void>;
  /** Nothing of the run lives any more: the next one has its turn. */
  endRun(): void;
};

/** The turns of walks that run tools. */
export type ToolTurns = {
  /** Joins those that wait; what was found after a restart may run already, and has its turn at once. */
  join(job: Job, isAdopted: boolean): ToolTurn;
  /** Tells whether all that wait or run are quick, by what is known: then others may be prepared meanwhile. */
  areQuick(): boolean;
};

type Entry = {
  readonly processId: string;
  readonly priority: number;
  readonly joinedAt: number;
  readonly turn: PromiseWithResolvers<void>;
  hasTurn: boolean;
};

/** Nothing is prepared ahead for runs that take longer: who waits for them is better shown as waiting. */
const quickMilliseconds = 500;
/** Processes of which it is known how long their last run took. */
const maxKnownProcesses = 1000;

/** Creates the turns for so many tools at once: higher priority first, else in the order in which they joined. */
export function createToolTurns(clock: Clock, slots: number): ToolTurns {
  const entries = new Set<Entry>();
  /** By process, the newest last: how long its last run took, with the wait for it. */
  const lastRuns = new Map<string, number>();
  const give = () => {
    const waiting = [...entries].filter(({ hasTurn }) => !hasTurn);
    const free = Math.max(0, slots - (entries.size - waiting.length));
    const next = waiting.toSorted((one, other) => other.priority - one.priority).slice(0, free);
    for (const entry of next) {
      entry.hasTurn = true;
      entry.turn.resolve();
    }
  };
  const noteRun = ({ processId, joinedAt }: Entry) => {
    lastRuns.delete(processId);
    lastRuns.set(processId, clock.elapsed() - joinedAt);
    const [oldest] = lastRuns.keys();
    if (lastRuns.size > maxKnownProcesses && oldest !== undefined) lastRuns.delete(oldest);
  };
  const isQuick = ({ processId, joinedAt }: Entry) =>
    Math.max(lastRuns.get(processId) ?? quickMilliseconds, clock.elapsed() - joinedAt) < quickMilliseconds;
  const leave = (entry: Entry) => {
    if (entries.delete(entry)) give();
  };
  return {
    join({ processId, priority }, isAdopted) {
      const turn = Promise.withResolvers<void>();
      const entry = { processId, priority, joinedAt: clock.elapsed(), turn, hasTurn: isAdopted };
      if (isAdopted) turn.resolve();
      entries.add(entry);
      give();
      return {
        get hasRun() {
          return !entries.has(entry);
        },
        async come(signal) {
          signal.throwIfAborted();
          using _stop = onAbort(signal, () => turn.reject(signal.reason));
          await turn.promise;
        },
        endRun() {
          noteRun(entry);
          leave(entry);
        },
        [Symbol.dispose]: () => leave(entry),
      };
    },
    areQuick: () => [...entries].every(isQuick),
  };
}
