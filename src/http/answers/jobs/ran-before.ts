import { defined } from "../../../domain/defined.ts";
import type { RanBefore } from "../../../domain/documents/ran-before.ts";
import { jobUrl } from "../../../domain/links.ts";
import type { Process } from "../../../domain/processes/process.ts";
import type { Provider } from "../../../domain/processes/provider.ts";
import { findRunBefore } from "../../../operations/jobs/earlier-twin.ts";
import type { ListDeps } from "../../../operations/jobs/list-jobs.ts";
import type { CheckedJob, Submission } from "../../../operations/submit/submission.ts";

type Asked = {
  readonly checked: CheckedJob;
  /** The process of this service, or the provider whose process it is. */
  readonly reference: Process | Provider;
  readonly baseUrl: string;
};

/** Tells which job of who asks ran before what was only checked; undefined where none of the newest did. */
export async function ranBefore(
  deps: ListDeps,
  submission: Pick<Submission, "principal">,
  { checked: { process, request }, reference, baseUrl }: Asked,
): Promise<RanBefore | undefined> {
  const providerId = "definition" in reference ? undefined : reference.id;
  const job = await findRunBefore(deps, submission, { process, request, ...defined({ providerId }) });
  if (job?.finishedAt === undefined) return undefined;
  return { id: job.id, href: jobUrl(baseUrl, job.id), finished: new Date(job.finishedAt).toISOString() };
}
