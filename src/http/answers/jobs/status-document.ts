import { defined } from "../../../domain/defined.ts";
import type { JobDocument } from "../../../domain/documents/job.ts";
import type { InputsDocument } from "../../../domain/documents/job-inputs.ts";
import type { JobStatistics, JobStatisticsDocument } from "../../../domain/documents/job-statistics.ts";
import type { NotificationsDocument } from "../../../domain/documents/notifications.ts";
import type { RanBefore } from "../../../domain/documents/ran-before.ts";
import type { Job, JobRequest } from "../../../domain/jobs/job.ts";
import { isFinished } from "../../../domain/jobs/job-state.ts";
import { jobTimes } from "../../../domain/jobs/job-times.ts";
import { jobUrl, jsonLink, type Link, processUrl, relations } from "../../../domain/links.ts";
import { subscriberMembers } from "../../../domain/people/subscriber.ts";
import { Problem } from "../../../domain/problem.ts";
import { documentOfItem } from "../../../domain/values/inner-files.ts";
import { isJsonObject, type Json } from "../../../domain/values/json.ts";
import { type InputItem, type Inputs, isItemList } from "../../../domain/values/values.ts";
import type { JobOutlook } from "../../../operations/jobs/job-outlook.ts";
import type { JobPeople } from "../../../operations/jobs/job-people.ts";
import type { CheckedJob } from "../../../operations/submit/submission.ts";
import type { ShownNotification } from "../../../operations/submit/subscribers.ts";
import { problemDocument } from "../problem-response.ts";
import type { ResultsTarget } from "../results/results-target.ts";

/**
 * Makes the status document of a job: the union of what OGC 18-062r2 and the 2.0 draft ask for, and the stage by name.
 */
export function statusDocument(
  job: Job,
  baseUrl: string,
  { results, ...known }: JobOutlook & JobPeople & { readonly results?: ResultsTarget } = {},
): JobDocument {
  const { queuePosition, nextPollAt, estimatedCompletionAt, expiresAt, waitsFor = job.wait?.reason } = known;
  return defined({
    jobID: job.id,
    id: job.id,
    type: "process",
    processingEntityType: "ogc-api-processes",
    processID: job.processId,
    title: job.request.title,
    providerID: job.providerId,
    remoteJobID: job.remoteJobId,
    status: job.status,
    message: job.message,
    progress: job.progress,
    stage: job.stage,
    created: timeText(job.createdAt),
    started: knownTime(job.startedAt),
    finished: knownTime(job.finishedAt),
    updated: timeText(job.updatedAt),
    ...endedTimes(job),
    user: known.user,
    dismissedBy: known.dismissedBy,
    retriedBy: known.retriedBy,
    kept: job.keptAt === undefined ? undefined : defined({ since: timeText(job.keptAt), by: known.keptBy }),
    nextPoll: knownTime(nextPollAt),
    estimatedCompletion: knownTime(estimatedCompletionAt),
    expirationDate: knownTime(expiresAt),
    waitsFor,
    queuePosition,
    priority: job.priority === 0 ? undefined : job.priority,
    attempt: job.attempt,
    executionId: job.executionId,
    processRevision: job.processRevision,
    tags: job.tags.length === 0 ? undefined : job.tags,
    warnings: job.request.warnings,
    exception: job.failure === undefined ? undefined : failureDocument(job),
    links: statusLinks(job, baseUrl, results),
  });
}

/** What an earlier attempt took is no wait of this one: then only the run is told. */
function endedTimes(job: Job): Pick<JobDocument, "waitingSeconds" | "runningSeconds"> {
  if (job.finishedAt === undefined) return {};
  const { waiting, running } = jobTimes(job, job.finishedAt);
  return defined({
    waitingSeconds: job.attempt > 1 ? undefined : waiting / 1000,
    runningSeconds: running === undefined ? undefined : running / 1000,
  });
}

/** Builds the problem of a failed job: what is known of the failure stands beside the sentence. */
export function failureDocument(job: Job): Readonly<Record<string, unknown>> {
  const { message, ...known } = job.failure ?? { message: job.message };
  return { ...problemDocument(new Problem("job-failed", message)), ...known };
}

/** Builds the request of a job again, in the words of the standard (execute.yaml). */
export function inputsDocument(job: Job, baseUrl: string): InputsDocument {
  return {
    ...requestDocument(job.request, job.isSync),
    links: [jsonLink(`${jobUrl(baseUrl, job.id)}/inputs`, "self"), jsonLink(jobUrl(baseUrl, job.id), "up")],
  };
}

/** Builds a request that was understood again, in the words of the standard (execute.yaml). */
function requestDocument(
  { inputs, outputs, response, title }: JobRequest,
  isSync: boolean,
): Omit<InputsDocument, "links"> {
  return {
    inputs: inputMembers(inputs),
    outputs: outputs ?? {},
    mode: isSync ? "sync" : "async",
    ...defined({ response, title }),
  };
}

