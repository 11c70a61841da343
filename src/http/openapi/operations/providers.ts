import { type ApiOperations, tagged } from "./operation.ts";

/** Providers and their processes. */
export const providerOperations: ApiOperations = {
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
};
