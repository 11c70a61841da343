import { essenceOf } from "../domain/media-type.ts";
import { createPackageExamples } from "../operations/package-examples.ts";
import type { MetricsDeps } from "../operations/read-metrics.ts";
import { filesMediaTypes, readFiles } from "./deployment-files.ts";
import type { Route } from "./route.ts";
import { apiRoutes } from "./routes/api.ts";
import { type AuditRouteDeps, auditRoutes } from "./routes/audit.ts";
import { consoleRoutes } from "./routes/console.ts";
import { deployPageRoutes } from "./routes/deploy-page.ts";
import { type EventRouteDeps, eventRoutes } from "./routes/events.ts";
import { type ExecutionRouteDeps, executionRoutes } from "./routes/executions.ts";
import { fillFormRoutes } from "./routes/fill-forms.ts";
import { type HealthRouteDeps, healthRoutes } from "./routes/health.ts";
import { type JobActionRouteDeps, jobActionRoutes } from "./routes/job-actions.ts";
import { type JobRouteDeps, jobRoutes } from "./routes/jobs.ts";
import { keptJobRoutes } from "./routes/kept-jobs.ts";
import type { KeyRouteDeps } from "./routes/key-forms.ts";
import { keyRoutes } from "./routes/keys.ts";
import { type LandingRouteDeps, landingRoutes } from "./routes/landing.ts";
import { type LicenceRouteDeps, licenceRoutes } from "./routes/licence.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { type NoticesRouteDeps, noticesRoutes } from "./routes/notices.ts";
import { type OutputRouteDeps, outputRoutes } from "./routes/outputs.ts";
import { processFormRoutes } from "./routes/process-forms.ts";
import { processRevisionRoutes } from "./routes/process-revisions.ts";
import { type ProcessRouteDeps, processRoutes } from "./routes/processes.ts";
import { type ProvenanceRouteDeps, provenanceRoutes } from "./routes/provenance.ts";
import type { ProviderRouteDeps } from "./routes/provider-forms.ts";
import { providerRoutes } from "./routes/providers.ts";
import { type ResultRouteDeps, resultRoutes } from "./routes/results.ts";
import { shareFormRoutes } from "./routes/share-forms.ts";
import { type ShareRouteDeps, shareRoutes } from "./routes/shares.ts";
import { type SignInRouteDeps, signInRoutes } from "./routes/sign-in.ts";
import { type SystemRouteDeps, systemRoutes } from "./routes/system.ts";
import { type UploadRouteDeps, uploadRoutes } from "./routes/uploads.ts";
import { type VaultRouteDeps, vaultRoutes } from "./routes/vault.ts";
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
    ...keyRoutes(deps),
    ...vaultRoutes(deps),
    ...uploadRoutes(deps),
    ...wpsRoutes(deps),
  ];
  return routes;
}
