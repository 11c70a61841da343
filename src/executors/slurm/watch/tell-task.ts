import { basename } from "node:path";
import type { Refusal, Task, TaskEnd, TaskKey, TaskUpdate } from "../../executor.ts";
import { followTask } from "../../local/follow-task.ts";
import { outsidePath } from "../../local/task-streams.ts";
import { jobFiles, readBegin } from "../job-files.ts";
import type { SlurmDeps } from "../slurm-tasks.ts";
import { waitingReason } from "./causes.ts";
import type { Listing } from "./listings.ts";

/** What is told of a submission. */
export type ToldSubmission = {
  readonly task: Task;
  /** Resolves when it is with Slurm, or was before. */
  readonly begun: Promise<Refusal | undefined>;
  readonly hasBegun: boolean;
  readonly end?: TaskEnd;
};

/** Tells what becomes of a try that was submitted here, until it has ended or the signal is aborted. */
export async function* tellTask(
  deps: SlurmDeps,
  key: TaskKey,
  submission: ToldSubmission | undefined,
  signal: AbortSignal,
): AsyncGenerator<TaskUpdate> {
  if (submission === undefined) return;
  if (!submission.hasBegun)
    yield { kind: "waiting", reason: "waiting for a place: as many tools are with Slurm as may be at once" };
  const [begun] = await Promise.allSettled([submission.begun]);
  if (begun.status === "rejected" || begun.value !== undefined) return;
  const files = jobFiles(deps.layout, key);
  const { task } = submission;
  const beginName = basename(files.begin);
  let told = "";
  const hasEnded = () => submission.end !== undefined;
  while (!signal.aborted && !hasEnded()) {
    const { names } = await deps.listings.look(key.executionId);
    const place = names.has(beginName) ? await readBegin(files) : undefined;
    if (place?.kind === "begun") {
      yield { kind: "running", place: `node ${place.node}` };
      break;
    }
    const { name } = await deps.places.find(key.executionId, files);
    const reason = () => waitingReason(deps.queue.look(name)?.job);
    if (reason() !== told) {
      told = reason();
      yield { kind: "waiting", reason: told };
    }
    const isNew = (listing: Listing) => listing.names.has(beginName) || hasEnded() || reason() !== told;
    await unlessAborted(deps.ticks.until(key.executionId, isNew, signal), signal);
  }
  const stderr = task.stderr === undefined ? {} : { stderr: outsidePath(task.view?.mounts ?? [], task.stderr) };
  const { name } = await deps.places.find(key.executionId, files);
  const figures = () => deps.figures.look(name);
  yield* followTask(deps.logger, { ...task, ...stderr, figures }, hasEnded, signal);
}

/** An abort ends the telling, and is no failure. */
async function unlessAborted(wait: Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await wait;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
