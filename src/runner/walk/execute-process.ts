import { defined } from "../../domain/defined.ts";
import type { JobFailure, JobOutcome, NewJobEvent } from "../../domain/jobs/job.ts";
import { stages } from "../../domain/jobs/progress.ts";
import { isStoppedFor } from "../../domain/jobs/stop-reason.ts";
import { composeNotifications, type NewNotification, tellingEvent } from "../../domain/people/notification.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import { isJsonObject } from "../../domain/values/json.ts";
import type { OutputValue, OutputValues, Result, Results } from "../../domain/values/values.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import { shortFailure } from "../../domain/words/short-text.ts";
import { createExecutionDirectories, removePublished } from "../../files/jobs/job-directory.ts";
import { createJobPaths } from "../../files/jobs/job-paths.ts";
import { keepResults, keptValue } from "../../files/jobs/kept-values.ts";
import { mapLocations } from "../../files/jobs/map-locations.ts";
import { measureOutputs } from "../../files/jobs/measure-outputs.ts";
import { parseOutputPlan } from "../../files/jobs/output-plan.ts";
import { isDatabaseClosed } from "../../store/database/database-fault.ts";
import { executionIdsOf } from "../../store/jobs/executions.ts";
import { patiently } from "../care/patiently.ts";
import {
  type Claim,
  ClaimLost,
  type ExecuteDeps,
  type KnownRun,
  type RemoteAccess,
  RunFailed,
  type WalkEnd,
} from "../queue/claim.ts";
import { withPromisedTypes } from "./described-types.ts";
import { writeEnd } from "./ended-job.ts";
import { beginWalk, type JobWalk } from "./job-walk.ts";
import { hasFiles, planJob, publishJob } from "./publish-job.ts";
import { startRun } from "./start-run.ts";
import { monitorWithinLimit } from "./time-limit.ts";
import type { Buffered } from "./walk-buffer.ts";

/**
 * Walks a claimed job through the stages of domain/jobs/progress.ts to its end. `url` is the provider's address for a remote
 * job, `headers` are the caller's that may be forwarded to it; both are undefined for a local one.
 * When it resolves with `finished`, the job's status, results and events are durable.
 */
export async function executeProcess(
  parts: Omit<ExecuteDeps, "claim">,
  claim: Claim,
  url: string | undefined,
  headers: Readonly<Record<string, string>> | undefined,
): Promise<WalkEnd> {
  const deps: ExecuteDeps = { ...parts, claim };
  const isKept = hasFiles(deps);
  const walk = beginWalk(deps, isKept);
  const known: KnownRun = defined({ handle: claim.recorded?.handle });
  try {
    if (isKept) await patiently(deps, walk, () => createExecutionDirectories(deps.layout, claim.executionId));
    if (!claim.isAdopted) walk.log(stages.setup.message);
    const access = { url, headers, ...defined({ trace: claim.job.origin }) };
    const results = await runAndPublish(deps, walk, known, access);
    const wpsId = isKept ? await patiently(deps, walk, () => mapJob(deps, results)) : undefined;
    walk.enter("notify");
    const told = composeNotifications(claim.job, "success", deps.newId);
    const held = await keepResults(deps.layout, claim.executionId, results);
    walk.enter("done");
    const { isFromCache } = known;
    const outcome: JobOutcome = { status: "successful", results: held, ...defined({ wpsId, isFromCache }) };
    return { ...(await finish(deps, walk, outcome, told)), ...known };
  } catch (error) {
    if (isDatabaseClosed(error)) return { kind: "left" };
    if (deps.signal.aborted) return abandoned(deps, walk, known);
    if (error instanceof ClaimLost) return { kind: "lost", ...known };
    return { ...(await failJob(deps, walk, error)), ...known };
  }
}

