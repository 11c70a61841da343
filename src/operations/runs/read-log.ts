import type { Job, JobEvent } from "../../domain/jobs/job.ts";
import { formatJobLogLine } from "../../domain/jobs/job-log.ts";
import { isFinished } from "../../domain/jobs/job-state.ts";
import type { Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import { readJobLog, tailJobLog } from "../../files/jobs/job-log.ts";
import { createJobPaths } from "../../files/jobs/job-paths.ts";
import { executionLogFile, type Layout } from "../../files/layout.ts";
import type { Database } from "../../store/database/database.ts";
import { attemptsOf } from "../../store/jobs/executions.ts";
import { eventsOf } from "../../store/jobs/job-events.ts";
import { readJob } from "../jobs/follow-jobs.ts";
import { type OpenedFile, openFile } from "../results/open-file.ts";

export type LogDeps = { readonly database: Database; readonly layout: Layout };

/** A job's log: the file of its execution, or its events in the same format when it has none. */
export type JobLog =
  | { readonly kind: "file"; readonly file: OpenedFile }
  | { readonly kind: "events"; readonly lines: readonly string[] };

/** Reads the log of a job: of its last attempt, or of another. Throws `no-such-job`; `not-found` for an attempt without a log. */
export async function readLog(deps: LogDeps, principal: Principal, jobId: string, attempt?: number): Promise<JobLog> {
  const job = await readJob(deps, principal, jobId);
  const executionId = await executionOf(deps, job, attempt);
  const file = executionId === undefined ? undefined : await openFile(deps.layout, `${executionId}.log`);
  if (file !== undefined) return { kind: "file", file };
  if (executionId !== job.executionId) throw noLog(job, attempt);
  const events = await eventsOf(deps.database, jobId, 0);
  return { kind: "events", lines: events.map((event) => lineOf(job, event)) };
}

/** Lists the earlier attempts of a job whose logs are kept, the first one first. Throws `no-such-job`. */
export async function listEarlierLogs(deps: LogDeps, principal: Principal, jobId: string): Promise<readonly number[]> {
  const job = await readJob(deps, principal, jobId);
  if (job.attempt <= 1) return [];
  const attempts = (await attemptsOf(deps.database, jobId)).filter(({ id }) => id !== job.executionId);
  const kept = await Promise.all(attempts.map(({ id }) => openFile(deps.layout, `${id}.log`)));
  return attempts.filter((_, index) => kept[index] !== undefined).map(({ attempt }) => attempt);
}

/** Finds the execution of an attempt, or of the last one; undefined before the first. */
async function executionOf(deps: LogDeps, job: Job, attempt: number | undefined): Promise<string | undefined> {
  if (attempt === undefined || attempt === job.attempt) return job.executionId;
  const found = (await attemptsOf(deps.database, job.id)).find((one) => one.attempt === attempt);
  if (found === undefined) throw noLog(job, attempt);
  return found.id;
}

function noLog(job: Job, attempt: number | undefined): Problem {
  const wanted = `one from 1 to ${job.attempt} whose log is kept`;
  return new Problem("not-found", `Cannot read log of job "${job.id}": found attempt ${attempt}, wanted ${wanted}`);
}

/** Which part of a log is wanted, and of which attempt: of the last one when absent. */
export type WantedLog = ({ readonly offset: number; readonly limit: number } | { readonly tail: number }) & {
  readonly attempt?: number;
};

/** A part of a job's log: bytes from an offset on, or its last lines. Offsets go on from page to page while it grows. */
export type LogPage = { readonly bytes: Uint8Array; readonly nextOffset: number; readonly sizeBytes: number };

/** Reads a part of a job's log without reading the rest. Throws as `readLog` does. */
export async function readLogPage(
  deps: LogDeps,
  principal: Principal,
  jobId: string,
  wanted: WantedLog,
): Promise<LogPage> {
  const job = await readJob(deps, principal, jobId);
  const executionId = await executionOf(deps, job, wanted.attempt);
  const file = executionId === undefined ? undefined : executionLogFile(deps.layout, executionId);
  if (file !== undefined && !("tail" in wanted)) {
    const page = await readJobLog(file, wanted);
    if (page !== undefined) return page;
  } else if (file !== undefined && "tail" in wanted) {
    const tail = await tailJobLog(file, wanted.tail);
    if (tail !== undefined) {
      return { bytes: bytesOf(tail.lines), nextOffset: tail.sizeBytes, sizeBytes: tail.sizeBytes };
    }
  }
  const log = await readLog(deps, principal, jobId, wanted.attempt);
  const lines = log.kind === "events" ? log.lines : [];
  const all = bytesOf(lines);
  if ("tail" in wanted) {
    return { bytes: bytesOf(lines.slice(-wanted.tail)), nextOffset: all.byteLength, sizeBytes: all.byteLength };
  }
  const bytes = all.subarray(wanted.offset, wanted.offset + wanted.limit);
  return { bytes, nextOffset: Math.min(wanted.offset + bytes.byteLength, all.byteLength), sizeBytes: all.byteLength };
}

/** The last lines of a job's log, and where what follows them begins: the byte of the log of which attempt. */
export type ShownLog = { readonly lines: readonly string[]; readonly attempt: number; readonly offset: number };

/**
 * Reads the last lines of a job's log for a page, which names no places of the server, and where what follows begins: what a stream
 * tells of a job that runs from its first byte on is left out. All of it is of one look at the job: a place of an earlier one would
 * have the stream tell the lines again. Throws `no-such-job`.
 */
export async function readLogTail(
  deps: LogDeps,
  principal: Principal,
  jobId: string,
  count: number,
): Promise<ShownLog> {
  const job = await readJob(deps, principal, jobId);
  const { attempt, executionId } = job;
  const isEnded = isFinished(job.status);
  const tail =
    executionId === undefined ? undefined : await tailJobLog(executionLogFile(deps.layout, executionId), count);
  if (tail === undefined || executionId === undefined) {
    const events = isEnded ? await eventsOf(deps.database, jobId, 0) : [];
    return { lines: events.map((event) => lineOf(job, event)).slice(-count), attempt, offset: 0 };
  }
  // The stream tells a line when it has ended.
  const isCut = !isEnded && tail.wholeBytes < tail.sizeBytes;
  const told = createJobPaths(deps.layout, executionId, { hidesData: true });
  const text = told(new TextDecoder().decode(bytesOf(isCut ? tail.lines.slice(0, -1) : tail.lines)));
  const lines = text.replace(/\n$/, "").split("\n");
  return { lines: text === "" ? [] : lines, attempt, offset: isCut ? tail.wholeBytes : tail.sizeBytes };
}

function bytesOf(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
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
