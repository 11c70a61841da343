import type { DocumentName } from "./api-schemas.ts";

/** What an answer holds: a document, or bytes of some media type. */
type Content =
  | { readonly document: DocumentName; readonly isPage?: boolean }
  | { readonly mediaType: string }
  | undefined;

/** What the API description says of a route, besides its path, parameters and body. */
export type ApiOperation = {
  readonly summary: string;
  readonly tag: "service" | "processes" | "providers" | "jobs" | "files";
  /** Names of query parameters, each with what it means. */
  readonly query?: Readonly<Record<string, string>>;
  /** Answers that are no problem, by status. */
  readonly answers: Readonly<Record<number, { readonly about: string; readonly content?: Content }>>;
  /** Statuses of the problems that it may answer with, besides those of every route. */
  readonly problems?: readonly number[];
  /** What is posted to subscribers of the request: the document, by the member of `subscriber` that names the URL. */
  readonly callbacks?: Readonly<Record<string, DocumentName>>;
  /** Problems are told as OWS exception reports, in XML. */
  readonly hasExceptionReports?: boolean;
};

const dryRun = "true: the request is checked and answered as it was understood; nothing is run or stored";
const paging = { limit: "the most items of one page", after: "where the page before ended" } as const;
const filters = {
  ...paging,
  before: "where the page behind began",
  type: "kinds of jobs; process is the only one",
  processID: "ids of processes, separated by commas",
  provider: "ids of providers, separated by commas",
  status: "states, separated by commas",
  datetime: "instant or interval of the creation (RFC 3339)",
  minDuration: "shortest duration in seconds",
  maxDuration: "longest duration in seconds",
  tags: "tags that a job must all have, separated by commas",
  q: "words that must all be said of a job that ended: its process, tags, last message or failure; commas part alternatives",
  sortby: "created, finished, status, processID, provider or user; - before it for falling, -created if not given",
  sort: "the same keys, of which created and finished fall without a sign",
} as const;

function ok(document: DocumentName, about: string): ApiOperation["answers"] {
  return { 200: { about, content: { document } } };
}

/** A document with an entity tag, which is a page too. */
function tagged(document: DocumentName, about: string): ApiOperation["answers"] {
  return { 200: { about, content: { document, isPage: true } }, ...notChanged };
}

const notChanged = { 304: { about: "Not changed" } } as const;

/** OGC 18-062r2 /req/callback/job-callback. */
const callbacks = { successUri: "Results", inProgressUri: "StatusInfo", failedUri: "StatusInfo" } as const;

const wpsAnswers = { 200: { about: "A document of WPS, or raw data", content: { mediaType: "text/xml" } } } as const;

const wpsByKvp: ApiOperation = {
  summary: "WPS 1.0.0 and 2.0.0 by key and value pairs",
  tag: "processes",
  query: {
    service: "WPS",
    request: "GetCapabilities, DescribeProcess, Execute (1.0.0), GetStatus, GetResult or Dismiss (2.0.0)",
    version: "1.0.0 or 2.0.0; 1.0.0 if not given",
    AcceptVersions: "versions that the client speaks, the best first",
    identifier: "ids of processes, separated by commas, or all",
    DataInputs: "inputs of an execution, separated by semicolons",
    ResponseDocument: "outputs of the response document, separated by semicolons",
    RawDataOutput: "the one output that is answered by itself",
    storeExecuteResponse: "true: the response is kept at a status location",
    status: "true: the answer does not wait for the end",
    lineage: "true: the response repeats the inputs",
    language: "language of the execution",
    jobId: "id of a job",
  },
  answers: wpsAnswers,
  problems: [410, 500, 503],
  hasExceptionReports: true,
};

const wpsByXml: ApiOperation = {
  summary: "WPS 1.0.0 and 2.0.0 by XML",
  tag: "processes",
  answers: wpsAnswers,
  problems: [410, 413, 415, 500, 503],
  hasExceptionReports: true,
};

/** A result by itself, or one of its items. */
const oneResult = {
  answers: {
    200: { about: "The value", content: { mediaType: "*/*" } },
    206: { about: "A part of the file", content: { mediaType: "*/*" } },
    303: { about: "The value is elsewhere" },
    304: { about: "Not changed" },
  },
  problems: [410, 416, 500],
} as const;

