import type { Job } from "../domain/job.ts";
import { stages } from "../domain/progress.ts";
import { claimJobs, findJob } from "../store/jobs.ts";
import { leftWaiting, waitingJobs } from "../store/waiting-jobs.ts";
import { aroundCommit } from "./around-commit.ts";
import type { RunnerDeps } from "./claim.ts";
import type { Lanes } from "./lanes.ts";
import type { LivingWalks } from "./living-walks.ts";
import { createLoopCare } from "./loop-care.ts";
import type { Timers } from "./timers.ts";

/** Reads accepted jobs, claims those that may run, and lets their walks begin. */
export type ClaimLoop = {
  /** Reads and claims now, and again every second. */
  start(): void;
  /** Notes an accepted job. */
  add(job: Job): void;
  /** Claims what may run now. */
  pump(): void;
  /** Forgets a job that was dismissed, and stops it, too, when it is just being claimed. */
  stop(jobId: string): void;
  /** Claims nothing from now on. */
  end(): void;
};

/** Accepted jobs that are read at a time. */
export const readAhead = 1000;
const lookEveryMilliseconds = 1000;

type Parts = { readonly lanes: Lanes; readonly walks: LivingWalks; readonly timers: Timers };

/** Creates the loop; nothing is read or claimed before `start`. */
export function createClaimLoop(deps: RunnerDeps, { lanes, walks, timers }: Parts): ClaimLoop {
  const careOf = (about: string) => createLoopCare(deps, about, { isVital: true });
  const [reading, claiming] = [careOf("Cannot read the waiting jobs"), careOf("Cannot claim jobs")];
  const stoppedDuringClaim = new Set<string>();
  const is = { started: false, ended: false, reading: false, claiming: false, resting: false };
  let mayHaveMore = true;
  /** Where the next read goes on when there are more clients than one read takes. */
  let afterClient: string | undefined;

  const add = (job: Job) => {
    if (!walks.has(job.id) && !lanes.add(job)) mayHaveMore = true;
  };
  /** Keeps the loop from trying again at once. */
  const rest = (milliseconds: number) => {
    is.resting = true;
    timers.later(milliseconds, () => {
      is.resting = false;
      void read();
    });
  };
  const read = async () => {
    if (is.reading || is.resting || is.ended) return;
    is.reading = true;
    try {
      const jobs = await waitingJobs(deps.database, readAhead, afterClient);
      const { hasMore, lastClient } = leftWaiting(jobs, readAhead);
      mayHaveMore = hasMore || afterClient !== undefined;
      afterClient = lastClient;
      for (const job of jobs) add(job);
      reading.wentWell();
      // Nobody claims then, so that nothing else could tell that it goes well again.
      if (jobs.length === 0) claiming.wentWell();
    } catch (error) {
      rest(reading.failed(error));
    } finally {
      is.reading = false;
    }
    pump();
  };
  const pump = () => {
    if (!is.started || is.ended || is.claiming || is.resting || !deps.hasSpace()) return;
    const jobs = lanes.take(walks.running(), walks.mayPrepareAhead());
    if (jobs.length > 0) void claimAll(jobs);
    else if (mayHaveMore && lanes.size === 0) void read();
  };
  const claimAll = async (jobs: readonly Job[]) => {
    is.claiming = true;
    try {
      await claim(deps, walks, jobs, stoppedDuringClaim);
      claiming.wentWell();
    } catch (error) {
      mayHaveMore = true;
      rest(claiming.failed(error));
    } finally {
      is.claiming = false;
    }
    pump();
  };
  const look = () => {
    void read();
    if (!is.ended) timers.later(lookEveryMilliseconds, look);
  };
  return {
    start() {
      is.started = true;
      look();
    },
    add,
    pump,
    stop(jobId) {
      lanes.remove(jobId);
      if (is.claiming) stoppedDuringClaim.add(jobId);
    },
    end() {
      is.ended = true;
    },
  };
}

/** Claims jobs by one write; the walks of those that were won begin. */
async function claim(deps: RunnerDeps, walks: LivingWalks, jobs: readonly Job[], stopped: Set<string>): Promise<void> {
  const at = deps.clock.now();
  const { percent, message } = stages.setup;
  const event = { at, kind: "stage", status: "running", stage: "setup", progress: percent, message } as const;
  const claims = jobs.map(({ id }) => ({ jobId: id, executionId: deps.newId(), moveId: deps.newId(), event }));
  const won = await aroundCommit(deps, ["setup"], () => claimJobs(deps.database, claims, at));
  jobs.forEach((job, index) => {
    const move = won.get(job.id);
    const executionId = claims[index]?.executionId;
    if (move === undefined || executionId === undefined) return;
    walks.launch({ job, executionId, ...move, startedAt: at, isAdopted: false });
    if (stopped.has(job.id)) void stopDismissed(deps, walks, job.id, executionId);
  });
  stopped.clear();
}

/** Who was dismissed while it was claimed may have been retried before that, too: then the claim is of the new attempt. */
async function stopDismissed(deps: RunnerDeps, walks: LivingWalks, jobId: string, executionId: string): Promise<void> {
  try {
    const job = await findJob(deps.database, jobId);
    if (job?.status !== "running" || job.executionId !== executionId) walks.stop(jobId);
  } catch (error) {
    // The walk's next write finds its claim lost.
    deps.logger.warn("Cannot look whether a job was dismissed", { jobId, error });
  }
}
