/** The twelve stages of a job, in order, with the percentage shown when each begins. */
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

/** Each stage by name: its percentage and the message of its log line. */
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

/** The stage names in the order of their percentages. */
export const stageNames = [
  "setup",
  "describe",
  "getInputs",
  "getOutputs",
  "executeRequest",
  "statusLocation",
  "monitorStart",
  "monitorLoop",
  "monitorError",
  "monitorEnd",
  "notify",
  "done",
] as const satisfies readonly StageName[];

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
