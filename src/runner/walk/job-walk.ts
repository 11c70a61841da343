import { defined } from "../../domain/defined.ts";
import type { JobFailure, JobWait } from "../../domain/jobs/job.ts";
import { advance, type StageName, stages, type WalkState, wasRecorded } from "../../domain/jobs/progress.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { shortText } from "../../domain/words/short-text.ts";
import { createJobPaths } from "../../files/jobs/job-paths.ts";
import { recordJob } from "../../store/jobs/jobs.ts";
import type { Checkpoint } from "../../store/queries/record-job.ts";
import { type Claim, ClaimLost, type ExecuteDeps } from "../queue/claim.ts";
import { createWaitCount, type WaitShown } from "../queue/wait-count.ts";
import { aroundCommit } from "./around-commit.ts";
import { type Buffered, createWalkBuffer, type WalkBuffer } from "./walk-buffer.ts";
import { createWalkLog, type LogLevel } from "./walk-log.ts";

/** What an awaited write keeps of the execution, besides the buffered stages. */
export type Kept = {
  readonly handle?: JsonObject;
  readonly outputPlan?: JsonObject;
  readonly remoteJobId?: string;
  readonly checkpoint?: Checkpoint;
};

/** What others see of a walk. */
export type WalkShown = Pick<WalkState, "stage" | "progress" | "message"> & Pick<WaitShown, "waitedMilliseconds">;

/** A job's way through its stages: what is shown, what waits to be written, what was logged. */
export type JobWalk = {
  /** What is shown of it now, and how long it has waited since its claim. */
  readonly shown: WalkShown;
  /** Enters a stage: an event, a log line; written with the next awaited write or after half a second. */
  enter(stage: StageName, message?: string): void;
  /** Enters the error stage; from then on the shown progress stays. */
  fail(failure: JobFailure): void;
  /** Shows the engine's own percent; stored at most once a second. */
  percent(enginePercent: number, message?: string): void;
  /** Shows that nothing of the run can go on for want of something, or, with `undefined`, that it goes on since a time. */
  waits(wait: JobWait | undefined, until?: number): void;
  /** Adds a line to the job's log, when it has one. */
  log(message: string, level?: "WARNING"): void;
  /** Keeps a checkpoint with the next write. */
  keepLater(checkpoint: Checkpoint): void;
  /** Writes what is buffered. Throws ClaimLost when the claim does not hold. */
  commit(kept?: Kept): Promise<void>;
  /** Gives what is buffered to a write of the caller's, once the log lines are written. Throws when they can't be; then a second call gives the events. */
  drain(): Promise<Buffered>;
};

/** A percent is stored at most this often. */
const percentMilliseconds = 1000;

/** Words a stage as what is being done. */
function doingAt(stage: StageName): string {
  return stages[stage].message.replace(/\.$/, "");
}

/** Begins (or, after a restart, goes on with) a job's walk. */
export function beginWalk(deps: ExecuteDeps, hasLog: boolean): JobWalk {
  const { claim, clock } = deps;
  const { job } = claim;
  let state = firstState(claim);
  const waits = createWaitCount(clock, claim.isAdopted ? job : {});
  const lines = createWalkLog(deps, hasLog);
  const buffer = createWalkBuffer(deps, () => commit());
  const words = createJobPaths(deps.layout, claim.executionId, { hidesData: false });
  const percents = createPercentEvents(clock, buffer, state.progress);
  const log = (level: LogLevel, text: string) => lines.add(state, level, words(text));
  const shown = () => ({ ...shownOf(state), ...defined({ waitedMilliseconds: waits.until(clock.now()) }) });
  const announce = () => deps.database.announce(job.id, { ...shownOf(state), ...waits.shown() });
  const show = (failure?: JobFailure) => {
    showStage(deps, buffer, state, failure);
    percents.passed(state);
    announceStage(deps, state, { buffer, announce });
    log(failure === undefined ? "INFO" : "ERROR", state.message);
  };
  const enter = (stage: StageName, text?: string) => {
    deps.failpoint?.(state.stage, "after-effect");
    const isKnown = wasRecorded(state, stage);
    state = advance(state, { kind: "enter", stage, ...(text === undefined ? {} : { message: words(text) }) });
    noteActivity(deps, stage);
    if (!isKnown) show();
  };
  const drain = async () => {
    buffer.stopTimer();
    await lines.written();
    return buffer.take();
  };
  const commit = async (kept?: Kept) => {
    const { stage } = state;
    const drained = await drain();
    const { checkpoint = drained.checkpoint } = kept ?? {};
    if (drained.events.length === 0 && kept === undefined && checkpoint === undefined) return;
    // A write takes one checkpoint along.
    if (checkpoint !== drained.checkpoint && drained.checkpoint !== undefined) buffer.keep(drained.checkpoint);
    // A checkpoint of the stage that starts the run tells that it has started.
    if (kept?.checkpoint !== undefined && stage === "executeRequest") deps.failpoint?.(stage, "after-effect");
    const patiently = <T>(work: () => Promise<T>) => lines.patiently(() => state, work);
    await writeWalk(deps, { ...state, ...shown() }, drained, { kept: keptWith(kept, checkpoint), patiently });
  };
  return {
    get shown() {
      return shown();
    },
    enter,
    fail(failure) {
      // How far it came is told by its last event before the failure.
      percents.addMissing(state);
      state = advance(state, { kind: "fail", message: words(failure.message) });
      noteActivity(deps, state.stage);
      show(failure);
    },
    percent(percent, text) {
      const message = text === undefined ? undefined : words(shortText(text));
      const next = advance(state, { kind: "percent", percent, ...defined({ message }) });
      if (next.progress === state.progress && next.message === state.message) return;
      state = next;
      announce();
      percents.told(state);
    },
    waits(wait, until) {
      if (waits.set(wait, until) && deps.isBuffered(job)) announce();
    },
    log: (text, level) => log(level ?? "INFO", text),
    keepLater: buffer.keep,
    commit,
    drain,
  };
}

