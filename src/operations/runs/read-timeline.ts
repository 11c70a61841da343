import type { JobEvent } from "../../domain/jobs/job.ts";
import type { Principal } from "../../domain/people/access.ts";
import { eventsOf } from "../../store/jobs/job-events.ts";
import { type FollowDeps, readJob } from "../jobs/follow-jobs.ts";

/** Reads the history of a job. Throws `no-such-job`. */
export async function readTimeline(
  deps: FollowDeps,
  principal: Principal,
  jobId: string,
): Promise<readonly JobEvent[]> {
  const { id } = await readJob(deps, principal, jobId);
  return eventsOf(deps.database, id, 0);
}
