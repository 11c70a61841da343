import type { Principal } from "../domain/access.ts";
import type { Job, JobEvent } from "../domain/job.ts";
import { formatJobLogLine } from "../domain/job-log.ts";
import type { Layout } from "../files/layout.ts";
import type { Database } from "../store/database.ts";
import { eventsOf } from "../store/job-events.ts";
import { readJob } from "./follow-jobs.ts";
import { type OpenedFile, openFile } from "./open-file.ts";

export type LogDeps = { readonly database: Database; readonly layout: Layout };

/** A job's log: the file of its execution, or its events in the same format when it has none. */
export type JobLog =
  | { readonly kind: "file"; readonly file: OpenedFile }
  | { readonly kind: "events"; readonly lines: readonly string[] };

/** Reads the log of a job. Throws `no-such-job`. */
export async function readLog(deps: LogDeps, principal: Principal, jobId: string): Promise<JobLog> {
  const job = await readJob(deps, principal, jobId);
  const file = job.executionId === undefined ? undefined : await openFile(deps.layout, `${job.executionId}.log`);
  if (file !== undefined) return { kind: "file", file };
  const events = await eventsOf(deps.database, jobId, 0);
  return { kind: "events", lines: events.map((event) => lineOf(job, event)) };
}

function lineOf(job: Job, event: JobEvent): string {
  return formatJobLogLine({
    at: event.at,
    level: event.failure === undefined ? "INFO" : "ERROR",
    elapsedMilliseconds: event.at - (job.startedAt ?? job.createdAt),
    progress: event.progress,
    status: event.status,
    message: event.message,
  });
}
