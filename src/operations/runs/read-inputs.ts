import type { Job } from "../../domain/jobs/job.ts";
import type { Principal } from "../../domain/people/access.ts";
import { withInputs } from "../../files/jobs/kept-values.ts";
import type { Layout } from "../../files/layout.ts";
import { type FollowDeps, readJob } from "../jobs/follow-jobs.ts";

export type ReadInputsDeps = FollowDeps & { readonly layout: Layout };

/** Reads a job with its newest progress and with its inputs, which may be long. Throws as `readJob` does. */
export async function readJobWithInputs(deps: ReadInputsDeps, principal: Principal, jobId: string): Promise<Job> {
  return withInputs(deps.layout, await readJob(deps, principal, jobId));
}

/** Gives a job that was read for who asks with its inputs, which may be long; one that has them already as it is. */
export async function jobWithInputs({ layout }: Pick<ReadInputsDeps, "layout">, job: Job): Promise<Job> {
  return withInputs(layout, job);
}

/** Gives a job with what its status document of WPS 1.0 repeats: the inputs only where lineage was asked for. */
export async function withLineage({ layout }: Pick<ReadInputsDeps, "layout">, job: Job): Promise<Job> {
  return job.request.statusDocument?.lineage === true ? withInputs(layout, job) : job;
}
