import type { TaskEnd } from "../executor.ts";
import type { SlurmJob } from "./slurm-commands.ts";

/** Why Slurm ended a job, by its state; `isFinal`: another try would meet the same. */
const causes = [
  { state: "OUT_OF_MEMORY", isFinal: true, words: "Slurm ended it because it used more memory than it had asked for" },
  { state: "TIMEOUT", isFinal: true, words: "Slurm ended it at the time limit of its job" },
  { state: "DEADLINE", isFinal: true, words: "Slurm ended it at the deadline of its job" },
  { state: "CANCELLED", isFinal: true, words: "somebody else cancelled its job in Slurm, such as an administrator" },
  { state: "NODE_FAIL", isFinal: false, words: "its node failed" },
  { state: "BOOT_FAIL", isFinal: false, words: "its node could not be started" },
  { state: "PREEMPTED", isFinal: false, words: "Slurm gave its place to a job that goes before it" },
] as const;

/** Tells how a task ended whose job is gone without a record of the end, from what Slurm says of the job. */
export function endByCause(job: SlurmJob | undefined, hasBegun: boolean): TaskEnd {
  const found = causeOf(job);
  const place = job === undefined || job.node === "" ? "" : ` (node ${job.node})`;
  const reason =
    found === undefined
      ? `its job is gone from Slurm without a record of its end${job === undefined ? "" : `, in state ${job.state}`}${place}`
      : `${found.words}${place}`;
  if (found?.isFinal === true) return { kind: "failed", reason };
  return hasBegun ? { kind: "lost", reason } : { kind: "notStarted", reason };
}

/** Tells whether Slurm says why it ended a job. */
export function hasCause(job: SlurmJob | undefined): boolean {
  return causeOf(job) !== undefined;
}

function causeOf(job: SlurmJob | undefined) {
  return causes.find(({ state }) => job?.state.startsWith(state) === true);
}

/** Words what a job waits for. */
export function waitingReason(job: SlurmJob | undefined): string {
  const reason = job === undefined || job.reason === "" || job.reason === "None" ? "its turn" : job.reason;
  return `waiting for Slurm: ${reason}`;
}
