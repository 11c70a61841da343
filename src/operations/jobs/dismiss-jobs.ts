import * as v from "valibot";
import type { Job } from "../../domain/jobs/job.ts";
import type { Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import { requireAction } from "../people/guard.ts";
import { type DismissDeps, dismissJob } from "./follow-jobs.ts";

/** Jobs that are dismissed at once: so many are dismissed one after the other in a second or two. */
const maxJobs = 1000;

export const DismissJobsSchema = v.strictObject({
  jobs: v.pipe(
    v.array(v.string("the id of a job"), "a list of ids of jobs"),
    v.minLength(1, "at least one id"),
    v.maxLength(maxJobs, `at most ${maxJobs} ids`),
  ),
});

/** What became of one of several jobs. */
export type Dismissal = { readonly jobId: string } & ({ readonly job: Job } | { readonly problem: Problem });

/** Dismisses several jobs; what cannot be done to one of them keeps none of the others. Throws `forbidden`. */
export async function dismissJobs(
  deps: DismissDeps,
  principal: Principal,
  jobIds: readonly string[],
): Promise<readonly Dismissal[]> {
  requireAction(principal, "bulk", "dismiss several jobs at once");
  return Promise.all(
    [...new Set(jobIds)].map(async (jobId): Promise<Dismissal> => {
      try {
        return { jobId, job: await dismissJob(deps, principal, jobId) };
      } catch (error) {
        if (error instanceof Problem) return { jobId, problem: error };
        throw error;
      }
    }),
  );
}
