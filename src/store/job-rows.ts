import { clientOf } from "../domain/access.ts";
import type { Job, NewJobEvent } from "../domain/job.ts";
import type { TableRow } from "./rows.ts";
import type { jobs } from "./schema/jobs.ts";
import { type ArgumentsOf, storable } from "./statements.ts";

/** Reads a job from a row. */
export function jobOf(row: TableRow<typeof jobs>): Job {
  const { number: _number, hidden: _, isNew: _new, outputBytes: _bytes, moveId: _move, client, syncRun, ...job } = row;
  return {
    ...job,
    ...(client === clientOf(job) ? {} : { client }),
    ...(syncRun === undefined ? {} : { hidden: syncRun }),
  };
}

/** Words an event as the statements that insert events read it: an array, in the order of `eventMembers`. */
export function eventMembers(event: NewJobEvent): readonly (string | number | null)[] {
  return [
    event.at,
    event.kind,
    event.status,
    event.stage ?? null,
    event.progress,
    storable(event.message),
    event.failure === undefined ? null : JSON.stringify(event.failure),
  ];
}

/** Words events as one argument. */
export function eventsText(events: readonly NewJobEvent[]): string {
  return JSON.stringify(events.map(eventMembers));
}

/** Words a value that may be absent as one argument. */
export function jsonOrNull(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** Words all columns of a job as named arguments. */
export function jobArguments(job: Job): ArgumentsOf<typeof jobs> {
  return {
    number: null,
    id: job.id,
    processId: job.processId,
    processRevision: job.processRevision,
    providerId: job.providerId ?? null,
    isRemote: Number(job.isRemote),
    remoteJobId: job.remoteJobId ?? null,
    status: job.status,
    isSync: Number(job.isSync),
    user: job.user ?? null,
    tags: JSON.stringify(job.tags),
    language: job.language ?? null,
    request: JSON.stringify(job.request),
    priority: job.priority,
    attempt: job.attempt,
    fence: job.fence,
    executionId: job.executionId ?? null,
    moveId: null,
    progress: job.progress,
    stage: job.stage ?? null,
    message: storable(job.message),
    createdAt: job.createdAt,
    startedAt: job.startedAt ?? null,
    finishedAt: job.finishedAt ?? null,
    updatedAt: job.updatedAt,
    failure: job.failure === undefined ? null : JSON.stringify(job.failure),
    wpsId: job.wpsId ?? null,
    resumeFrom: job.resumeFrom ?? null,
    earlyCrashes: job.earlyCrashes,
    hidden: job.hidden === undefined ? 0 : 2,
    isNew: 1,
    client: storable(clientOf(job)),
    outputBytes: 0,
    syncRun: job.hidden ?? null,
  };
}
