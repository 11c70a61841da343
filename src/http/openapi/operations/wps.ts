import type { ApiOperation, ApiOperations } from "./operation.ts";

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

/** The WPS endpoint. */
export const wpsOperations: ApiOperations = {
  "GET /wps": wpsByKvp,
  "POST /wps": wpsByXml,
  "GET /ows/wps": wpsByKvp,
  "POST /ows/wps": wpsByXml,
};
