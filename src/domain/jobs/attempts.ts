import type { JobEvent, JobFailure } from "./job.ts";
import { isFinished, type JobStatus } from "./job-state.ts";
import type { ServerFacts, TaskFacts } from "./provenance.ts";

/** Who asked for something, as far as it is known and may be told. */
export type Asker =
  | { readonly kind: "user"; readonly user: string }
  | { readonly kind: "anonymous" }
  | { readonly kind: "notKept" }
  | { readonly kind: "notTold" };

/** Why an attempt was made, and when that was asked for, in milliseconds since 1970. A restart of the server asks by itself. */
export type Asked = {
  readonly what: "submit" | "retry" | "restart";
  readonly at: number;
  /** Undefined for a restart. */
  readonly by?: Asker;
};

/** One attempt to run a job. Times are milliseconds since 1970. */
export type Attempt = {
  /** From 1; undefined for one that was asked for and has not begun. */
  readonly number?: number;
  readonly asked: Asked;
  readonly startedAt?: number;
  /** Undefined where it goes on, and where its end was not kept. */
  readonly endedAt?: number;
  /** How it ended; undefined where it goes on, and for one that a restart of the server cut off. */
  readonly status?: JobStatus;
  readonly failure?: JobFailure;
  readonly server?: ServerFacts;
  /** What ran in it, in the order of the starts. */
  readonly tasks: readonly TaskFacts[];
  /** What it kept of the attempt before, and did not run again. */
  readonly kept: readonly TaskFacts[];
};

/** What was asked for and how it ended, as the history of a job tells it. */
export type Ask = {
  readonly what: Asked["what"];
  readonly at: number;
  readonly end?: Pick<JobEvent, "at" | "status" | "failure">;
};

/**
 * Splits the history of a job where it was accepted: by its submission, by each retry (which follows an end), and by restarts of the
 * server (which follow none).
 */
export function asksOf(events: readonly JobEvent[]): readonly Ask[] {
  const asks: Ask[] = [];
  for (const event of events) {
    if (event.kind !== "status") continue;
    const last = asks.at(-1);
    if (event.status === "accepted") {
      const what = last === undefined ? "submit" : last.end === undefined ? "restart" : "retry";
      asks.push({ what, at: event.at });
    } else if (last !== undefined && last.end === undefined && isFinished(event.status)) {
      asks[asks.length - 1] = { ...last, end: event };
    }
  }
  return asks;
}

/**
 * Gives the tasks of a later attempt that none of the earlier ones ran, and those that it kept of them: they ended well, and their
 * step did not run again.
 */
export function splitKept(all: readonly TaskFacts[], earlier: ReadonlySet<string>): Pick<Attempt, "tasks" | "kept"> {
  const tasks = all.filter((task) => !earlier.has(taskId(task)));
  const again = new Set(tasks.map(({ step }) => step));
  const isKept = ({ failure, kind, step }: TaskFacts) =>
    failure === undefined && kind !== "workflow" && !again.has(step);
  return { tasks, kept: all.filter((task) => earlier.has(taskId(task)) && isKept(task)) };
}

/** Names a task among all of a job: its step may have run in several attempts. */
export function taskId({ step, kind, startedAt, endedAt }: TaskFacts): string {
  return `${kind} ${step} ${startedAt} ${endedAt}`;
}
