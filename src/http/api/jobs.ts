import { type ApiOperations, ok, paging, tagged } from "./operation.ts";

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

const log = {
  summary: "Log of a job",
  tag: "jobs",
  query: {
    offset: "first byte of a page; X-Next-Offset tells where the next one begins",
    limit: "the most bytes of a page",
    tail: "the last so many lines",
    f: "text, or json for a list of lines",
  },
  answers: {
    200: { about: "The lines", content: { mediaType: "text/plain" } },
    206: { about: "A part of them", content: { mediaType: "text/plain" } },
    304: { about: "Not changed" },
  },
  problems: [406, 416],
} as const;

/** Jobs: lists, status, moves, events, and what is told of them. */
export const jobOperations: ApiOperations = {
  "GET /processes/:processId/jobs": {
    summary: "List the jobs of a process",
    tag: "jobs",
    query: filters,
    answers: tagged("JobList", "One page of jobs, the newest first"),
    problems: [503],
  },
  "GET /providers/:providerId/processes/:processId/jobs": {
    summary: "List the jobs of a process of a provider",
    tag: "jobs",
    query: filters,
    answers: tagged("JobList", "One page of jobs, the newest first"),
    problems: [503],
  },
  "GET /jobs": {
    summary: "List jobs",
    tag: "jobs",
    query: filters,
    answers: tagged("JobList", "One page of jobs, the newest first"),
    problems: [503],
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
  "GET /jobs/:jobId/log": log,
  "GET /jobs/:jobId/logs": log,
};
