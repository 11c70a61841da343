import type { Job } from "../../domain/jobs/job.ts";
import { claimJobs, findJob } from "../../store/jobs/jobs.ts";
import { leftWaiting, waitingJobs } from "../../store/jobs/waiting-jobs.ts";
import type { Timers } from "../timers.ts";
import { aroundCommit } from "../walk/around-commit.ts";
import type { LivingWalks } from "../walk/living-walks.ts";
import { type RunnerDeps, setupEvent } from "./claim.ts";
import { createInFlight } from "./in-flight.ts";
import type { Lanes } from "./lanes.ts";
import { createLoopCare } from "./loop-care.ts";

/** Reads accepted jobs, claims those that may run, and lets their walks begin. */
export type ClaimLoop = {
  /** Reads and claims now, and again every second. */
  start(): void;
  /** Notes an accepted job. */
  add(job: Job): void;
  /** Claims what may run now. */
  pump(): void;
  /**
   * Claims a job whose insertion was begun in this turn, when it may run now: the queue of writes commits both together. False
   * when it has to wait, or is not there.
   */
  claimNew(job: Job): Promise<boolean>;
  /** Tells whether a job that is not written yet may run now beside those that are known: it would be claimed next. */
  admits(job: Job): boolean;
  /** Forgets a job that was dismissed, and stops it, too, when it is just being claimed. */
  stop(jobId: string): void;
  /** Claims nothing from now on; resolves when what is being read or claimed is. */
  end(): Promise<void>;
};

/** Accepted jobs that are read at a time. */
export const readAhead = 1000;
const lookEveryMilliseconds = 1000;

type Parts = { readonly lanes: Lanes; readonly walks: LivingWalks; readonly timers: Timers };

/** Creates the loop; nothing is read or claimed before `start`. */
export function createClaimLoop(deps: RunnerDeps, { lanes, walks, timers }: Parts): ClaimLoop {
  const reading = createLoopCare(deps, "Cannot read the waiting jobs", { isVital: true });
  const claiming = createLoopCare(deps, "Cannot claim jobs", { isVital: true });
  const stoppedDuringClaim = new Set<string>();
  const is = { started: false, ended: false, reading: false, claiming: false, resting: false };
  const inFlight = createInFlight();
  const ahead = createReadAhead(deps);

  const add = (job: Job) => {
    if (!walks.has(job.id) && !lanes.add(job)) ahead.mayHaveMore = true;
  };
  /** Keeps the loop from trying again at once. */
  const rest = (milliseconds: number) => {
    is.resting = true;
    timers.later(milliseconds, () => {
      is.resting = false;
      void inFlight.begin(read);
    });
  };
  const read = async () => {
    if (is.reading || is.resting || is.ended) return;
    is.reading = true;
    try {
      const jobs = await ahead.read();
      jobs.forEach(add);
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
  const mayClaim = () => is.started && !is.ended && !is.resting && deps.hasSpace();
  const mayRun = (job: Job) => mayClaim() && lanes.admits(job, walks.running());
  const pump = () => {
    if (!mayClaim() || is.claiming) return;
    const jobs = lanes.take(walks.running(), walks.mayPrepareAhead());
    if (jobs.length > 0) void inFlight.begin(() => claimAll(jobs));
    else if (ahead.mayHaveMore && lanes.size === 0) void inFlight.begin(read);
  };
  const claimAll = async (jobs: readonly Job[]) => {
    is.claiming = true;
    try {
      await claim(deps, walks, jobs, stoppedDuringClaim);
      claiming.wentWell();
    } catch (error) {
      ahead.mayHaveMore = true;
      rest(claiming.failed(error));
    } finally {
      is.claiming = false;
    }
    pump();
  };
  const look = () => {
    void inFlight.begin(read);
    if (!is.ended) timers.later(lookEveryMilliseconds, look);
  };
  return {
    start() {
      is.started = true;
      look();
    },
    add,
    pump,
    ...newcomers({ is, ahead, walks, mayRun, claim: (job) => inFlight.begin(() => claimAll([job])) }),
    stop(jobId) {
      lanes.remove(jobId);
      if (is.claiming) stoppedDuringClaim.add(jobId);
    },
    end() {
      is.ended = true;
      return inFlight.done();
    },
  };
}

type Loop = {
  readonly is: { readonly claiming: boolean };
  /** Whether there may be jobs that came before, and that nobody has read. */
  readonly ahead: { readonly mayHaveMore: boolean };
  readonly walks: Pick<LivingWalks, "has">;
  mayRun(job: Job): boolean;
  claim(job: Job): Promise<void>;
};

/** What is asked of jobs that are not written yet. */
function newcomers({ is, ahead, walks, mayRun, claim }: Loop): Pick<ClaimLoop, "claimNew" | "admits"> {
  return {
    async claimNew(job) {
      // Those that came before have their turn first, whether they are known or not.
      if (is.claiming || ahead.mayHaveMore || !mayRun(job)) return false;
      await claim(job);
      return walks.has(job.id);
    },
    // What is just being claimed is counted nowhere, though its process may have few slots.
    admits: (job) => !(is.claiming && hasFewSlots(job)) && mayRun(job),
  };
}

function hasFewSlots({ request }: Job): boolean {
  return request.run?.processSlots !== undefined;
}

/** Makes what reads waiting jobs, and knows whether there may be more than those that were read. */
function createReadAhead({ database }: Pick<RunnerDeps, "database">) {
  /** Where the next read goes on when there are more clients than one read takes. */
  let afterClient: string | undefined;
  const ahead = {
    mayHaveMore: true,
    async read() {
      const jobs = await waitingJobs(database, readAhead, afterClient);
      const { hasMore, lastClient } = leftWaiting(jobs, readAhead);
      ahead.mayHaveMore = hasMore || afterClient !== undefined;
      afterClient = lastClient;
      return jobs;
    },
  };
  return ahead;
}

/** Claims jobs by one write; the walks of those that were won begin. */
async function claim(deps: RunnerDeps, walks: LivingWalks, jobs: readonly Job[], stopped: Set<string>): Promise<void> {
  const at = deps.clock.now();
  const event = setupEvent(at);
  const claims = jobs.map(({ id }) => ({ jobId: id, executionId: deps.newId(), moveId: deps.newId(), event }));
  const won = await aroundCommit(deps, ["setup"], () => claimJobs(deps.database, claims, at, deps.server));
  const launched = jobs.flatMap((job, index) => {
    const move = won.get(job.id);
    const executionId = claims[index]?.executionId;
    if (move === undefined || executionId === undefined) return [];
    deps.onMove?.({ move: "claim", job, to: "running", milliseconds: at - job.updatedAt });
    walks.launch({ job, executionId, ...move, startedAt: at, isAdopted: false });
    return [{ id: job.id, executionId }];
  });
  const dismissed = launched.filter(({ id }) => stopped.has(id));
  stopped.clear();
  await Promise.all(dismissed.map(({ id, executionId }) => stopDismissed(deps, walks, id, executionId)));
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