/** A server that stops writes down how far the job has come; the next one goes on from there. */
async function abandoned(deps: ExecuteDeps, walk: JobWalk, known: KnownRun): Promise<WalkEnd> {
  if (isStoppedFor(deps.signal, "dismissed")) {
    await drainWalk(deps, walk);
    return { kind: "lost", ...known };
  }
  try {
    await walk.commit();
  } catch (error) {
    if (error instanceof ClaimLost) return { kind: "lost", ...known };
    deps.logger.warn("Cannot write the stages of a job that is left", { jobId: deps.claim.job.id, error });
  }
  return { kind: "left" };
}

async function runAndPublish(
  deps: ExecuteDeps,
  walk: JobWalk,
  known: KnownRun,
  access: RemoteAccess,
): Promise<Results> {
  const { claim } = deps;
  const recordedPlan = claim.recorded?.outputPlan;
  // The write that recorded the plan recorded its stage too: the walk stands there already.
  if (recordedPlan !== undefined) {
    deps.turn?.endRun();
    const whole = await keptValue(deps.layout, recordedPlan);
    return publishJob(deps, walk, parseOutputPlan(isJsonObject(whole) ? whole : {}), "planned");
  }
  if (!claim.isAdopted) walk.enter("describe");
  const process = await deps.processOf(claim.job.processId, claim.job.processRevision);
  if (process === undefined) {
    throw new Problem("no-such-process", `Cannot run process "${claim.job.processId}": its revision is gone`);
  }
  const engine = await deps.engineOf(process, access);
  const run = await startRun(deps, walk, { process, engine }, known);
  const failure = await monitorWithinLimit(deps, engine, run, walk);
  deps.turn?.endRun();
  if (failure !== undefined) throw new RunFailed(failure);
  const outputs = await patiently(deps, walk, () => engine.collect(run.prepared, run.handle));
  walk.enter("monitorEnd");
  const values = plainResults(outputs);
  if (values !== undefined && deps.settings.jobFiles === "auto" && engine.isRepeatable) return values;
  const promised = withPromisedTypes(process, outputs);
  const plan = await patiently(deps, walk, () => planJob(deps, run.prepared.inputs, promised));
  // Its crash fails a job that has no plan yet.
  const mayCollectAgain = run.prepared.restart !== "fail" && engine.collectsAgain?.(run.prepared) === true;
  return publishJob(deps, walk, plan, mayCollectAgain ? "collectsAgain" : "unplanned");
}

/** Results that need no file operation; undefined when one does. */
function plainResults(outputs: OutputValues): Results | undefined {
  const results: Record<string, Result> = {};
  for (const [id, output] of Object.entries(outputs)) {
    const result = plainResult(output);
    if (result === undefined) return undefined;
    results[id] = result;
  }
  return results;
}

function plainResult(output: OutputValue): Result | undefined {
  if (output.kind === "value" || output.kind === "link") return output;
  if (output.kind !== "list") return undefined;
  const items: Result[] = [];
  for (const item of output.items) {
    const result = plainResult(item);
    if (result === undefined) return undefined;
    items.push(result);
  }
  return { kind: "list", items };
}

async function mapJob(deps: ExecuteDeps, results: Results): Promise<string | undefined> {
  const { job, executionId } = deps.claim;
  const mapped = await mapLocations(
    { id: job.id, executionId, results },
    { outputsDirectory: deps.layout.outputsDirectory, sync: deps.syncDirectory },
  );
  return mapped.wpsId;
}

/** A failed run walks on: its log is mapped, its subscribers are told, its end is written. */
async function failJob(deps: ExecuteDeps, walk: JobWalk, error: unknown): Promise<WalkEnd> {
  const known = error instanceof RunFailed ? error.failure : { message: errorText(error) };
  const failure: JobFailure = { ...shortFailure(withoutPlaces(deps, known)), stage: walk.shown.stage };
  if (!(error instanceof RunFailed) && !(error instanceof Problem)) {
    deps.logger.error("Cannot run a job", { jobId: deps.claim.job.id, executionId: deps.claim.executionId, error });
  }
  walk.fail(failure);
  walk.enter("monitorEnd", "No results are kept: the job failed.");
  const wpsId = hasFiles(deps) ? await mapFailedJob(deps) : undefined;
  walk.enter("notify");
  const told = composeNotifications(deps.claim.job, "failed", deps.newId);
  const outcome: JobOutcome = { status: "failed", results: {}, failure, ...defined({ wpsId }) };
  return finish(deps, walk, outcome, told);
}

