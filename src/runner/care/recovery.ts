import { sleep } from "../../domain/waiting/timers.ts";
import { databaseFile } from "../../files/layout.ts";
import { explainDatabase, isDamaged } from "../../store/database/database-fault.ts";
import type { Claim, RunnerDeps } from "../queue/claim.ts";
import { createInFlight } from "../queue/in-flight.ts";
import { createLoopCare } from "../queue/loop-care.ts";
import type { Timers } from "../timers.ts";
import type { LivingWalks } from "../walk/living-walks.ts";
import { recoverExecutions } from "./recover.ts";

/** Looks after the executions that have no end. */
export type Recovery = {
  /** Looks at all of them; what still runs is walked on. Throws when the database is damaged. */
  start(): Promise<void>;
  /** Looks at one whose end could not be written, until it can be. */
  again(executionId: string): Promise<void>;
  /** Tries nothing again from now on; resolves when what is being looked at is. */
  end(): Promise<void>;
};

/** A job that was noted so often when the server went down is taken up alone after a start, */
const notesOfSuspect = 2;
/** until nothing was done for it for so many looks in a row: its tool runs. */
const quietLooks = 5;
const quietLookMilliseconds = 100;
/** Nor does a start wait longer for one: a minute. */
const mostLooks = 600;

/** Creates the recovery of a runner. */
export function createRecovery(deps: RunnerDeps, walks: LivingWalks, timers: Timers): Recovery {
  const care = createLoopCare(deps, "Cannot look after open executions", { isVital: true });
  let isStarted = false;
  let hasEnded = false;
  const isSuspect = ({ job }: Claim) => (deps.crashNotes[job.id]?.times ?? 0) >= notesOfSuspect;

  const inFlight = createInFlight();
  const recover = (executionId?: string) => inFlight.begin(() => look(executionId));
  const look = async (executionId?: string) => {
    if (hasEnded) return;
    try {
      const claims = await recoverExecutions(deps, executionId);
      for (const suspect of claims.filter(isSuspect)) await launchAlone(deps, walks, suspect);
      for (const found of claims.filter((claim) => !isSuspect(claim))) walks.launch(found);
      care.wentWell();
    } catch (error) {
      // A start does without a database that is damaged, not without one that is busy.
      if (!isStarted && isDamaged(error)) throw explainDatabase(databaseFile(deps.layout), error);
      const pause = care.failed(error);
      if (!hasEnded) timers.later(pause, () => void recover(executionId));
    }
  };
  return {
    async start() {
      await recover();
      isStarted = true;
    },
    again: recover,
    end() {
      hasEnded = true;
      return inFlight.done();
    },
  };
}

/** What was noted last need not be what froze the server: whoever was noted more than once is taken up before the others. */
async function launchAlone({ activity }: RunnerDeps, walks: LivingWalks, suspect: Claim): Promise<void> {
  walks.launch(suspect);
  let quiet = 0;
  for (let look = 0; look < mostLooks && quiet < quietLooks && walks.has(suspect.job.id); look += 1) {
    await sleep(quietLookMilliseconds);
    quiet = activity.isAt(suspect.job.id) ? 0 : quiet + 1;
  }
}
