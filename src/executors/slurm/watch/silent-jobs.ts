import { defined } from "../../../domain/defined.ts";
import type { Logger } from "../../../domain/logger.ts";
import type { AtOnce } from "../../../domain/waiting/at-once.ts";
import type { Clock } from "../../../domain/waiting/clock.ts";
import type { CancelOne } from "../cancelling.ts";
import { endText, type JobFiles, putFile } from "../job-files.ts";
import { isActive, isLeaving, type SlurmJob } from "../slurm-job.ts";
import type { Figures } from "./figures.ts";
import { type Beat, isBeatDue, readBeat, silentSeconds } from "./heartbeats.ts";
import type { Queue } from "./queue.ts";

type BeatDeps = {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly queue: Queue;
  readonly figures: Figures;
  readonly reads: AtOnce;
  readonly cancel: CancelOne;
};

/** What is remembered of the signs of life of a job. */
export type Followed = {
  readonly files: JobFiles;
  /** There is a record of its beginning. */
  hasBegun?: true;
  beat?: Beat | undefined;
  /** It gave signs, and gives none for so long that its node counts as failed. */
  isSilent?: boolean;
};

/**
 * Looks for a sign of life of a job, which the queue knows by its name. One without any for long is ended in Slurm, so that it is
 * sure that nothing of it runs: its node counts as failed.
 */
export async function followBeat(deps: BeatDeps, followed: Followed, name: string): Promise<void> {
  const { clock, logger, queue, figures } = deps;
  const { files } = followed;
  if (!isBeatDue(clock, followed.beat)) return;
  followed.beat = await deps.reads(() => readBeat(files.beat, clock, followed.beat));
  if (followed.beat === undefined) return;
  figures.note(name, followed.beat.figures);
  const seconds = silentSeconds(clock, followed.beat);
  const job = queue.look(name)?.job;
  followed.isSilent = seconds !== undefined;
  if (seconds === undefined || job === undefined || !isActive(job)) return;
  const reason = `its node ${job.node} gave no sign of life for ${seconds} s`;
  await putFile(files.cause, endText({ kind: "lost", reason, cause: "NODE_FAIL" }));
  if (isLeaving(job)) return;
  logger.warn("A job gives no sign of life, and is cancelled", { job: files.name, node: job.node, seconds });
  await deps.cancel(job.id, defined({ user: job.user }));
}

/**
 * Tells whether something of a job may still run, or begin, by what Slurm says and by what is known of the job. A node that died can't
 * tell the controller that it is rid of a job, which it may never hear where it sets no node down: so what Slurm has ended
 * counts as gone when it has not begun, or has stopped to give signs of life.
 */
export function mayRun(job: SlurmJob, { isSilent, hasBegun }: Omit<Followed, "files">): boolean {
  return isActive(job) && !(isLeaving(job) && (isSilent === true || hasBegun === undefined));
}

/** Tells whether a job gives signs of life. */
export function givesSigns(clock: Clock, { beat }: Pick<Followed, "beat">): boolean {
  return beat !== undefined && silentSeconds(clock, beat) === undefined;
}