/** Shows a stage that was just entered. */
function showStage(
  { clock }: ExecuteDeps,
  buffer: WalkBuffer,
  state: WalkState,
  failure: JobFailure | undefined,
): void {
  const status = state.isDone ? "successful" : "running";
  buffer.add({ ...shownOf(state), at: clock.now(), kind: "stage", status, ...defined({ failure }) });
  // It really runs; a walk that is taken up again comes here only when that was not written down.
  if (state.stage === "statusLocation") buffer.tell("inProgress");
}

/** What is told of a state, in events and to who looks meanwhile. */
function shownOf({ stage, progress, message }: WalkState): Pick<WalkState, "stage" | "progress" | "message"> {
  return { stage, progress, message };
}

/** Makes what tells whether a percent is stored: at most once a second. */
function createPercentPace(clock: Clock): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const elapsed = clock.elapsed();
    if (elapsed - last < percentMilliseconds) return false;
    last = elapsed;
    return true;
  };
}

/** Tells those who look of a stage. Its end tells what follows a failure, and that it is done, with the status: until then it is shown where it was. */
function announceStage(
  { isBuffered, claim }: ExecuteDeps,
  { hasFailed, isDone }: WalkState,
  { buffer, announce }: { readonly buffer: WalkBuffer; readonly announce: () => void },
): void {
  if (hasFailed || isDone) buffer.stopTimer();
  else if (isBuffered(claim.job)) announce();
}

/** What of an execution is written; undefined for nothing. */
function keptWith(kept: Kept | undefined, checkpoint: Kept["checkpoint"]): Kept | undefined {
  return kept === undefined && checkpoint === undefined ? undefined : { ...kept, ...defined({ checkpoint }) };
}

/** Makes the events of percents, and knows what the last event told; `first` before all. */
function createPercentEvents(clock: Clock, buffer: WalkBuffer, first: number) {
  const isDue = createPercentPace(clock);
  let told = first;
  const add = (state: WalkState) => {
    told = state.progress;
    buffer.add({ ...shownOf(state), at: clock.now(), kind: "progress", status: "running" });
  };
  return {
    /** Adds an event of a state, unless the last one was a moment ago. */
    told(state: WalkState): void {
      if (isDue()) add(state);
    },
    /** Notes that another event tells of a state. */
    passed: ({ progress }: WalkState) => {
      told = progress;
    },
    /** Adds an event where the last one is behind a state. */
    addMissing(state: WalkState): void {
      if (state.progress !== told) add(state);
    },
  };
}

/** An adopted execution passes the stages again that an earlier life of the server has written down. */
function firstState({ job, isAdopted }: Claim): WalkState {
  return {
    stage: job.stage ?? "setup",
    progress: isAdopted ? job.progress : stages.setup.percent,
    message: stages.setup.message,
    hasFailed: false,
    isDone: false,
    hasReachedTool: false,
    ...(isAdopted && job.stage !== undefined ? { recorded: job.stage } : {}),
  };
}

function noteActivity({ activity, claim }: ExecuteDeps, stage: StageName): void {
  if (stage === "monitorLoop") activity.end(claim.job.id);
  else activity.begin(doingAt(stage), claim.job.id);
}

type Writing = {
  readonly kept: Kept | undefined;
  readonly patiently: <T>(work: () => Promise<T>) => Promise<T>;
};

/** Writes what a walk has gathered. Throws ClaimLost when its claim does not hold. */
async function writeWalk(
  deps: ExecuteDeps,
  state: WalkState & Pick<WaitShown, "waitedMilliseconds">,
  { events, notifications }: Buffered,
  { kept, patiently }: Writing,
): Promise<void> {
  const { claim } = deps;
  const { stage, progress, message, hasReachedTool, waitedMilliseconds } = state;
  const record = {
    jobId: claim.job.id,
    fence: claim.fence,
    at: deps.clock.now(),
    events,
    notifications,
    progress,
    stage,
    message,
    ...defined({ waitedMilliseconds }),
    ...(hasReachedTool ? { hasStarted: true } : {}),
    ...(kept === undefined ? {} : { execution: { id: claim.executionId, ...kept } }),
  };
  const written = events.map((event) => event.stage ?? stage);
  const holds = await aroundCommit(deps, written, () => patiently(() => recordJob(deps.database, record)));
  if (!holds) throw new ClaimLost(claim.job.id);
  if (notifications.length > 0) deps.wakeNotifier();
}
