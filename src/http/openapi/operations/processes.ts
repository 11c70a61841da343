import { type ApiOperations, paging, tagged } from "./operation.ts";

/** Processes of this server. */
export const processOperations: ApiOperations = {
  "GET /processes": {
    summary: "List processes",
    tag: "processes",
    query: { ...paging, visibility: "public or private: only these of the processes that may be seen" },
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
};
