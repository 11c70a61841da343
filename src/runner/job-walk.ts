import type { JobFailure, NewJobEvent } from "../domain/job.ts";
import { formatJobLogLine } from "../domain/job-log.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import {
  composeNotifications,
  type NotificationEvent,
  type PendingNotification,
  tellingEvent,
} from "../domain/notification.ts";
import { monitorProgress, type StageName, shownProgress, stages } from "../domain/progress.ts";
import { shortText } from "../domain/short-text.ts";
import { startTimer, type Timer } from "../domain/timers.ts";
import { appendJobLog } from "../files/job-log.ts";
import { createJobPaths } from "../files/job-paths.ts";
import { recordJob } from "../store/jobs.ts";
import type { Claim, ExecuteDeps } from "./claim.ts";

/** The claim does not hold any more: the job was dismissed, or another holder took it. Nothing was written. */
export class ClaimLost extends Error {
  constructor(jobId: string) {
    super(`The claim of job "${jobId}" does not hold any more`);
    this.name = "ClaimLost";
  }
}

/** What an awaited write keeps of the execution, besides the buffered stages. */
export type Kept = {
  readonly handle?: JsonObject;
  readonly outputPlan?: JsonObject;
  readonly remoteJobId?: string;
  readonly checkpoint?: { readonly key: string; readonly value: Json };
};

/** A job's way through its stages: what is shown, what waits to be written, what was logged. */
export type JobWalk = {
  readonly stage: StageName;
  readonly progress: number;
  readonly message: string;
  /** Enters a stage: an event, a log line; written with the next awaited write or after half a second. */
  enter(stage: StageName, message?: string): void;
  /** Enters the error stage; from then on the shown progress stays. */
  fail(failure: JobFailure): void;
  /** Shows the engine's own percent; stored at most once a second. */
  percent(enginePercent: number, message?: string): void;
  /** Adds a line to the job's log, when it has one. */
  log(message: string): void;
  /** Writes what is buffered. Throws ClaimLost when the claim does not hold. */
  commit(kept?: Kept): Promise<void>;
  /** Gives what is buffered to a write of the caller's, once the log lines are written. Throws when they can't be; then a second call gives the events. */
  drain(): Promise<Buffered>;
};

/** What waits for a write: events, and what is to be told of some of them. */
export type Buffered = {
  readonly events: readonly NewJobEvent[];
  readonly notifications: readonly PendingNotification[];
};

/** Stages that nobody waits for are written after this long. */
const flushMilliseconds = 500;
/** A percent is stored at most this often. */
const percentMilliseconds = 1000;

/** Words a stage as what is being done. */
function doingAt(stage: StageName): string {
  return stages[stage].message.replace(/\.$/, "");
}

