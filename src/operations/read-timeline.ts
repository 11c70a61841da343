import type { Principal } from "../domain/access.ts";
import type { JobEvent } from "../domain/job.ts";
import { eventsOf } from "../store/job-events.ts";
import { type FollowDeps, readJob } from "./follow-jobs.ts";

/** Reads the history of a job. Throws `no-such-job`. */
export async function readTimeline(
  deps: FollowDeps,
  principal: Principal,
  jobId: string,
): Promise<readonly JobEvent[]> {
  const { id } = await readJob(deps, principal, jobId);
  return eventsOf(deps.database, id, 0);
}
