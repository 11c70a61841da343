import type { WorkSize } from "../../domain/figures/space.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { isOwn, mayDo, type Principal } from "../../domain/people/access.ts";
import type { WorkSizes } from "../../files/jobs/work-sizes.ts";

/** What measures the work of jobs; nobody is told when absent. */
export type WorkSizeDeps = { readonly workSizes?: WorkSizes };

/** Tells what the work directory of a job takes by now, while it runs: to its owner, and to who may see all jobs. */
export async function readWorkSize(
  { workSizes }: WorkSizeDeps,
  principal: Principal,
  { status, executionId, user }: Pick<Job, "status" | "executionId" | "user">,
): Promise<WorkSize | undefined> {
  if (workSizes === undefined || status !== "running" || executionId === undefined) return undefined;
  return isOwn(principal, user) || mayDo(principal, "read-all-jobs") ? workSizes.read(executionId) : undefined;
}
