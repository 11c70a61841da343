import { executionOperations } from "./operations/executions.ts";
import { fileOperations } from "./operations/files.ts";
import { jobOperations } from "./operations/jobs.ts";
import type { ApiOperations } from "./operations/operation.ts";
import { processOperations } from "./operations/processes.ts";
import { providerOperations } from "./operations/providers.ts";
import { resultOperations } from "./operations/results.ts";
import { serviceOperations } from "./operations/service.ts";
import { wpsOperations } from "./operations/wps.ts";

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
