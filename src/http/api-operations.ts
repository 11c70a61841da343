import { executionOperations } from "./api/executions.ts";
import { fileOperations } from "./api/files.ts";
import { jobOperations } from "./api/jobs.ts";
import type { ApiOperations } from "./api/operation.ts";
import { processOperations } from "./api/processes.ts";
import { providerOperations } from "./api/providers.ts";
import { resultOperations } from "./api/results.ts";
import { serviceOperations } from "./api/service.ts";
import { wpsOperations } from "./api/wps.ts";

/** Every route of the service, by method and path as the routes write them. */
export const apiOperations: ApiOperations = {
  ...serviceOperations,
  ...processOperations,
  ...executionOperations,
  ...providerOperations,
  ...jobOperations,
  ...resultOperations,
  ...fileOperations,
  ...wpsOperations,
};
