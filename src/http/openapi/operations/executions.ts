import type { ApiOperations } from "./operation.ts";

const query = {
  tags: "tags of the job, separated by commas",
  dryRun: "true: the request is checked and answered as it was understood; nothing is run or stored",
} as const;

/** OGC 18-062r2 /req/callback/job-callback. */
const callbacks = { successUri: "Results", inProgressUri: "StatusInfo", failedUri: "StatusInfo" } as const;

/** What became of a request is told in the same ways wherever the process is. */
const answers = {
  200: { about: "The results of a synchronous execution", content: { document: "Results" } },
  201: { about: "A job; Location is its status", content: { document: "StatusInfo" } },
  204: { about: "Nothing was asked for, or links to the outputs in Link" },
} as const;

/** Routes that execute a process, of this server or of a provider. */
export const executionOperations: ApiOperations = {
  "POST /processes/:processId/execution": {
    summary: "Execute a process",
    tag: "processes",
    query,
    answers,
    callbacks,
    problems: [413, 415, 422, 429, 500],
  },
  "GET /processes/:processId/execution": {
    summary: "Execute a process by a query: a parameter for each input; who asks for HTML gets a form to execute it",
    tag: "processes",
    query: {
      ...query,
      f: "stands for Accept",
      prefer: "stands for Prefer",
    },
    answers,
    problems: [422, 429, 500],
  },
  "POST /providers/:providerId/processes/:processId/execution": {
    summary: "Execute a process of a provider",
    tag: "providers",
    query,
    answers,
    callbacks,
    problems: [413, 415, 422, 429, 500, 502],
  },
};
