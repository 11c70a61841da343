import type * as progress from "./domain/progress.ts";
import type { StageName } from "./domain/progress.ts";

const stageConstants = {
  setup: "JOB_PROGRESS_SETUP",
  describe: "JOB_PROGRESS_DESCRIBE",
  getInputs: "JOB_PROGRESS_GET_INPUTS",
  getOutputs: "JOB_PROGRESS_GET_OUTPUTS",
  executeRequest: "JOB_PROGRESS_EXECUTE_REQUEST",
  statusLocation: "JOB_PROGRESS_EXECUTE_STATUS_LOCATION",
  monitorStart: "JOB_PROGRESS_EXECUTE_MONITOR_START",
  monitorLoop: "JOB_PROGRESS_EXECUTE_MONITOR_LOOP",
  monitorError: "JOB_PROGRESS_EXECUTE_MONITOR_ERROR",
  monitorEnd: "JOB_PROGRESS_EXECUTE_MONITOR_END",
  notify: "JOB_PROGRESS_NOTIFY",
  done: "JOB_PROGRESS_DONE",
} as const satisfies Record<StageName, keyof typeof progress>;

/**
 * Makes the failpoint of a build that has one: the program kills itself where `HEDDLE_FAILPOINT` says, such as
 * `JOB_PROGRESS_EXECUTE_REQUEST:after-commit`. Every other build passes by.
 */
export function createFailpoint(): (stage: StageName, moment: string) => void {
  if (process.env.HEDDLE_FAILPOINTS_BUILD !== "1") return () => {};
  const wanted = process.env.HEDDLE_FAILPOINT;
  return (stage, moment) => {
    if (wanted === `${stageConstants[stage]}:${moment}`) process.kill(process.pid, "SIGKILL");
  };
}