/** Every route of the service, by method and path as the routes write them. */
export const apiOperations: Readonly<Record<string, ApiOperation>> = {
  "GET /": { summary: "Landing page", tag: "service", answers: tagged("LandingPage", "Links to all resources") },
  "GET /conformance": {
    summary: "Conformance classes",
    tag: "service",
    answers: tagged("ConformanceClasses", "URIs of the classes that hold"),
  },
  "GET /api": {
    summary: "API description",
    tag: "service",
    answers: {
      200: { about: "This document", content: { mediaType: "application/vnd.oai.openapi+json;version=3.0" } },
      ...notChanged,
    },
  },
  "GET /api.html": {
    summary: "API description for people",
    tag: "service",
    answers: { 200: { about: "A page", content: { mediaType: "text/html" } } },
  },
  "GET /api/:asset": {
    summary: "Scripts and styles of the page",
    tag: "service",
    answers: { 200: { about: "A file", content: { mediaType: "text/css" } } },
  },
  "GET /healthz": { summary: "Whether the service lives", tag: "service", answers: ok("Health", "It lives") },
  "GET /readyz": {
    summary: "Whether the service can work",
    tag: "service",
    answers: ok("Health", "It can"),
    problems: [503],
  },
  "GET /processes": {
    summary: "List processes",
    tag: "processes",
    query: paging,
    answers: tagged("ProcessList", "One page of processes"),
  },
  "POST /processes": {
    summary: "Deploy a process",
    tag: "processes",
    answers: { 201: { about: "Deployed; Location is the process", content: { document: "ProcessSummary" } } },
    problems: [409, 413, 415],
  },
  "GET /processes/:processId": {
    summary: "Describe a process",
    tag: "processes",
    answers: tagged("Process", "The description"),
  },
  "PUT /processes/:processId": {
    summary: "Replace a process",
    tag: "processes",
    answers: { 204: { about: "Replaced" } },
    problems: [409, 413, 415],
  },
  "DELETE /processes/:processId": {
    summary: "Undeploy a process",
    tag: "processes",
    answers: { 204: { about: "Undeployed" } },
  },
  "POST /processes/:processId/execution": {
    summary: "Execute a process",
    tag: "processes",
    query: { tags: "tags of the job, separated by commas", dryRun },
    answers: {
      200: { about: "The results of a synchronous execution", content: { document: "Results" } },
      201: { about: "A job; Location is its status", content: { document: "StatusInfo" } },
      204: { about: "Nothing was asked for, or links to the outputs in Link" },
    },
    callbacks,
    problems: [413, 415, 422, 429, 500],
  },
  "GET /processes/:processId/execution": {
    summary: "Execute a process by a query: a parameter for each input",
    tag: "processes",
    query: {
      tags: "tags of the job, separated by commas",
      dryRun,
      f: "stands for Accept",
      prefer: "stands for Prefer",
    },
    answers: {
      200: { about: "The results of a synchronous execution", content: { document: "Results" } },
      201: { about: "A job; Location is its status", content: { document: "StatusInfo" } },
      204: { about: "Nothing was asked for, or links to the outputs in Link" },
    },
    problems: [422, 429, 500],
  },
  "GET /processes/:processId/jobs": {
    summary: "List the jobs of a process",
    tag: "jobs",
    query: filters,
    answers: tagged("JobList", "One page of jobs, the newest first"),
  },
  "GET /providers": {
    summary: "List providers",
    tag: "providers",
    answers: tagged("ProviderList", "The servers whose processes can run from here, each with its state"),
  },
  "POST /providers": {
    summary: "Register a provider",
    tag: "providers",
    answers: { 201: { about: "Registered; Location is the provider", content: { document: "Provider" } } },
    problems: [409, 413, 415, 422],
  },
  "GET /providers/:providerId": {
    summary: "One provider",
    tag: "providers",
    answers: tagged("Provider", "The provider with its state"),
  },
  "DELETE /providers/:providerId": {
    summary: "Forget a provider",
    tag: "providers",
    answers: { 204: { about: "Forgotten" } },
  },
  "GET /providers/:providerId/processes": {
    summary: "List the processes of a provider",
    tag: "providers",
    answers: tagged("ProviderProcessList", "What the provider offers"),
    problems: [502],
  },
  "GET /providers/:providerId/processes/:processId": {
    summary: "Describe a process of a provider",
    tag: "providers",
    answers: tagged("Process", "The description"),
    problems: [502],
  },
  "POST /providers/:providerId/processes/:processId/execution": {
    summary: "Execute a process of a provider",
    tag: "providers",
    query: { tags: "tags of the job, separated by commas", dryRun },
    answers: {
      200: { about: "The results of a synchronous execution", content: { document: "Results" } },
      201: { about: "A job; Location is its status", content: { document: "StatusInfo" } },
      204: { about: "Nothing was asked for, or links to the outputs in Link" },
    },
    callbacks,
    problems: [413, 415, 422, 429, 500, 502],
  },
  "GET /providers/:providerId/processes/:processId/jobs": {
    summary: "List the jobs of a process of a provider",
    tag: "jobs",
    query: filters,
    answers: tagged("JobList", "One page of jobs, the newest first"),
  },
  "GET /jobs": {
    summary: "List jobs",
    tag: "jobs",
    query: filters,
    answers: tagged("JobList", "One page of jobs, the newest first"),
  },
  "GET /jobs/:jobId": { summary: "Status of a job", tag: "jobs", answers: tagged("StatusInfo", "The status") },
  "DELETE /jobs/:jobId": {
    summary: "Dismiss a job",
    tag: "jobs",
    answers: ok("StatusInfo", "Dismissed"),
    problems: [409, 410],
  },
  "DELETE /jobs": {
    summary: "Dismiss several jobs",
    tag: "jobs",
    answers: ok("DismissedJobs", "What became of each: its status, or the exception that kept it from being dismissed"),
    problems: [413, 415],
  },
  "GET /events": {
    summary: "Watch all jobs: server-sent events job and reset",
    tag: "jobs",
    answers: { 200: { about: "Events, until the client goes", content: { mediaType: "text/event-stream" } } },
  },
  "GET /jobs/:jobId/events": {
    summary: "Watch a job: server-sent events status, stage, progress and log; Last-Event-ID resumes",
    tag: "jobs",
    answers: {
      200: { about: "Events, until the job has ended", content: { mediaType: "text/event-stream" } },
      204: { about: "It has ended, and nothing follows" },
    },
  },
  "POST /jobs/:jobId/retry": {
    summary: "Run a failed or dismissed job again",
    tag: "jobs",
    answers: ok("StatusInfo", "Accepted again"),
    problems: [409, 410, 413, 415],
  },
  "GET /jobs/:jobId/results": {
    summary: "Results of a job",
    tag: "jobs",
    query: { outputs: "ids of outputs, separated by commas", profile: "ogc-results for the document" },
    answers: { ...tagged("Results", "The results"), 204: { about: "Links to the outputs in Link" } },
    problems: [410, 500],
  },
  "GET /jobs/:jobId/results/:outputId": {
    summary: "One result of a job",
    tag: "jobs",
    ...oneResult,
  },
  "GET /jobs/:jobId/results/:outputId/:item": {
    summary: "One item of a result with several values",
    tag: "jobs",
    ...oneResult,
  },
  "GET /jobs/:jobId/inputs": { summary: "Request of a job", tag: "jobs", answers: tagged("JobInputs", "The request") },
  "GET /jobs/:jobId/exceptions": {
    summary: "Why a job failed",
    tag: "jobs",
    answers: tagged("JobExceptions", "The exceptions, none for a job that did not fail"),
  },
  "GET /jobs/:jobId/statistics": {
    summary: "Times of a job",
    tag: "jobs",
    answers: tagged("JobStatistics", "The times"),
  },
  "GET /jobs/:jobId/notifications": {
    summary: "What subscribers of a job were told",
    tag: "jobs",
    answers: tagged("JobNotifications", "The notifications with each try, none for a job without subscribers"),
  },
  "GET /jobs/:jobId/log": {
    summary: "Log of a job",
    tag: "jobs",
    query: {
      offset: "first byte of a page; X-Next-Offset tells where the next one begins",
      limit: "the most bytes of a page",
      tail: "the last so many lines",
    },
    answers: {
      200: { about: "The lines", content: { mediaType: "text/plain" } },
      206: { about: "A part of them", content: { mediaType: "text/plain" } },
      304: { about: "Not changed" },
    },
    problems: [416],
  },
  "GET /wps": wpsByKvp,
  "POST /wps": wpsByXml,
  "GET /ows/wps": wpsByKvp,
  "POST /ows/wps": wpsByXml,
  "POST /vault": {
    summary: "Upload a file",
    tag: "files",
    answers: { 201: { about: "Its id, and the token that its use needs", content: { document: "UploadedFile" } } },
    problems: [413, 415],
  },
};

/** The published files lie below a path that is a setting. */
export const outputsOperation: ApiOperation = {
  summary: "A published output or log",
  tag: "files",
  answers: {
    200: { about: "The bytes", content: { mediaType: "*/*" } },
    206: { about: "A part of them", content: { mediaType: "*/*" } },
    304: { about: "Not changed" },
  },
  problems: [416],
};
