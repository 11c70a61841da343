import type { Job } from "../domain/jobs/job.ts";
import type { RunAtOnce, UnwrittenJob } from "../domain/jobs/unwritten-job.ts";
import { databaseFile } from "../files/layout.ts";
import { explainDatabase, isDamaged } from "../store/database/database-fault.ts";
import { waitingJobs } from "../store/jobs/waiting-jobs.ts";
import { createRecovery } from "./care/recovery.ts";
import type { RunnerDeps } from "./queue/claim.ts";
import { createClaimLoop, readAhead } from "./queue/claim-loop.ts";
import { countRunning, createLanes, type Lane } from "./queue/lanes.ts";
import { createTimers } from "./timers.ts";
import { createLivingWalks } from "./walk/living-walks.ts";
import { runAtOnce } from "./walk/run-at-once.ts";

/** Claims jobs and walks them through the stages. */
export type Runner = AsyncDisposable & {
  /** Looks after the executions that an earlier run of the server left, then begins to claim. */
  start(): Promise<void>;
  /** Tells of an accepted job. A lost wake is harmless: the database is read every second. */
  wake(job?: Job): void;
  /** Claims a job by the commit that inserts it. See claim-loop.ts. */
  claimNew(job: Job): false | Promise<boolean>;
  /** Runs a job before it is written, when it may run now and is of a kind that ends at once. See run-at-once.ts. */
  runAtOnce(unwritten: UnwrittenJob): Promise<RunAtOnce | undefined>;
  /** Stops a job that was taken away from its walk. */
  stop(jobId: string): void;
  /** Claims nothing from now on; what runs goes on until disposal. */
  stopClaiming(): void;
  /** What runs now. */
  figures(): Readonly<Record<Lane | "waiting", number>>;
};

/** Built-in jobs start no program and take no slot; this many run at once. */
const quickSlots = 256;
/** Jobs of tools that are prepared ahead where there are few slots. */
const leastAhead = 2;
/** Jobs of a lane that are claimed by one write, and how many of it are kept in memory. */
const claimBatch = 64;
const keptAhead = 4 * readAhead;

/** Creates a runner; nothing runs before `start`. Disposal stops claiming and leaves tools running. */
export function createRunner(deps: RunnerDeps): Runner {
  const laneOf = (job: Job): Lane => (job.isRemote ? "remote" : deps.isBuffered(job) ? "tools" : "quick");
  const { slots: tools, remoteSlots: remote, clientSlots } = deps;
  const slots = { quick: quickSlots, tools, remote };
  const toolsAhead = Math.max(leastAhead, tools);
  const bounds = { slots, toolsAhead, clientSlots, batch: claimBatch, capacity: keptAhead };
  const timers = createTimers();
  const lanes = createLanes(bounds, laneOf);
  const walks = createLivingWalks(deps, laneOf, {
    onRoom: () => loop.pump(),
    onUnwritten: (executionId, milliseconds) => timers.later(milliseconds, () => void recovery.again(executionId)),
  });
  const loop = createClaimLoop(deps, { lanes, walks, timers });
  const recovery = createRecovery(deps, walks, timers);
  /** Both let walks begin until they have ended. */
  const end = () => Promise.all([loop.end(), recovery.end()]);
  return {
    async start() {
      await tryDatabase(deps);
      await recovery.start();
      loop.start();
    },
    wake(job) {
      if (job !== undefined) loop.add(job);
      loop.pump();
    },
    // Jobs that end at once come many together, and claiming them together costs less.
    claimNew: (job) => laneOf(job) !== "quick" && loop.claimNew(job),
    async runAtOnce(unwritten) {
      const { job } = unwritten;
      const hasFiles = laneOf(job) !== "quick" || deps.settings.jobFiles === "always";
      return hasFiles || !loop.admits(job) ? undefined : runAtOnce(deps, walks, unwritten);
    },
    stop(jobId) {
      loop.stop(jobId);
      walks.stop(jobId);
    },
    stopClaiming: () => void end(),
    figures: () => ({ ...countRunning(walks.running()).lanes, waiting: lanes.size }),
    async [Symbol.asyncDispose]() {
      timers[Symbol.dispose]();
      await end();
      await walks[Symbol.asyncDispose]();
    },
  };
}

/** Reads the rows that are read later, now, when somebody is there who can be told that they are damaged. */
async function tryDatabase({ database, layout }: RunnerDeps): Promise<void> {
  try {
    await waitingJobs(database, readAhead);
  } catch (error) {
    if (isDamaged(error)) throw explainDatabase(databaseFile(layout), error);
  }
}
