import { defined } from "../../domain/defined.ts";
import type { Job, JobRequest, NewJobEvent } from "../../domain/jobs/job.ts";
import { tagsIn } from "../../domain/jobs/job-tags.ts";
import { clientOf } from "../../domain/people/access.ts";
import type { Process } from "../../domain/processes/process.ts";
import { isJsonObject } from "../../domain/values/json.ts";
import type { Submission, SubmissionTarget } from "./submission.ts";

/** Builds an accepted job. Its tags are those beside the payload, those in it, and what kind of job it is. */
export function newJob(
  drawn: { readonly id: string; readonly at: number; readonly isSync: boolean; readonly isHidden: boolean },
  { principal, payload, tags, language }: Submission,
  { process, provider }: SubmissionTarget,
  request: JobRequest,
): Job {
  const isRemote = process.definition.kind === "remote";
  return {
    id: drawn.id,
    processId: process.id,
    processRevision: process.revision,
    isRemote,
    status: "accepted",
    isSync: drawn.isSync,
    tags: [
      ...tags,
      ...(isJsonObject(payload) ? tagsIn(payload.tags) : []),
      isRemote ? "remote" : "local",
      process.isWorkflow ? "workflow" : "application",
      drawn.isSync ? "sync" : "async",
    ],
    client: clientOf(principal),
    request: { ...request, ...defined({ processTitle: provider === undefined ? undefined : keptTitle(process) }) },
    priority: request.run?.priority ?? 0,
    attempt: 0,
    fence: 0,
    progress: 0,
    message: "Job accepted.",
    createdAt: drawn.at,
    updatedAt: drawn.at,
    earlyCrashes: 0,
    ...(drawn.isHidden ? { hidden: "waited" } : {}),
    ...(principal.origin === undefined
      ? {}
      : { origin: { ...principal.origin, role: principal.role, ...defined({ keyId: principal.keyId }) } }),
    ...(request.run?.isPinned === true ? { keptAt: drawn.at, ...defined({ keptBy: principal.user }) } : {}),
    ...defined({ providerId: provider?.id, user: principal.user, language }),
  };
}

/** So much of what a provider calls its process is kept, in characters. */
const longestTitle = 200;

function keptTitle({ id, description: { title = "" } }: Process): string | undefined {
  return title === "" || title === id ? undefined : title.slice(0, longestTitle);
}

/** Builds the first event of a job. */
export function acceptedEvent(job: Job): NewJobEvent {
  return { at: job.createdAt, kind: "status", status: job.status, progress: job.progress, message: job.message };
}