/** Begins (or, after a restart, goes on with) a job's walk. `onLost` is told when a delayed write finds the claim lost. */
export function beginWalk(deps: ExecuteDeps, claim: Claim, hasLog: boolean, onLost: () => void): JobWalk {
  const { job } = claim;
  const attemptStartedAt = claim.startedAt;
  let stage: StageName = job.stage ?? "setup";
  let progress = claim.isAdopted ? job.progress : stages.setup.percent;
  let message: string = stages.setup.message;
  let hasFailed = false;
  let isSettled = false;
  let hasReachedTool = false;
  let events: NewJobEvent[] = [];
  let notifications: PendingNotification[] = [];
  let timer: Timer | undefined;
  let lastPercentAt = Number.NEGATIVE_INFINITY;
  let logged: Promise<void> = Promise.resolve();

  /** Waits for what the server is short of; the log says so as soon as it can be written. */
  const patiently = <T>(work: () => Promise<T>, saysInLog = true) =>
    deps.patience.during(work, {
      signal: deps.signal,
      say(words) {
        deps.logger.warn(words, { jobId: job.id, executionId: claim.executionId });
        if (saysInLog) log("INFO", words, false);
      },
    });
  const told = createJobPaths(deps.layout, claim.executionId, { hidesData: false });
  const log = (level: "INFO" | "ERROR", text: string, saysWaits = true) => {
    if (!hasLog) return;
    const at = deps.clock.now();
    const line = formatJobLogLine({
      at,
      level,
      elapsedMilliseconds: at - attemptStartedAt,
      progress,
      status: hasFailed ? "failed" : isSettled ? "successful" : "running",
      message: told(text),
    });
    logged = logged.then(() => patiently(() => appendJobLog(deps.layout, claim.executionId, [line]), saysWaits));
    // Whoever drains the walk sees the failure; until then it must not end the server.
    logged.catch(() => {});
  };
  const push = (event: NewJobEvent) => {
    events.push(event);
    if (!deps.isBuffered(job)) return;
    timer ??= startTimer(flushMilliseconds, () => {
      timer = undefined;
      commit().catch((error) => {
        if (error instanceof ClaimLost) onLost();
        else deps.logger.error("Cannot write the stages of a job", { jobId: job.id, error });
      });
    });
  };
  const tellOfLastEvent = (event: NotificationEvent) => {
    notifications.push(...tellingEvent(composeNotifications(job, event, deps.newId), events.length - 1));
  };
  const wasRecorded = (next: StageName) =>
    claim.isAdopted && job.stage !== undefined && stages[next].percent <= stages[job.stage].percent;
  const enter = (next: StageName, text: string | undefined, failure?: JobFailure) => {
    // A failure comes in the middle of its stage.
    if (failure === undefined) deps.failpoint?.(stage, "after-effect");
    stage = next;
    if (next === "monitorLoop") deps.activity.end(job.id);
    else deps.activity.begin(doingAt(next), job.id);
    hasReachedTool ||= next === "statusLocation";
    // An adopted execution passes the stages again that an earlier run of the server has written down.
    if (!hasFailed && wasRecorded(next)) return;
    progress = shownProgress(progress, next, hasFailed);
    message = text === undefined ? stages[next].message : told(text);
    isSettled ||= next === "done";
    push({
      at: deps.clock.now(),
      kind: "stage",
      status: isSettled ? "successful" : "running",
      stage,
      progress,
      message,
      ...(failure === undefined ? {} : { failure }),
    });
    // It really runs; a walk that is taken up again comes here only when that was not written down.
    if (next === "statusLocation") tellOfLastEvent("inProgress");
    if (deps.isBuffered(job)) deps.database.announce(job.id, { progress, message, stage });
    log(failure === undefined ? "INFO" : "ERROR", message);
  };
  const drain = async () => {
    timer?.clear();
    timer = undefined;
    const lines = logged;
    logged = Promise.resolve();
    await lines;
    const drained = { events, notifications };
    events = [];
    notifications = [];
    return drained;
  };
  const commit = async (kept?: Kept) => {
    const { events: drained, notifications: told } = await drain();
    if (drained.length === 0 && kept === undefined) return;
    // A checkpoint of the stage that starts the run tells that it has started.
    if (kept?.checkpoint !== undefined && stage === "executeRequest") deps.failpoint?.(stage, "after-effect");
    for (const event of drained) deps.failpoint?.(event.stage ?? stage, "before-commit");
    const record = {
      jobId: job.id,
      fence: claim.fence,
      at: deps.clock.now(),
      events: drained,
      notifications: told,
      progress,
      stage,
      message,
      ...(hasReachedTool ? { hasStarted: true } : {}),
      ...(kept === undefined ? {} : { execution: { id: claim.executionId, ...kept } }),
    };
    const holds = await patiently(() => recordJob(deps.database, record));
    for (const event of drained) deps.failpoint?.(event.stage ?? stage, "after-commit");
    if (!holds) throw new ClaimLost(job.id);
    if (told.length > 0) deps.wakeNotifier();
  };
  return {
    get stage() {
      return stage;
    },
    get progress() {
      return progress;
    },
    get message() {
      return message;
    },
    enter: (next, text) => enter(next, text),
    fail(failure) {
      const failedAt = stage;
      hasFailed = true;
      enter("monitorError", `Job execution failed at stage ${failedAt}: ${failure.message}`, failure);
    },
    percent(enginePercent, words) {
      const text = words === undefined ? undefined : shortText(words);
      const next = Math.max(progress, monitorProgress(enginePercent));
      if (next === progress && (text === undefined || text === message)) return;
      progress = next;
      message = text === undefined ? message : told(text);
      deps.database.announce(job.id, { progress, message, stage });
      const elapsed = deps.clock.elapsed();
      if (elapsed - lastPercentAt < percentMilliseconds) return;
      lastPercentAt = elapsed;
      push({ at: deps.clock.now(), kind: "progress", status: "running", stage, progress, message });
    },
    log: (text) => log("INFO", text),
    commit,
    drain,
  };
}
