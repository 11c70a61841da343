import { isDiscarded, type Job } from "../../domain/jobs/job.ts";
import { isFinished } from "../../domain/jobs/job-state.ts";
import { isOwn, type Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import { ownMember } from "../../domain/processes/described.ts";
import type { ProcessDescription } from "../../domain/processes/process.ts";
import { referenceInside } from "../../domain/values/directories.ts";
import type { FileResult, Result, Results } from "../../domain/values/values.ts";
import { keptResults } from "../../files/jobs/kept-values.ts";
import type { Layout } from "../../files/layout.ts";
import type { Database } from "../../store/database/database.ts";
import { findJob, findJobOfExecution } from "../../store/jobs/jobs.ts";
import { findProcessRevision } from "../../store/processes/processes.ts";
import { resultsOf, shortResultsOf } from "../../store/results/results.ts";
import { readJob, readLinkedJob } from "../jobs/follow-jobs.ts";
import type { OnForeignRead } from "../people/audit.ts";
import { maySeeJob, requireAction } from "../people/guard.ts";
import type { ProcessCache } from "../processes/process-cache.ts";
import { type OpenedFile, openFile } from "./open-file.ts";

export type ReadResultsDeps = {
  readonly database: Database;
  readonly processes: ProcessCache;
  readonly layout: Layout;
  readonly onForeignRead?: OnForeignRead;
};

/** How a finished job ended, with what its process says of its outputs. */
export type JobResults = {
  readonly job: Job;
  readonly description: ProcessDescription;
  readonly results: Results;
};

/**
 * Reads the results of a job. A failed job has none: its `failure` says why. Throws `no-such-job`, `result-not-ready`
 * while it runs, `gone` when it was dismissed.
 */
export async function readResults(deps: ReadResultsDeps, principal: Principal, jobId: string): Promise<JobResults> {
  return resultsOfJob(deps, await readJob(deps, principal, jobId));
}

/** Reads the results of a job as `readResults` does, also those that only the answer to its run links to. */
export async function readLinkedResults(
  deps: ReadResultsDeps,
  principal: Principal,
  jobId: string,
): Promise<JobResults> {
  return resultsOfJob(deps, await readLinkedJob(deps, principal, jobId));
}

/** Reads the results of a job that the caller may see, but for those that are known. Throws as `readResults` does. */
export async function resultsOfJob(deps: ReadResultsDeps, job: Job, known?: Results): Promise<JobResults> {
  if (!isFinished(job.status)) {
    const detail = `Cannot read results of job "${job.id}": found status ${job.status}, wanted successful`;
    throw new Problem("result-not-ready", detail);
  }
  if (job.status === "dismissed") {
    const detail = `Cannot read results of job "${job.id}": found status dismissed, wanted successful`;
    throw new Problem("gone", detail);
  }
  const [description, results] = await Promise.all([
    descriptionOf(deps, job),
    job.status === "successful" ? resultsWithValues(deps, job.id, known) : {},
  ]);
  return { job, description, results };
}

/** Reads the results of a successful job as they stand in rows: of values that are too long for one it has only the places. */
export function resultsWithoutValues({ database }: Pick<ReadResultsDeps, "database">, jobId: string): Promise<Results> {
  return resultsOf(database, jobId);
}

/** Reads the results of some jobs at once, by their ids, as `resultsWithoutValues` does; those that are long are left out. */
export async function shortResultsOfJobs(
  { database }: Pick<ReadResultsDeps, "database">,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, Results>> {
  if (jobIds.length === 0) return new Map();
  const found = Map.groupBy(await shortResultsOf(database, jobIds), ({ jobId }) => jobId);
  return new Map(
    [...found].map(([jobId, some]) => [
      jobId,
      Object.fromEntries(some.map(({ outputId, result }) => [outputId, result])),
    ]),
  );
}

/** Reads the results of a job, with those values that are too long for a row. */
export async function resultsWithValues(
  { database, layout }: Pick<ReadResultsDeps, "database" | "layout">,
  jobId: string,
  known?: Results,
): Promise<Results> {
  return keptResults(layout, known ?? (await resultsOf(database, jobId)));
}

/** Reads what a job's process says of its outputs: the revision that ran may be an older one than the process has now. */
export async function descriptionOf(
  deps: Pick<ReadResultsDeps, "database" | "processes">,
  job: Job,
): Promise<ProcessDescription> {
  const current = await deps.processes.find(job.processId);
  if (current?.revision === job.processRevision) return current.description;
  const process = await findProcessRevision(deps.database, job.processId, job.processRevision);
  if (process === undefined) throw new Error(`Cannot find revision "${job.processRevision}" of "${job.processId}"`);
  return process.description;
}

/**
 * Picks one result. Throws `no-such-output` when the process has no such output, `result-not-available` when it was
 * not asked for or the job gave none.
 */
export function resultOf({ job, description, results }: JobResults, outputId: string): Result {
  if (!Object.hasOwn(description.outputs, outputId)) {
    const known = Object.keys(description.outputs).join(", ");
    const detail = `Cannot read results of job "${job.id}": found output "${outputId}", wanted one of ${known}`;
    throw new Problem("no-such-output", detail);
  }
  const result = Object.hasOwn(results, outputId) ? results[outputId] : undefined;
  if (result !== undefined) return result;
  const detail = `Cannot read results of job "${job.id}": output "${outputId}" has no value: the request did not name it, or the process did not make it`;
  throw new Problem("result-not-available", detail);
}

/** Picks the results that the request of a job asked for, or only some. */
export function chosenOf({
  job,
  description,
  results,
  only,
}: JobResults & { readonly only?: readonly string[] }): Results {
  const wanted = only ?? Object.keys(job.request.outputs ?? description.outputs);
  return Object.fromEntries(
    wanted.flatMap((id) => (Object.hasOwn(results, id) && results[id] !== undefined ? [[id, results[id]]] : [])),
  );
}

/** A published file, with its digest in hexadecimal and how many bytes it was made of, where that is known. */
export type KnownFile = OpenedFile & { readonly sha256?: string; readonly digestedBytes?: number };

/** Opens a published file of results that were read. Throws `not-found` when it is gone. */
export async function openResult(deps: Pick<ReadResultsDeps, "layout">, reference: string): Promise<OpenedFile> {
  const file = await openFile(deps.layout, reference.split("/").slice(1).map(decodeURIComponent).join("/"));
  if (file === undefined) throw notFound(reference);
  return file;
}

/**
 * Opens what lies below the outputs path: a file, log or status document of a job, named by job or execution.
 * Throws `not-found`, also for what belongs to someone else.
 */
export async function openOutputPath(
  deps: Pick<ReadResultsDeps, "database" | "layout">,
  principal: Principal,
  segments: readonly string[],
): Promise<KnownFile> {
  const shown = segments.join("/");
  const job = await findOutputJob(deps, principal, segments);
  const [, ...below] = segments;
  const isGone = job.status === "dismissed";
  // The status document of a job that was stopped stays: it tells a client that polls it how the job ended.
  const isKept = !isGone || (/^[^/]+\.xml$/.test(shown) && !isDiscarded(job));
  const file = isKept ? await openFile(deps.layout, shown) : undefined;
  if (file === undefined && isGone) {
    const kind = isDiscarded(job) ? "removed-job" : "gone";
    throw new Problem(kind, `Cannot read output "${shown}": found its job dismissed, wanted a successful one`);
  }
  if (file === undefined || !(await isOfJob(deps, job, file.executionId))) throw notFound(shown);
  const result = below.length < 2 ? undefined : await resultAt(deps, job, below);
  return result === undefined ? file : { ...file, ...knownOfFile(result) };
}

/** Finds the job whose output a path below the outputs path names. Throws `not-found`, also for what belongs to someone else. */
export async function findOutputJob(
  deps: Pick<ReadResultsDeps, "database" | "layout" | "onForeignRead">,
  principal: Principal,
  [first = "", ...below]: readonly string[],
): Promise<Job> {
  requireAction(principal, "read-own-jobs", "read outputs");
  // Logs and status documents stand beside the directory of the same name.
  const owner = below.length === 0 ? first.replace(/\.(log|xml)$/, "") : first;
  const job = (await findJob(deps.database, owner)) ?? (await findJobOfExecution(deps.database, owner));
  if (job === undefined || !(await maySeeJob(deps, principal, job))) throw notFound([first, ...below].join("/"));
  if (!isOwn(principal, job.user)) deps.onForeignRead?.(principal, job);
  return job;
}

/** Gives what the results of a job tell of a published file: its media type, of which its name may tell less, and its digest. */
export function knownOfFile({
  mediaType,
  sha256,
  sizeBytes,
}: Pick<FileResult, "mediaType" | "sha256" | "sizeBytes">): Pick<KnownFile, "mediaType" | "sha256" | "digestedBytes"> {
  return { mediaType, ...(sha256 === undefined ? {} : { sha256, digestedBytes: sizeBytes }) };
}

/** Finds the file of a job's results by the path below the job's directory. */
async function resultAt(
  deps: Pick<ReadResultsDeps, "database" | "layout">,
  job: Job,
  below: readonly string[],
): Promise<KnownResult | undefined> {
  const [outputId = ""] = below;
  const path = below.map(encodeURIComponent).join("/");
  const results = await resultsWithValues(deps, job.id);
  return filesOf(ownMember(results, outputId)).find(({ reference }) => reference.endsWith(`/${path}`));
}

/** What a result tells of one of its files. */
export type KnownResult = Pick<FileResult, "reference" | "mediaType" | "sha256" | "sizeBytes">;

/** Lists all published files of a result: also those beside a file, of directories, and of what lists and records hold. */
export function filesOf(result: Result | undefined): readonly KnownResult[] {
  switch (result?.kind) {
    case "list":
      return result.items.flatMap(filesOf);
    case "record":
      return Object.values(result.members).flatMap(filesOf);
    case "file":
      return withSecondaryFiles(result);
    case "directory":
      return result.files.map((file) => ({ ...file, reference: referenceInside(result, file.path) }));
    case "value":
    case "link":
    case undefined:
      return [];
    default:
      return result satisfies never;
  }
}

function withSecondaryFiles(file: FileResult): readonly FileResult[] {
  return [file, ...(file.secondaryFiles ?? []).flatMap(withSecondaryFiles)];
}

/** A link inside a job's outputs may lead to those of another job; its owner is then someone else. */
async function isOfJob(deps: Pick<ReadResultsDeps, "database">, job: Job, executionId: string): Promise<boolean> {
  // Until its claim a job's status document has no execution.
  if (job.executionId === executionId || job.id === executionId) return true;
  return (await findJobOfExecution(deps.database, executionId))?.id === job.id;
}

function notFound(path: string): Problem {
  return new Problem("not-found", `Cannot find output "${path}": no file has this path`);
}
