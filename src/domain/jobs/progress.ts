/** The percentage shown when each of the twelve stages of a job begins. */
export const JOB_PROGRESS_SETUP = 1;
export const JOB_PROGRESS_DESCRIBE = 2;
export const JOB_PROGRESS_GET_INPUTS = 4;
export const JOB_PROGRESS_GET_OUTPUTS = 6;
export const JOB_PROGRESS_EXECUTE_REQUEST = 8;
export const JOB_PROGRESS_EXECUTE_STATUS_LOCATION = 10;
export const JOB_PROGRESS_EXECUTE_MONITOR_START = 15;
export const JOB_PROGRESS_EXECUTE_MONITOR_LOOP = 20;
export const JOB_PROGRESS_EXECUTE_MONITOR_ERROR = 85;
export const JOB_PROGRESS_EXECUTE_MONITOR_END = 90;
export const JOB_PROGRESS_NOTIFY = 95;
export const JOB_PROGRESS_DONE = 100;

/** The twelve stages in order: the percentage of each and the message of its log line. */
export const stages = {
  setup: { percent: JOB_PROGRESS_SETUP, message: "Job setup." },
  describe: { percent: JOB_PROGRESS_DESCRIBE, message: "Loading process description." },
  getInputs: { percent: JOB_PROGRESS_GET_INPUTS, message: "Reading job inputs." },
  getOutputs: { percent: JOB_PROGRESS_GET_OUTPUTS, message: "Resolving job outputs." },
  executeRequest: { percent: JOB_PROGRESS_EXECUTE_REQUEST, message: "Starting job process execution." },
  statusLocation: { percent: JOB_PROGRESS_EXECUTE_STATUS_LOCATION, message: "Recording where the execution runs." },
  monitorStart: { percent: JOB_PROGRESS_EXECUTE_MONITOR_START, message: "Starting monitoring of job execution." },
  monitorLoop: { percent: JOB_PROGRESS_EXECUTE_MONITOR_LOOP, message: "Monitoring job execution." },
  monitorError: { percent: JOB_PROGRESS_EXECUTE_MONITOR_ERROR, message: "Job execution failed." },
  monitorEnd: { percent: JOB_PROGRESS_EXECUTE_MONITOR_END, message: "Collecting job results." },
  notify: { percent: JOB_PROGRESS_NOTIFY, message: "Composing notifications." },
  done: { percent: JOB_PROGRESS_DONE, message: "Job complete." },
} as const;

export type StageName = keyof typeof stages;

/** What a job does in each stage, in the words of its reader. */
export const stageTitles: Readonly<Record<StageName, string>> = {
  setup: "Preparing",
  describe: "Reading the process",
  getInputs: "Fetching inputs",
  getOutputs: "Preparing outputs",
  executeRequest: "Starting",
  statusLocation: "Starting",
  monitorStart: "Running",
  monitorLoop: "Running",
  monitorError: "Failed",
  monitorEnd: "Collecting results",
  notify: "Notifying",
  done: "Done",
};

/** The stage names in the order of their percentages. */
export const stageNames: readonly StageName[] = Object.keys(stages).filter(isStageName);

function isStageName(name: string): name is StageName {
  return Object.hasOwn(stages, name);
}

/**
 * Maps an engine's own percent (0 to 100; out of range or NaN is clamped) into the monitoring stage: 20 to 85, an integer.
 */
export function monitorProgress(enginePercent: number): number {
  const percent = Number.isFinite(enginePercent) ? Math.min(100, Math.max(0, enginePercent)) : 0;
  const span = JOB_PROGRESS_EXECUTE_MONITOR_ERROR - JOB_PROGRESS_EXECUTE_MONITOR_LOOP;
  return Math.floor(JOB_PROGRESS_EXECUTE_MONITOR_LOOP + (percent * span) / 100);
}

/**
 * The percentage to show when a job enters a stage: never lower than what was shown, and once the run failed it stays
 * at 85, or where it was when already above.
 */
export function shownProgress(shown: number, stage: StageName, hasFailed: boolean): number {
  if (hasFailed && stage !== "monitorError") return shown;
  return Math.max(shown, stages[stage].percent);
}

/** How far the walk of a job has come, and what is shown of it. */
export type WalkState = {
  readonly stage: StageName;
  /** The percentage shown, 1 to 100. */
  readonly progress: number;
  readonly message: string;
  /** The run failed: from then on the percentage stays. */
  readonly hasFailed: boolean;
  /** How far it had come when it failed, 1 to 100; undefined until then. */
  readonly reached?: number;
  /** The job is done. */
  readonly isDone: boolean;
  /** Its tool really runs, or ran. */
  readonly hasReachedTool: boolean;
  /** The last stage that an earlier life of the server wrote down. */
  readonly recorded?: StageName;
};

/** What happens on the way. */
export type WalkEvent =
  | { readonly kind: "enter"; readonly stage: StageName; readonly message?: string }
  | { readonly kind: "fail"; readonly message: string }
  /** The engine's own percent, 0 to 100. */
  | { readonly kind: "percent"; readonly percent: number; readonly message?: string };

/** Tells whether an earlier life of the server wrote a stage down, so that it is passed again without a word. */
export function wasRecorded({ hasFailed, recorded }: WalkState, stage: StageName): boolean {
  return !hasFailed && recorded !== undefined && stages[stage].percent <= stages[recorded].percent;
}

/** Gives the state after an event. */
export function advance(state: WalkState, event: WalkEvent): WalkState {
  switch (event.kind) {
    case "enter":
      return enter(state, event.stage, event.message);
    case "fail": {
      const message = `Job execution failed at the stage "${stageTitles[state.stage]}": ${event.message}`;
      return enter({ ...state, hasFailed: true, reached: state.progress }, "monitorError", message);
    }
    case "percent": {
      const progress = Math.max(state.progress, monitorProgress(event.percent));
      return { ...state, progress, message: event.message ?? state.message };
    }
    default:
      return event satisfies never;
  }
}

function enter(state: WalkState, stage: StageName, message: string = stages[stage].message): WalkState {
  const reached = { ...state, stage, hasReachedTool: state.hasReachedTool || stage === "statusLocation" };
  if (wasRecorded(state, stage)) return reached;
  const progress = shownProgress(state.progress, stage, state.hasFailed);
  return { ...reached, progress, message, isDone: state.isDone || stage === "done" };
}
