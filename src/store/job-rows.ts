import { clientOf } from "../domain/access.ts";
import type { Execution, Job, JobEvent, NewJobEvent } from "../domain/job.ts";
import { rowReader } from "./rows.ts";
import { executions, jobEvents, jobs } from "./schema/jobs.ts";
import { type ArgumentsOf, type Row, storable } from "./statements.ts";

const jobRow = rowReader(jobs);
const executionRow = rowReader(executions);
const eventRow = rowReader(jobEvents);

/** Columns of an execution and of a job, after which those of another table may stand. */
export const executionWidth = executionRow.width;
export const jobWidth = jobRow.width;

/** Reads a job from a row; `from` is the position of its first column. */
export function jobOf(row: Row, from = 0): Job {
  const {
    number: _number,
    hidden: _hidden,
    isNew: _isNew,
    outputBytes: _outputBytes,
    client,
    providerId,
    remoteJobId,
    user,
    language,
    executionId,
    moveId: _,
    stage,
    startedAt,
    finishedAt,
    failure,
    wpsId,
    resumeFrom,
    syncRun,
    ...always
  } = jobRow.read(row, from);
  return {
    ...always,
    ...(providerId === null ? {} : { providerId }),
    ...(remoteJobId === null ? {} : { remoteJobId }),
    ...(user === null ? {} : { user }),
    ...(client === clientOf(user === null ? {} : { user }) ? {} : { client }),
    ...(language === null ? {} : { language }),
    ...(executionId === null ? {} : { executionId }),
    ...(stage === null ? {} : { stage }),
    ...(startedAt === null ? {} : { startedAt }),
    ...(finishedAt === null ? {} : { finishedAt }),
    ...(failure === null ? {} : { failure }),
    ...(wpsId === null ? {} : { wpsId }),
    ...(resumeFrom === null ? {} : { resumeFrom }),
    ...(syncRun === null ? {} : { hidden: syncRun }),
  };
}

/** Reads an execution from a row. */
export function executionOf(row: Row): Execution {
  const { handle, outputPlan, endedAt, ...always } = executionRow.read(row);
  return {
    ...always,
    ...(handle === null ? {} : { handle }),
    ...(outputPlan === null ? {} : { outputPlan }),
    ...(endedAt === null ? {} : { endedAt }),
  };
}

/** Reads an event from a row; `from` is the position of its first column. */
export function eventOf(row: Row, from = 0): JobEvent {
  const { stage, failure, ...always } = eventRow.read(row, from);
  return { ...always, ...(stage === null ? {} : { stage }), ...(failure === null ? {} : { failure }) };
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
