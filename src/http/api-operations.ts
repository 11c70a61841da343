import type { DocumentName } from "./api-schemas.ts";

/** What an answer holds: a document, or bytes of some media type. */
type Content = { readonly document: DocumentName } | { readonly mediaType: string } | undefined;

/** What the API description says of a route, besides its path, parameters and body. */
export type ApiOperation = {
  readonly summary: string;
  readonly tag: "service" | "processes" | "jobs" | "files";
  /** Names of query parameters, each with what it means. */
  readonly query?: Readonly<Record<string, string>>;
  /** Answers that are no problem, by status. */
  readonly answers: Readonly<Record<number, { readonly about: string; readonly content?: Content }>>;
  /** Statuses of the problems that it may answer with, besides those of every route. */
  readonly problems?: readonly number[];
};

const paging = { limit: "the most items of one page", after: "where the page before ended" } as const;
const filters = {
  ...paging,
  type: "kinds of jobs; process is the only one",
  processID: "ids of processes, separated by commas",
  status: "states, separated by commas",
  datetime: "instant or interval of the creation (RFC 3339)",
  minDuration: "shortest duration in seconds",
  maxDuration: "longest duration in seconds",
  tags: "tags that a job must all have, separated by commas",
} as const;

function ok(document: DocumentName, about: string): ApiOperation["answers"] {
  return { 200: { about, content: { document } } };
}

/** Every route of the service, by method and path as the routes write them. */
export const apiOperations: Readonly<Record<string, ApiOperation>> = {
  "GET /": { summary: "Landing page", tag: "service", answers: ok("LandingPage", "Links to all resources") },
  "GET /conformance": {
    summary: "Conformance classes",
    tag: "service",
    answers: ok("ConformanceClasses", "URIs of the classes that hold"),
  },
  "GET /api": {
    summary: "API description",
    tag: "service",
    answers: {
      200: { about: "This document", content: { mediaType: "application/vnd.oai.openapi+json;version=3.0" } },
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
    answers: ok("ProcessList", "One page of processes"),
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
    answers: ok("Process", "The description"),
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
    query: { tags: "tags of the job, separated by commas" },
    answers: {
      200: { about: "The results of a synchronous execution", content: { document: "Results" } },
      201: { about: "A job; Location is its status", content: { document: "StatusInfo" } },
      204: { about: "Nothing was asked for, or links to the outputs in Link" },
    },
    problems: [413, 415, 422, 429, 500],
  },
  "GET /processes/:processId/execution": {
    summary: "Execute a process by a query: a parameter for each input",
    tag: "processes",
    query: { tags: "tags of the job, separated by commas", f: "stands for Accept", prefer: "stands for Prefer" },
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
    answers: ok("JobList", "One page of jobs, the newest first"),
  },
  "GET /jobs": {
    summary: "List jobs",
    tag: "jobs",
    query: filters,
    answers: ok("JobList", "One page of jobs, the newest first"),
  },
  "GET /jobs/:jobId": { summary: "Status of a job", tag: "jobs", answers: ok("StatusInfo", "The status") },
  "DELETE /jobs/:jobId": {
    summary: "Dismiss a job",
    tag: "jobs",
    answers: ok("StatusInfo", "Dismissed"),
    problems: [409, 410],
  },
  "GET /jobs/:jobId/results": {
    summary: "Results of a job",
    tag: "jobs",
    query: { outputs: "ids of outputs, separated by commas", profile: "ogc-results for the document" },
    answers: { ...ok("Results", "The results"), 204: { about: "Links to the outputs in Link" } },
    problems: [410, 500],
  },
  "GET /jobs/:jobId/results/:outputId": {
    summary: "One result of a job",
    tag: "jobs",
    answers: {
      200: { about: "The value", content: { mediaType: "*/*" } },
      206: { about: "A part of the file", content: { mediaType: "*/*" } },
      303: { about: "The value is elsewhere" },
      304: { about: "Not changed" },
    },
    problems: [410, 416, 500],
  },
  "GET /jobs/:jobId/results/:outputId/:item": {
    summary: "One item of a result with several values",
    tag: "jobs",
    answers: {
      200: { about: "The value", content: { mediaType: "*/*" } },
      206: { about: "A part of the file", content: { mediaType: "*/*" } },
      303: { about: "The value is elsewhere" },
      304: { about: "Not changed" },
    },
    problems: [410, 416, 500],
  },
  "GET /jobs/:jobId/inputs": { summary: "Request of a job", tag: "jobs", answers: ok("JobInputs", "The request") },
  "GET /jobs/:jobId/exceptions": {
    summary: "Why a job failed",
    tag: "jobs",
    answers: ok("JobExceptions", "The exceptions, none for a job that did not fail"),
  },
  "GET /jobs/:jobId/statistics": { summary: "Times of a job", tag: "jobs", answers: ok("JobStatistics", "The times") },
  "GET /jobs/:jobId/log": {
    summary: "Log of a job",
    tag: "jobs",
    answers: {
      200: { about: "The lines", content: { mediaType: "text/plain" } },
      206: { about: "A part of them", content: { mediaType: "text/plain" } },
      304: { about: "Not changed" },
    },
    problems: [416],
  },
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