/** Builds inputs again as a client gives them (execute.yaml). */
export function inputMembers(inputs: Inputs): InputsDocument["inputs"] {
  const members = Object.entries(inputs).map(([id, given]) => [
    id,
    isItemList(given) ? given.map(inputMember) : inputMember(given),
  ]);
  return Object.fromEntries(members);
}

/**
 * Builds the request that a client could have sent instead: nothing is left to defaults of the service. Says which job of the
 * same person ran it before, where there is one.
 */
export function checkedDocument(
  { process, request, isSync, subscribers }: CheckedJob,
  ranBefore: RanBefore | undefined,
): Readonly<Record<string, unknown>> {
  const { priority, maxSeconds, isPinned } = request.run ?? {};
  const heddle = defined({ priority, maxSeconds, pinned: isPinned });
  const outputs = request.outputs ?? Object.fromEntries(Object.keys(process.description.outputs).map((id) => [id, {}]));
  return {
    process: process.id,
    ...requestDocument({ ...request, outputs }, isSync),
    ...(Object.keys(heddle).length === 0 ? {} : { heddle }),
    ...(subscribers.length === 0 ? {} : { subscriber: subscriberMembers(subscribers) }),
    ...defined({ ranBefore }),
  };
}

function inputMember(item: InputItem): Json {
  switch (item.kind) {
    case "reference":
      return { href: item.href, ...defined({ type: item.mediaType }) };
    case "bbox":
      return { bbox: item.bbox, crs: item.crs };
    case "file":
    case "list":
      return documentOfItem(item);
    case "record":
      return { value: documentOfItem(item) };
    case "value": {
      const { kind: _kind, value, ...qualifiers } = item;
      const isBare = Object.keys(qualifiers).length === 0 && !isJsonObject(value);
      return isBare ? value : { value, ...qualifiers };
    }
    default:
      return item satisfies never;
  }
}

/** Builds the statistics of a job. */
export function statisticsDocument(jobId: string, statistics: JobStatistics, baseUrl: string): JobStatisticsDocument {
  const url = jobUrl(baseUrl, jobId);
  return { ...statistics, links: [jsonLink(`${url}/statistics`, "self"), jsonLink(url, "up")] };
}

/** Builds the list of what was told of a job: to whom, each try with its answer, and when it is tried next. */
export function notificationsDocument(
  job: Job,
  notifications: readonly ShownNotification[],
  baseUrl: string,
): NotificationsDocument {
  return {
    notifications: notifications.map(({ id, event, channel, address, state, attempt, createdAt, dueAt, tries }) => ({
      id,
      event,
      channel,
      address,
      status: state,
      attempt,
      created: timeText(createdAt),
      ...defined({ nextTry: knownTime(dueAt) }),
      tries: tries.map(({ at, status, error }) => ({ at: timeText(at), status, error })),
    })),
    links: [jsonLink(`${jobUrl(baseUrl, job.id)}/notifications`, "self"), jsonLink(jobUrl(baseUrl, job.id), "up")],
  };
}

function statusLinks(job: Job, baseUrl: string, results: ResultsTarget): readonly Link[] {
  const url = jobUrl(baseUrl, job.id);
  return [
    jsonLink(url, "self", "Status of the job"),
    ...(isFinished(job.status) ? [] : [jsonLink(url, "monitor", "Status of the job")]),
    ...(results === undefined
      ? []
      : [{ href: `${url}/results`, rel: relations.results, ...results, title: "Results of the job" }]),
    ...(job.status === "failed" ? [{ ...problem, href: `${url}/results`, title: "Why the job failed" }] : []),
    jsonLink(`${url}/inputs`, "inputs", "Inputs of the job"),
    ...(job.providerId === undefined
      ? [jsonLink(processUrl(baseUrl, `${job.processId}@${job.processRevision}`), "describedby", ranTitle)]
      : []),
    jsonLink(url.slice(0, url.lastIndexOf("/")), "up", "Jobs"),
    ...(job.request.notify === undefined
      ? []
      : [jsonLink(`${url}/notifications`, "notifications", "What was told of the job")]),
    jsonLink(`${url}/prov`, "provenance", provenanceTitle(job)),
    { href: `${url}/log`, rel: relations.log, type: "text/plain", title: "Log of the job" },
  ];
}

const ranTitle = "The process, in the version that this job ran";

/** A job without results came to none. */
function provenanceTitle({ status }: Job): string {
  if (status === "successful") return "How the job came to its results";
  if (status === "failed") return "How the job came to fail";
  return status === "dismissed" ? "What the job did until it was dismissed" : "What the job has done so far";
}

const problem = { rel: relations.exceptions, type: "application/problem+json" } as const;

function knownTime(at: number | undefined): string | undefined {
  return at === undefined ? undefined : timeText(at);
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}
