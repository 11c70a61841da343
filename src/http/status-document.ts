import type { Job } from "../domain/job.ts";
import { isFinished } from "../domain/job-state.ts";
import { jobUrl, jsonLink, type Link, relations } from "../domain/links.ts";
import { Problem } from "../domain/problem.ts";
import { problemDocument } from "./problem-response.ts";

/**
 * Makes the status document of a job: the union of what OGC 18-062r2 and the 2.0 draft ask for, and the stage by name.
 */
export function statusDocument(job: Job, baseUrl: string): Readonly<Record<string, unknown>> {
  return {
    jobID: job.id,
    id: job.id,
    type: "process",
    processingEntityType: "ogc-api-processes",
    processID: job.processId,
    ...(job.providerId === undefined ? {} : { providerID: job.providerId }),
    ...(job.remoteJobId === undefined ? {} : { remoteJobID: job.remoteJobId }),
    status: job.status,
    message: job.message,
    progress: job.progress,
    ...(job.stage === undefined ? {} : { stage: job.stage }),
    created: timeText(job.createdAt),
    ...(job.startedAt === undefined ? {} : { started: timeText(job.startedAt) }),
    ...(job.finishedAt === undefined ? {} : { finished: timeText(job.finishedAt) }),
    updated: timeText(job.updatedAt),
    attempt: job.attempt,
    ...(job.executionId === undefined ? {} : { executionId: job.executionId }),
    processRevision: job.processRevision,
    ...(job.tags.length === 0 ? {} : { tags: job.tags }),
    ...(job.failure === undefined ? {} : { exception: failureDocument(job) }),
    links: statusLinks(job, baseUrl),
  };
}

/** Makes the problem of a failed job: what is known of the failure stands beside the sentence. */
export function failureDocument(job: Job): Readonly<Record<string, unknown>> {
  const { message, ...known } = job.failure ?? { message: job.message };
  return { ...problemDocument(new Problem("job-failed", message)), ...known };
}

function statusLinks(job: Job, baseUrl: string): readonly Link[] {
  const url = jobUrl(baseUrl, job.id);
  return [
    jsonLink(url, "self", "Status of the job"),
    ...(isFinished(job.status) ? [] : [jsonLink(url, "monitor", "Status of the job")]),
    ...(job.status === "successful" ? [jsonLink(`${url}/results`, relations.results, "Results of the job")] : []),
    ...(job.status === "failed" ? [jsonLink(`${url}/results`, relations.exceptions, "Why the job failed")] : []),
    { href: `${url}/log`, rel: relations.log, type: "text/plain", title: "Log of the job" },
  ];
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}
