import type { Clock } from "../../../domain/waiting/clock.ts";
import type { SlurmCommands } from "../slurm-commands.ts";
import { isActive, type SlurmJob } from "../slurm-job.ts";

/** What Slurm's queue said of a job, and when it was asked: what happened since then is not in it. */
export type QueueAnswer = { readonly askedAt: number; readonly job: SlurmJob | undefined };

/** The queue, asked for all jobs at once, and not more often than is allowed. */
export type Queue = {
  /** Gives the last answer, and asks again when it is old; undefined while the controller has never answered. */
  look(name: string): QueueAnswer | undefined;
  /** Asks now, or gives the answer of a question that is under way; undefined when the controller does not answer. */
  ask(name: string): Promise<QueueAnswer | undefined>;
  /** Tells whether the controller answered when it was asked last. */
  isAnswering(): boolean;
};

type Answer = { readonly askedAt: number; readonly jobs: ReadonlyMap<string, SlurmJob> };

/** Makes the view of the queue. A controller that does not answer changes nothing of what was known. */
export function createQueue({ list }: SlurmCommands, clock: Clock, pollMilliseconds: number): Queue {
  let last: Answer | undefined;
  let hasAnswered = false;
  let triedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<Answer | undefined> | undefined;
  const askAll = async (): Promise<Answer | undefined> => {
    const askedAt = clock.elapsed();
    triedAt = askedAt;
    const found = await list();
    hasAnswered = found !== undefined;
    if (found === undefined) return undefined;
    last = { askedAt, jobs: byName(found) };
    return last;
  };
  const begin = () => {
    asking ??= askAll().finally(() => {
      asking = undefined;
    });
    return asking;
  };
  const of = (answer: Answer, name: string) => ({ askedAt: answer.askedAt, job: answer.jobs.get(name) });
  return {
    look(name) {
      if (clock.elapsed() - triedAt >= pollMilliseconds) void begin();
      return last === undefined ? undefined : of(last, name);
    },
    async ask(name) {
      // The one that is under way may have been asked before what is asked about now.
      await asking;
      const answer = await begin();
      return answer === undefined ? undefined : of(answer, name);
    },
    isAnswering: () => hasAnswered,
  };
}

/** Names an element of an array. */
export function elementName(array: string, index: number | string): string {
  return `${array}[${index}]`;
}

/** By their names, arrays also by their elements. A name may stand there twice, after a submission that nobody knew of: what may still run counts. */
function byName(jobs: readonly SlurmJob[]): ReadonlyMap<string, SlurmJob> {
  const found = new Map<string, SlurmJob>();
  const add = (name: string, job: SlurmJob) => {
    const known = found.get(name);
    if (known === undefined || isActive(job) || !isActive(known)) found.set(name, job);
  };
  for (const job of jobs) {
    add(job.name, job);
    const index = /_(\d+)$/.exec(job.id)?.[1];
    if (index !== undefined) add(elementName(job.name, index), job);
  }
  return found;
}
