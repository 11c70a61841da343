import type { Clock } from "../../../domain/waiting/clock.ts";
import { startTimer } from "../../../domain/waiting/timers.ts";
import type { TaskFigures } from "../../executor.ts";
import type { SlurmCommands } from "../slurm-commands.ts";
import type { Queue } from "./queue.ts";
import type { FiguresByJob } from "./read-figures.ts";

/** What jobs take, asked for all of them at once, and not more often than the queue. */
export type Figures = {
  /** Gives what was last heard of a job that runs, and asks again when that is old; undefined when nothing was. */
  look(name: string): TaskFigures | undefined;
  /** Notes what a job said itself: it is given as long as Slurm tells nothing. */
  note(name: string, figures: TaskFigures): void;
  /** Forgets what jobs whose names begin so said themselves. */
  forget(beginning: string): void;
  /** Tells what the accounting knows of a job that has ended; undefined when there is none. */
  ofEnded(id: string): Promise<TaskFigures | undefined>;
};

/** Jobs of one call: each costs the controller a question, and its node another. Of more, these come in turns. */
const mostAtOnce = 200;
/** Jobs that end together are asked about together. */
const gatheringMilliseconds = 200;

/** Makes what knows what jobs take. Nothing is asked of a controller that did not answer about its queue. */
export function createFigures(
  { figures, spent }: Pick<SlurmCommands, "figures" | "spent">,
  queue: Pick<Queue, "look" | "isAnswering">,
  clock: Clock,
  pollMilliseconds: number,
): Figures {
  const wanted = new Set<string>();
  const noted = new Map<string, TaskFigures>();
  let last: ReadonlyMap<string, TaskFigures> = new Map();
  let triedAt = clock.elapsed();
  let isAsking = false;
  const ask = async () => {
    const names = new Map<string, string>();
    for (const name of wanted) {
      if (names.size === mostAtOnce) break;
      wanted.delete(name);
      const job = queue.look(name)?.job;
      if (job?.number !== undefined && job.state === "RUNNING") names.set(job.number, name);
    }
    if (names.size === 0) return;
    const found = (await figures([...names.keys()])) ?? new Map<string, TaskFigures>();
    last = new Map([...found].flatMap(([number, one]) => [[names.get(number) ?? number, one] as const]));
  };
  return {
    look(name) {
      wanted.add(name);
      if (!isAsking && clock.elapsed() - triedAt >= pollMilliseconds && queue.isAnswering()) {
        triedAt = clock.elapsed();
        isAsking = true;
        void ask().finally(() => {
          isAsking = false;
        });
      }
      return last.get(name) ?? noted.get(name);
    },
    note: (name, one) => void noted.set(name, one),
    forget(beginning) {
      for (const name of noted.keys()) if (name.startsWith(beginning)) noted.delete(name);
    },
    ofEnded: gatherEnded(spent),
  };
}

function gatherEnded(spent: SlurmCommands["spent"]): Figures["ofEnded"] {
  let open: { readonly ids: Set<string>; readonly found: Promise<FiguresByJob> } | undefined;
  const askAll = async (ids: readonly string[]): Promise<FiguresByJob> => {
    const all = new Map<string, TaskFigures>();
    for (let first = 0; first < ids.length; first += mostAtOnce) {
      const found = await spent(ids.slice(first, first + mostAtOnce));
      if (found === undefined) break;
      for (const [id, figures] of found) all.set(id, figures);
    }
    return all;
  };
  const begin = () => {
    const ids = new Set<string>();
    const { promise, resolve, reject } = Promise.withResolvers<FiguresByJob>();
    startTimer(gatheringMilliseconds, () => {
      open = undefined;
      askAll([...ids]).then(resolve, reject);
    });
    return { ids, found: promise };
  };
  return async (id) => {
    open ??= begin();
    open.ids.add(id);
    return (await open.found).get(id);
  };
}
