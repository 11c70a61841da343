import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import { essenceOf } from "../../domain/values/media-type.ts";
import { type PackageBody, readPackage } from "../../operations/deploy/application-package.ts";
import type { Deployment } from "../../operations/deploy/deploy-process.ts";
import { deployedFinder, type FinderDeps } from "../../operations/deploy/deployed-steps.ts";
import type { FetchPackageDeps } from "../../operations/deploy/fetch-package.ts";
import { chooseStart } from "../../operations/deploy/package-files.ts";
import { ApplicationPackageSchema } from "../../operations/deploy/package-schema.ts";
import { requireAction } from "../../operations/people/guard.ts";
import { parseDisposition } from "../../wire/multipart.ts";
import { parsePrefer } from "../../wire/prefer.ts";
import { principalOf, type RouteContext } from "../route.ts";
import { filesMediaTypes, readFiles } from "./deployment-files.ts";
import { type BodyLimits, bodyText, parseJson, readBytes, requireContentType } from "./read-body.ts";

export type DeploymentDeps = Omit<FetchPackageDeps, "findDeployed"> & FinderDeps & { readonly settings: BodyLimits };

const jsonTypes = ["application/ogcapppkg+json", "application/json"];
/** YAML, or JSON, which is YAML too. */
const textTypes = [
  "application/ogcapppkg+yaml",
  "application/cwl",
  "application/cwl+json",
  "application/cwl+yaml",
  "application/x-cwl",
  "application/yaml",
  "application/x-yaml",
  "text/yaml",
  "text/x-yaml",
];

/** What the body of a deployment may be. */
export const deploymentBody = {
  mediaTypes: [...jsonTypes, ...textTypes, ...filesMediaTypes],
  schema: ApplicationPackageSchema,
  otherTypes: filesMediaTypes,
};

/** What a request says of a deployment beside its body. */
export const deploymentQuery = {
  w: "the process of a CWL $graph that is deployed",
  id: "the id of the process; the description's own has to be the same",
  start: "the file of a multipart body or archive that is deployed",
  dryRun: "true: all is checked and answered as it would be, and nothing is deployed",
} as const;

/** Reads the body of a deployment, with what it links to; a `version` wins over the one that it says. Throws `unsupported-media-type` and what `readPackage` throws. */
export async function readDeployment(
  deps: DeploymentDeps,
  context: RouteContext,
  { version }: { readonly version?: string } = {},
): Promise<Deployment> {
  const { request, query } = context;
  const essence = requireContentType(request, deploymentBody.mediaTypes);
  // Nothing is fetched or unpacked for who may not deploy.
  const principal = principalOf(context);
  requireAction(principal, "deploy", "deploy process");
  const bytes = await readBytes(request, deps.settings.maxBodyBytes);
  // The parts of a body are found again by the boundary that its type names.
  const contentType = essence.startsWith("multipart/") ? request.headers.get("content-type") : undefined;
  const mediaType = contentType ?? essence;
  const body = await bodyOf(deps, { mediaType, bytes, start: query("start") });
  const { filename } = parseDisposition(request.headers.get("content-disposition") ?? undefined);
  const wishes = defined({ workflow: query("w"), id: query("id"), fileName: filename, version });
  const findDeployed = deployedFinder(deps, { principal, serviceUrls: [context.baseUrl, context.calledUrl] });
  return { ...(await readPackage({ ...deps, findDeployed }, body, wishes)), source: { mediaType, bytes } };
}

type Sent = { readonly mediaType: string; readonly bytes: Uint8Array; readonly start: string | undefined };

async function bodyOf({ settings }: DeploymentDeps, { mediaType, bytes, start }: Sent): Promise<PackageBody> {
  const essence = essenceOf(mediaType);
  if (filesMediaTypes.includes(essence)) {
    const sent = await readFiles(mediaType, bytes, settings.maxBodyBytes);
    return { kind: "files", files: sent, start: chooseStart(sent.files, start ?? sent.start) };
  }
  if (jsonTypes.includes(essence)) return { kind: "json", value: parseJson(bytes, settings) };
  return { kind: "text", text: bodyText(bytes) };
}

/** Checks whether a request is only to be checked. Throws `invalid-query-parameter-value` for a misspelt value, which must not deploy. */
export function isDryRun({ query }: Pick<RouteContext, "query">): boolean {
  const text = query("dryRun");
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw new Problem("invalid-query-parameter-value", `Cannot deploy: found dryRun "${text}", wanted true or false`);
}

/** Checks whether a client wants to see what its change made (RFC 7240 4.2). */
export function wantsRepresentation({ request }: Pick<RouteContext, "request">): boolean {
  return parsePrefer(request.headers.get("prefer")).return === "representation";
}
