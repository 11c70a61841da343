import type { JobEnd, NewJobEvent } from "../../domain/jobs/job.ts";
import { clientOf } from "../../domain/people/access.ts";
import type { Database } from "../database/database.ts";
import { findMove } from "../queries/guards.ts";
import * as inserting from "../queries/insert-job.ts";
import { insertResults } from "../queries/move-job.ts";
import { eventArguments, jobArguments, resultsText } from "./job-rows.ts";
import type { Insertion } from "./jobs.ts";
import { countQueuedOf } from "./usage.ts";

/** A job that ran before anything of it was written. */
export type EndedJob = JobEnd & {
  readonly moveId: string;
  readonly executionId: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** All of them, from its acceptance on. */
  readonly events: readonly NewJobEvent[];
  /** What ran it. */
  readonly server?: string;
};

/**
 * Inserts a job that has run already, with its execution, its events and its results, in one write; durable when it
 * resolves. Like `insertJob` it inserts nothing (`full`) when `maxQueued` jobs of its client wait.
 */
export async function insertEndedJob(
  database: Database,
  ended: EndedJob,
  maxQueued: number | undefined,
): Promise<Extract<Insertion, { readonly kind: "inserted" | "full" }>> {
  const { job, moveId, executionId, startedAt, endedAt, events, server = null } = ended;
  const guard = { jobId: job.id, moveId };
  const outputs = resultsText(ended.results);
  const values = { ...jobArguments(job), moveId, outputBytes: outputs.largeBytes };
  const last = events.at(-1);
  const statements = [
    maxQueued === undefined ? inserting.insertJobRow(values) : inserting.insertJobRowWithin({ ...values, maxQueued }),
    inserting.insertEndedExecution({
      jobId: job.id,
      id: executionId,
      attempt: job.attempt,
      startedAt,
      endedAt,
      server,
    }),
    ...(last === undefined
      ? []
      : [inserting.insertFirstEvents({ jobId: job.id, ...eventArguments(last, events.slice(0, -1)) })]),
    ...(outputs.text === "[]" ? [] : [insertResults({ ...guard, results: outputs.text })]),
  ];
  const [inserted] = await database.write(statements, [job.id], findMove(guard), database.takeIn);
  if (inserted?.rowsAffected === 1) return { kind: "inserted" };
  return { kind: "full", queued: await countQueuedOf(database, clientOf(job)) };
}
