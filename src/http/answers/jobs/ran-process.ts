import { defined } from "../../../domain/defined.ts";
import type { JobView } from "../../../domain/documents/job-view.ts";
import type { Job } from "../../../domain/jobs/job.ts";
import { versionWithDigest } from "../../../domain/jobs/short-id.ts";
import { processUrl } from "../../../domain/links.ts";
import { isInScope, mayDo, type Principal } from "../../../domain/people/access.ts";
import type { Process } from "../../../domain/processes/process.ts";
import { defaultsBeside, readRanProcess, unsetBeside } from "../../../operations/runs/read-ran-process.ts";
import { deployPath } from "../../../pages/deploy/deploy.tsx";
import { inputsDocument } from "./status-document.ts";

type GoneName = "isProcessGone" | "isProviderGone";

type Asked = { readonly principal: Principal; readonly baseUrl: string; readonly mayRetry: boolean };

/** Reads what the page of a job tells of the process that it ran; the job comes with its inputs. */
export async function ranView(
  deps: Parameters<typeof readRanProcess>[0],
  job: Job,
  { principal, baseUrl, mayRetry }: Asked,
): Promise<
  Pick<
    JobView,
    | "processTitle"
    | "said"
    | "version"
    | "defaults"
    | "unset"
    | "restoreUrl"
    | "newerVersion"
    | "mendUrl"
    | "mayResume"
    | GoneName
  >
> {
  const found = await readRanProcess(deps, principal, job);
  const { hasFinishedSteps, ran, revision, isOneOfSeveral = false, current, isProcessGone, isProviderGone } = found;
  const isReplaced = current !== undefined && current.revision !== job.processRevision;
  return {
    mayResume: mayRetry && hasFinishedSteps && job.status === "failed",
    ...defined({
      isProcessGone,
      isProviderGone,
      processTitle: titleOf(revision ?? current) ?? job.request.processTitle,
      said: ran === undefined ? undefined : (ran.description.metadata ?? []),
      version: revision === undefined ? undefined : versionOf(revision, baseUrl, isOneOfSeveral),
      defaults: ran === undefined ? undefined : defaultsOf(ran, job, baseUrl),
      unset: ran === undefined ? undefined : unsetBeside(ran, job.request.inputs),
      restoreUrl: current === undefined ? restoreUrlOf(job, principal, baseUrl) : undefined,
      // A retry runs the revision that the job had: whoever mended and replaced the process since is to know.
      newerVersion: mayRetry && isReplaced ? current.description.version : undefined,
      mendUrl: job.status === "failed" ? mendUrlOf(current, principal, baseUrl) : undefined,
    }),
  };
}

function titleOf(process: Process | undefined): string | undefined {
  const title = process?.description.title ?? "";
  return title === "" || title === process?.id ? undefined : title;
}

function versionOf(
  { id, revision, description: { version } }: Process,
  baseUrl: string,
  isOneOfSeveral: boolean,
): NonNullable<JobView["version"]> {
  const name = isOneOfSeveral ? versionWithDigest(version, revision) : version;
  return { name, url: `${processUrl(baseUrl, `${id}@${revision}`)}?f=html` };
}

function defaultsOf(ran: Process, job: Job, baseUrl: string): JobView["defaults"] {
  const inputs = defaultsBeside(ran, job.request.inputs);
  return inputsDocument({ ...job, request: { ...job.request, inputs } }, baseUrl).inputs;
}

/** Gives the page of the revisions of a process that was undeployed, for who may go back to one. */
function restoreUrlOf({ processId, providerId }: Job, principal: Principal, baseUrl: string): string | undefined {
  if (providerId !== undefined || !mayDo(principal, "deploy") || !isInScope(principal, processId)) return undefined;
  return `${processUrl(baseUrl, processId)}/revisions?f=html`;
}

/** Gives the page that deploys a new version of a process, for who may. */
function mendUrlOf(current: Process | undefined, principal: Principal, baseUrl: string): string | undefined {
  if (current?.isMutable !== true || !mayDo(principal, "deploy") || !isInScope(principal, current.id)) return undefined;
  return `${baseUrl}${deployPath}?f=html&of=${encodeURIComponent(current.id)}`;
}
