import { defined } from "../../domain/defined.ts";
import { stopFor } from "../../domain/jobs/stop-reason.ts";
import type { RunAtOnce, UnwrittenJob } from "../../domain/jobs/unwritten-job.ts";
import type { Process } from "../../domain/processes/process.ts";
import { startTimer } from "../../domain/waiting/timers.ts";
import { removeKeptValues } from "../../files/jobs/kept-values.ts";
import { insertEndedJob } from "../../store/jobs/insert-ended-job.ts";
import type { FinishMove } from "../../store/jobs/jobs.ts";
import { type Claim, type RunnerDeps, setupEvent } from "../queue/claim.ts";
import { aroundCommit } from "./around-commit.ts";
import { endedJob, stagesOf, tellEnd } from "./ended-job.ts";
import { executeProcess } from "./execute-process.ts";
import type { LivingWalks } from "./living-walks.ts";

/** What takes longer is told of before it ends: then its job is written first. */
export const mostMilliseconds = 20;

/**
 * Runs a job of a repeatable engine that nobody was told of, and writes it with its end, all in one write. Undefined when
 * it takes too long or needs files: then nothing of it was kept, and it is to be written and claimed as others are.
 */
export async function runAtOnce(
  deps: RunnerDeps,
  walks: LivingWalks,
  unwritten: UnwrittenJob,
): Promise<RunAtOnce | undefined> {
  const { job } = unwritten;
  const startedAt = deps.clock.now();
  const claim: Claim = { job, executionId: deps.newId(), attempt: 1, fence: 1, startedAt, isAdopted: false };
  return walks.hold(job, async (controller) => {
    const end = await walkUnwritten(deps, claim, unwritten.process, controller);
    const inserted = end === undefined ? undefined : await writeEnded(deps, claim, end, unwritten);
    if (inserted?.kind !== "ended") await removeKeptValues(deps.layout, claim.executionId);
    return inserted;
  });
}

/** Walks the job to its end, and gives that instead of writing it; undefined when it does not come to an end of this kind. */
async function walkUnwritten(
  deps: RunnerDeps,
  claim: Claim,
  process: Process,
  controller: AbortController,
): Promise<FinishMove | undefined> {
  let end: FinishMove | undefined;
  const lose = () => stopFor(controller, "dismissed");
  using limit = startTimer(mostMilliseconds, lose);
  const takeEnd = async (taken: FinishMove) => {
    limit.clear();
    end = taken;
    return true;
  };
  const parts = { ...deps, processOf: async () => process, signal: controller.signal, lose, takeEnd };
  const walked = await executeProcess(parts, claim, undefined, undefined);
  if (walked.kind === "left" || walked.handle === undefined) return end;
  const engine = await deps.engineOfHandle(claim.job);
  if (walked.kind === "lost") await engine?.dismiss(walked.handle);
  await engine?.cleanup(walked.handle);
  return end;
}

/** Writes the job with its end. */
async function writeEnded(
  deps: RunnerDeps,
  claim: Claim,
  end: FinishMove,
  { accepted, maxQueued }: UnwrittenJob,
): Promise<RunAtOnce> {
  const { executionId, startedAt } = claim;
  const { moveId, at: endedAt } = end;
  const told = { job: endedJob(claim, end), results: end.outcome.results };
  const events = [accepted, setupEvent(startedAt), ...end.events];
  const ended = { ...told, moveId, executionId, startedAt, endedAt, events, ...defined({ server: deps.server }) };
  const write = () => insertEndedJob(deps.database, ended, maxQueued);
  const inserted = await aroundCommit(deps, ["setup", ...stagesOf(end)], write);
  if (inserted.kind === "full") return inserted;
  const { job } = claim;
  deps.onMove?.({ move: "submit", job, to: "accepted", isWithEnd: true });
  const milliseconds = startedAt - job.createdAt;
  deps.onMove?.({ move: "claim", job, to: "running", milliseconds, isWithEnd: true });
  tellEnd(deps, claim, end);
  if (end.outcome.status === "successful") deps.failpoint?.("done", "after-effect");
  return { kind: "ended", end: told };
}
