import { type ApiOperations, tagged } from "./operation.ts";

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

/** Results of a job. */
export const resultOperations: ApiOperations = {
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
};
