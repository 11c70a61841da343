import { defined } from "../../domain/defined.ts";
import type { Job, JobEvent, NewJobEvent } from "../../domain/jobs/job.ts";
import { clientOf } from "../../domain/people/access.ts";
import type { Results } from "../../domain/values/values.ts";
import { type ArgumentsOf, storable } from "../database/statements.ts";
import type { TableRow } from "../rows.ts";
import type { EventMembers, jobEvents, jobs } from "../schema/jobs.ts";

type JobRow = TableRow<typeof jobs>;

/** Reads a job from a row. */
export function jobOf(row: JobRow): Job {
  const { number: _number, hidden: _, isNew: _new, outputBytes: _bytes, moveId: _move, ...columns } = row;
  return jobOfColumns(columns);
}

/** Reads a job from those columns of a row that tell of it. */
export function jobOfColumns(row: Omit<JobRow, "number" | "hidden" | "isNew" | "outputBytes" | "moveId">): Job {
  const { client, syncRun, ...job } = row;
  if (client === clientOf(job) && syncRun === undefined) return job;
  return {
    ...job,
    ...(client === clientOf(job) ? {} : { client }),
    ...(syncRun === undefined ? {} : { hidden: syncRun }),
  };
}

/** Words an event as a list holds it. */
export function eventMembers(event: NewJobEvent): EventMembers {
  const { at, kind, status, stage = null, progress, message, failure } = event;
  return [at, kind, status, stage, progress, storable(message), failure ?? null];
}

/** Words the events of one write as the columns of their row, and counts them. */
export function eventArguments(last: NewJobEvent, before: readonly NewJobEvent[] = []) {
  const [at, kind, status, stage, progress, message, failure] = eventMembers(last);
  const earlier = before.length === 0 ? null : JSON.stringify(before.map(eventMembers));
  const columns = { at, kind, status, stage, progress, message, failure: jsonOrNull(failure ?? undefined), earlier };
  return { count: before.length + 1, ...columns };
}

export type EventArguments = ReturnType<typeof eventArguments>;

/** Lists the events of a row, in their order. */
export function eventsOfRow({ earlier = [], ...last }: TableRow<typeof jobEvents>): readonly JobEvent[] {
  const { jobId } = last;
  const before = earlier.map(([at, kind, status, stage, progress, message, failure], index) => ({
    ...{ jobId, number: last.number - earlier.length + index, at, kind, status, progress, message },
    ...defined({ stage: stage ?? undefined, failure: failure ?? undefined }),
  }));
  return [...before, last];
}

/** Values that take less stand in rows that the job has anyway. */
const smallCharacters = 4096;

/** Words results as one argument, each as its own JSON text, and counts what large ones take of the database. */
export function resultsText(results: Results): { readonly text: string; readonly largeBytes: number } {
  const outputs = Object.entries(results).map(([id, result]) => [id, JSON.stringify(result)] as const);
  const lengths = outputs.map(([, text]) => (text.length > smallCharacters ? Buffer.byteLength(text) : 0));
  return { text: JSON.stringify(outputs), largeBytes: lengths.reduce((sum, length) => sum + length, 0) };
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
    waitedMilliseconds: job.waitedMilliseconds ?? null,
    isFromCache: job.isFromCache === true ? 1 : null,
    dismissedBy: job.dismissedBy ?? null,
    retriedBy: job.retriedBy ?? null,
    keptAt: job.keptAt ?? null,
    keptBy: job.keptBy ?? null,
    failure: job.failure === undefined ? null : JSON.stringify(job.failure),
    wpsId: job.wpsId ?? null,
    resumeFrom: job.resumeFrom ?? null,
    earlyCrashes: job.earlyCrashes,
    hidden: job.hidden === undefined ? 0 : 2,
    isNew: 1,
    client: storable(clientOf(job)),
    outputBytes: 0,
    syncRun: job.hidden ?? null,
    origin: jsonOrNull(job.origin),
  };
}
