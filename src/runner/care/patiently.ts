import { defined } from "../../domain/defined.ts";
import type { Waiting } from "../../domain/waiting/patience.ts";
import type { ExecuteDeps } from "../queue/claim.ts";
import type { JobWalk } from "../walk/job-walk.ts";

/** Does a part of a job that is repeatable, and waits while the server is short of something: the job's log says so. */
export function patiently<T>(
  { patience, signal, logger, claim }: ExecuteDeps,
  walk: JobWalk,
  work: () => Promise<T>,
  isHopeless?: Waiting["isHopeless"],
): Promise<T> {
  const say = (words: string) => {
    walk.log(words);
    logger.warn(words, { jobId: claim.job.id, executionId: claim.executionId });
  };
  return patience.during(work, { signal, say, ...defined({ isHopeless }) });
}