/** Where the server keeps things is nobody's business. */
function withoutPlaces({ layout, claim }: ExecuteDeps, failure: JobFailure): JobFailure {
  const told = createJobPaths(layout, claim.executionId, { hidesData: true });
  const { message, stderrTail } = failure;
  return { ...failure, message: told(message), ...(stderrTail === undefined ? {} : { stderrTail: told(stderrTail) }) };
}

/** What made the job fail may also keep its log from being mapped; the job's end is told all the same. */
async function mapFailedJob(deps: ExecuteDeps): Promise<string | undefined> {
  try {
    await removePublished(deps.layout, deps.claim.executionId);
    return await mapJob(deps, {});
  } catch (error) {
    deps.logger.warn("Cannot map the log of a failed job", { jobId: deps.claim.job.id, error });
    return undefined;
  }
}

/** How often the finishing write is tried; the pauses between double from 100 ms. */
const finishTries = 6;

/** Writes the job's end: status, results, events and what is told of it in one write. */
async function finish(
  deps: ExecuteDeps,
  walk: JobWalk,
  outcome: JobOutcome,
  told: readonly NewNotification[],
): Promise<WalkEnd> {
  const { claim } = deps;
  const at = deps.clock.now();
  const { progress, stage, message, ...waited } = walk.shown;
  const end: NewJobEvent = {
    at,
    kind: "status",
    status: outcome.status,
    progress,
    message: outcome.failure?.message ?? message,
    ...defined({ failure: outcome.failure }),
  };
  const staged = await drainWalk(deps, walk);
  const outputBytes = await patiently(deps, walk, () => measureJob(deps));
  const events = outcome.status === "failed" ? [...staged.events, end] : staged.events;
  const notifications = [...staged.notifications, ...tellingEvent(told, events.length - 1)];
  const move = { jobId: claim.job.id, executionId: claim.executionId, fence: claim.fence, moveId: deps.newId(), at };
  for (let tried = 1; ; tried += 1) {
    try {
      const isWritten = await writeEnd(deps, {
        ...move,
        outcome,
        progress,
        stage,
        message: end.message,
        events,
        notifications,
        ...defined({ checkpoint: staged.checkpoint }),
        executionEnded: true,
        outputBytes,
        ...waited,
      });
      if (isWritten && notifications.length > 0) deps.wakeNotifier();
      return isWritten ? { kind: "finished", status: outcome.status } : { kind: "lost" };
    } catch (error) {
      if (tried === finishTries || deps.signal.aborted || isDatabaseClosed(error)) throw error;
      deps.logger.warn("Cannot write the end of a job, trying again", { jobId: claim.job.id, tried, error });
      await sleep(100 * 2 ** tried);
    }
  }
}

/** What the job takes of the disk, with what its earlier attempts left. */
async function measureJob(deps: ExecuteDeps): Promise<number> {
  if (!hasFiles(deps)) return 0;
  const { database, layout, claim } = deps;
  const isFirst = claim.attempt === 1;
  return measureOutputs(layout, isFirst ? [claim.executionId] : await executionIdsOf(database, claim.job.id));
}

/** A log that cannot be written must not keep the job from its end. */
async function drainWalk(deps: ExecuteDeps, walk: JobWalk): Promise<Buffered> {
  try {
    return await walk.drain();
  } catch (error) {
    deps.logger.warn("Cannot write the log of a job", { jobId: deps.claim.job.id, error });
    return walk.drain();
  }
}
