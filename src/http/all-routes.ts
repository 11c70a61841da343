import { essenceOf } from "../domain/values/media-type.ts";
import { createPackageExamples } from "../operations/processes/package-examples.ts";
import type { MetricsDeps } from "../operations/system/read-metrics.ts";
import { filesMediaTypes, readFiles } from "./request/deployment-files.ts";
import type { Route } from "./route.ts";
import { type EventRouteDeps, eventRoutes } from "./routes/jobs/events.ts";
import { type ExecutionRouteDeps, executionRoutes } from "./routes/jobs/executions.ts";
import { type JobActionRouteDeps, jobActionRoutes } from "./routes/jobs/job-actions.ts";
import { type JobRouteDeps, jobRoutes } from "./routes/jobs/jobs.ts";
import { keptJobRoutes } from "./routes/jobs/kept-jobs.ts";
import { type ProvenanceRouteDeps, provenanceRoutes } from "./routes/jobs/provenance.ts";
import { type AuditRouteDeps, auditRoutes } from "./routes/people/audit.ts";
import type { KeyRouteDeps } from "./routes/people/key-forms.ts";
import { keyRoutes } from "./routes/people/keys.ts";
import { type NoticesRouteDeps, noticesRoutes } from "./routes/people/notices.ts";
import { type SignInRouteDeps, signInRoutes } from "./routes/people/sign-in.ts";
import { deployPageRoutes } from "./routes/processes/deploy-page.ts";
import { fillFormRoutes } from "./routes/processes/fill-forms.ts";
import { processFormRoutes } from "./routes/processes/process-forms.ts";
import { processRevisionRoutes } from "./routes/processes/process-revisions.ts";
import { type ProcessRouteDeps, processRoutes } from "./routes/processes/processes.ts";
import type { ProviderRouteDeps } from "./routes/providers/provider-forms.ts";
import { providerRoutes } from "./routes/providers/providers.ts";
import { type OutputRouteDeps, outputRoutes } from "./routes/results/outputs.ts";
import { type ResultRouteDeps, resultRoutes } from "./routes/results/results.ts";
import { shareFormRoutes } from "./routes/results/share-forms.ts";
import { shareListRoutes } from "./routes/results/share-lists.ts";
import { type ShareRouteDeps, shareRoutes } from "./routes/results/shares.ts";
import { apiRoutes } from "./routes/system/api.ts";
import { consoleRoutes } from "./routes/system/console.ts";
import { type HealthRouteDeps, healthRoutes } from "./routes/system/health.ts";
import { type LandingRouteDeps, landingRoutes } from "./routes/system/landing.ts";
import { type LicenceRouteDeps, licenceRoutes } from "./routes/system/licence.ts";
import { metricsRoutes } from "./routes/system/metrics.ts";
import { type SystemRouteDeps, systemRoutes } from "./routes/system/system.ts";
import { type UploadRouteDeps, uploadRoutes } from "./routes/uploads/uploads.ts";
import { type VaultRouteDeps, vaultRoutes } from "./routes/uploads/vault.ts";
import { type WpsRouteDeps, wpsRoutes } from "./wps/route.ts";

/** What routes use of others; what they make of it themselves is not given. */
export type GivenDeps = Omit<RouteDeps, "examples">;

/** What the routes use. */
type RouteDeps = ExecutionRouteDeps &
  AuditRouteDeps &
  EventRouteDeps &
  HealthRouteDeps &
  JobActionRouteDeps &
  JobRouteDeps &
  LandingRouteDeps &
  LicenceRouteDeps &
  MetricsDeps &
  NoticesRouteDeps &
  ProvenanceRouteDeps &
  OutputRouteDeps &
  ProcessRouteDeps &
  ProviderRouteDeps &
  ResultRouteDeps &
  ShareRouteDeps &
  SignInRouteDeps &
  SystemRouteDeps &
  KeyRouteDeps &
  UploadRouteDeps &
  VaultRouteDeps &
  WpsRouteDeps;

/** Lists all routes of the service. */
export function allRoutes(given: GivenDeps): readonly Route[] {
  const { database, inputChecks, settings } = given;
  const examples = createPackageExamples({
    ...{ database, inputChecks },
    readFiles: (mediaType, bytes) =>
      filesMediaTypes.includes(essenceOf(mediaType)) ? readFiles(mediaType, bytes, settings.maxBodyBytes) : undefined,
  });
  const deps: RouteDeps = { ...given, examples };
  const routes: readonly Route[] = [
    ...landingRoutes(deps),
    ...apiRoutes(deps, () => routes),
    ...licenceRoutes(deps),
    ...consoleRoutes(),
    ...healthRoutes(deps),
    ...metricsRoutes(deps),
    ...auditRoutes(deps),
    ...systemRoutes(deps),
    ...processRoutes(deps),
    ...deployPageRoutes(deps),
    ...processRevisionRoutes(deps),
    ...executionRoutes(deps),
    ...processFormRoutes(deps),
    ...fillFormRoutes(deps),
    ...providerRoutes(deps),
    ...jobRoutes(deps),
    ...provenanceRoutes(deps),
    ...jobActionRoutes(deps),
    ...eventRoutes(deps),
    ...resultRoutes(deps),
    ...outputRoutes(deps),
    ...keptJobRoutes(deps),
    ...shareRoutes(deps),
    ...shareFormRoutes(deps),
    ...signInRoutes(deps),
    ...noticesRoutes(deps),
    ...shareListRoutes(deps),
    ...keyRoutes(deps),
    ...vaultRoutes(deps),
    ...uploadRoutes(deps),
    ...wpsRoutes(deps),
  ];
  return routes;
}
