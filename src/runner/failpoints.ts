import { Problem } from "../domain/problem.ts";
import type { StageName } from "../domain/progress.ts";

/**
 * When, within a stage: before and after the write that stores the stage is committed, and when all that the stage does
 * has happened and the next one has not begun.
 */
const moments = ["before-commit", "after-commit", "after-effect"] as const;
type Moment = (typeof moments)[number];

/** Told of every moment of every stage. Only a build made for it has one: elsewhere it is undefined. */
export type Failpoint = (stage: StageName, moment: Moment) => void;

const stageOfConstant: Readonly<Record<string, StageName>> = {
  JOB_PROGRESS_SETUP: "setup",
  JOB_PROGRESS_DESCRIBE: "describe",
  JOB_PROGRESS_GET_INPUTS: "getInputs",
  JOB_PROGRESS_GET_OUTPUTS: "getOutputs",
  JOB_PROGRESS_EXECUTE_REQUEST: "executeRequest",
  JOB_PROGRESS_EXECUTE_STATUS_LOCATION: "statusLocation",
  JOB_PROGRESS_EXECUTE_MONITOR_START: "monitorStart",
  JOB_PROGRESS_EXECUTE_MONITOR_LOOP: "monitorLoop",
  JOB_PROGRESS_EXECUTE_MONITOR_ERROR: "monitorError",
  JOB_PROGRESS_EXECUTE_MONITOR_END: "monitorEnd",
  JOB_PROGRESS_NOTIFY: "notify",
  JOB_PROGRESS_DONE: "done",
};

/**
 * Makes the failpoint that `<stage constant>:<moment>` names; with `:N` it waits for the Nth time. `die` ends the program
 * at once. Throws `invalid-parameter-value` for a text that names none.
 */
export function createFailpoint(text: string, die: () => void): Failpoint {
  const [constant = "", moment, times = "1"] = text.split(":");
  const stage = Object.hasOwn(stageOfConstant, constant) ? stageOfConstant[constant] : undefined;
  if (stage === undefined || !moments.some((one) => one === moment) || !/^[1-9]\d*$/.test(times)) {
    const wanted = `a stage constant and one of ${moments.join(", ")}`;
    throw new Problem("invalid-parameter-value", `Cannot arm failpoint: found "${text}", wanted ${wanted}`);
  }
  let left = Number(times);
  return (reachedStage, reachedMoment) => {
    if (reachedStage !== stage || reachedMoment !== moment) return;
    left -= 1;
    if (left === 0) die();
  };
}
