import { sleep } from "../../domain/waiting/timers.ts";
import type { TaskEnd, TaskKey } from "../executor.ts";
import { giveUpJob, jobFiles, putFile, readEnd, writeEnd } from "./job-files.ts";
import type { CancelHow } from "./slurm-commands.ts";
import { isActive, type SlurmJob } from "./slurm-job.ts";
import type { SlurmDeps } from "./slurm-tasks.ts";
import { type Followed, followBeat, mayRun } from "./watch/silent-jobs.ts";

const pollMilliseconds = 250;

/** How often it is asked whether what a script left has gone, too. */
const leftoverRounds = 40;

/** What a job may take beyond the grace period until it is ended from outside. */
const scriptSeconds = 10;

/**
 * Ends a job that was submitted. One that has not begun never will. In a job that runs, the script stops the tool, and
 * records its end; where it can't, Slurm kills it all. Waits for a controller that does not answer.
 */
export async function cancelJob(deps: SlurmDeps, key: TaskKey, graceSeconds: number): Promise<TaskEnd> {
  const { cancel, queue, layout, clock, places, settings } = deps;
  const files = jobFiles(layout, key);
  const known = await readEnd(files);
  if (known !== undefined) return known.end;
  const { name } = await places.find(key.executionId, files);
  if (await giveUpJob(files)) {
    // As a tool that is stopped before it could do anything.
    const end = await writeEnd(files, { kind: "exited", exitCode: 143 });
    const job = (await queue.ask(name))?.job;
    if (job !== undefined && isActive(job)) await cancel(job.id, ofUser(job));
    return end;
  }
  await putFile(files.stop, `${Math.round(graceSeconds * 100)}\n`);
  const hardAt = clock.elapsed() + (graceSeconds + scriptSeconds) * 1000;
  const followed: Followed = { files, hasBegun: true };
  let pause = pollMilliseconds;
  for (let isAsked = false; ; ) {
    const record = await readEnd(files);
    if (record !== undefined) {
      await untilLeft(deps, name);
      return record.end;
    }
    const answer = await queue.ask(name);
    const job = answer?.job;
    await followBeat(deps, followed, name);
    const isLate = clock.elapsed() > hardAt;
    // A controller that has forgotten it may not reach its node: the script may still hear.
    const mayHear = job === undefined ? !isLate && followed.beat !== undefined : mayRun(job, followed);
    if (answer !== undefined && !mayHear) {
      // It may have written its record just before it left.
      await sleep(pollMilliseconds);
      return writeEnd(files, { kind: "exited", exitCode: 137 });
    }
    if (job !== undefined && !isAsked) isAsked = await cancel(job.id, { signal: "TERM", ...ofUser(job) });
    if (job !== undefined && isLate) await cancel(job.id, ofUser(job));
    // A node that died is waited for longer than a controller likes to be asked at this pace.
    if (isLate) pause = Math.max(pollMilliseconds, Math.min(2 * pause, settings.pollSeconds * 1000));
    await sleep(pause);
  }
}

function ofUser({ user }: SlurmJob): CancelHow {
  return user === undefined ? {} : { user };
}

async function untilLeft({ queue }: SlurmDeps, name: string): Promise<void> {
  for (let round = 0; round < leftoverRounds; round += 1) {
    const answer = await queue.ask(name);
    if (answer?.job === undefined || !isActive(answer.job)) return;
    await sleep(pollMilliseconds);
  }
}
