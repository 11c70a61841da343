import { defined } from "../../../domain/defined.ts";
import type { RetryCause } from "../../../domain/jobs/run-settings.ts";
import type { TaskEnd } from "../../executor.ts";
import { isLeaving, type SlurmJob } from "../slurm-job.ts";

type Cause = {
  readonly state: string;
  readonly isFinal: boolean;
  /** By what a process may name it. */
  readonly cause?: RetryCause;
  readonly words: string;
};

const cancelled = "CANCELLED";

/** Why Slurm ended a job, by its state; `isFinal`: another try would meet the same. */
const causes = [
  {
    state: "OUT_OF_MEMORY",
    isFinal: true,
    cause: "OUT_OF_MEMORY",
    words: "Slurm ended it because it used more memory than it had asked for",
  },
  { state: "TIMEOUT", isFinal: true, cause: "TIMEOUT", words: "Slurm ended it at the time limit of its job" },
  { state: "DEADLINE", isFinal: true, words: "Slurm ended it at the deadline of its job" },
  { state: cancelled, isFinal: true, words: "somebody else cancelled its job in Slurm, such as an administrator" },
  { state: "NODE_FAIL", isFinal: false, cause: "NODE_FAIL", words: "its node failed" },
  { state: "BOOT_FAIL", isFinal: false, words: "its node could not be started" },
  { state: "PREEMPTED", isFinal: false, words: "Slurm gave its place to a job that goes before it" },
] as const satisfies readonly Cause[];

/** Tells how a task ended whose job is gone without a record of the end, from what Slurm says of the job. */
export function endByCause(job: SlurmJob | undefined, hasBegun: boolean): TaskEnd {
  const found = causeOf(job);
  const place = job === undefined || job.node === "" ? "" : ` (node ${job.node})`;
  const reason =
    found === undefined
      ? `its job is gone from Slurm without a record of its end${job === undefined ? "" : `, in state ${job.state}`}${place}`
      : `${found.words}${place}`;
  // A node that refuses a job ends it so, too: it got its place, and nothing of it ran. Then another job may do.
  if (found?.state === cancelled && !hasBegun && job !== undefined && job.node !== "") {
    return { kind: "notStarted", reason: `its job was cancelled as it was about to begin${place}` };
  }
  if (job !== undefined && isLeaving(job) && !hasBegun) {
    return { kind: "notStarted", reason: `Slurm ended its job before it began, and its node does not answer${place}` };
  }
  const told = defined({ cause: found?.cause });
  if (found?.isFinal === true) return { kind: "failed", reason, ...told };
  return hasBegun ? { kind: "lost", reason, ...told } : { kind: "notStarted", reason };
}

/** Tells whether Slurm says why it ended a job. */
export function hasCause(job: SlurmJob | undefined): boolean {
  return causeOf(job) !== undefined;
}

function causeOf(job: SlurmJob | undefined): Cause | undefined {
  return causes.find(({ state }) => job?.state.startsWith(state) === true);
}

/** Words what a job waits for. */
export function waitingReason(job: SlurmJob | undefined): string {
  const reason = job === undefined || job.reason === "" || job.reason === "None" ? "its turn" : job.reason;
  return `waiting for Slurm: ${reason}`;
}
