import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as constants from "../domain/jobs/progress.ts";
import { type StageName, stageNames, stages } from "../domain/jobs/progress.ts";
import { Problem } from "../domain/problem.ts";

/**
 * When, within a stage: before and after the write that stores the stage is committed, and when all that the stage does
 * has happened and the next one has not begun.
 */
const moments = ["before-commit", "after-commit", "after-effect"] as const;
type Moment = (typeof moments)[number];

/** Told of every moment of every stage. Only a build made for it has one: elsewhere it is undefined. */
export type Failpoint = (stage: StageName, moment: Moment) => void;

/** The constants of `progress.ts` have the percentages of the stages as their values. */
const stageOfPercent = new Map<number, StageName>(stageNames.map((name) => [stages[name].percent, name]));

function stageOfConstant(constant: string): StageName | undefined {
  const value = Object.entries(constants).find(([name]) => name === constant)?.[1];
  return typeof value === "number" ? stageOfPercent.get(value) : undefined;
}

/** What happens there. */
const ends = {
  /** The program is gone at once. */
  kill: () => void process.kill(process.pid, "SIGKILL"),
  /** The main thread does not turn any more. */
  block: () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  /** An error that nobody catches. */
  throw: () => void Promise.reject(new Error("The failpoint was reached")),
  /** Every thread of the runtime's file pool waits for a pipe that nobody writes to. */
  files: () => {
    const pipe = join(mkdtempSync(join(tmpdir(), "heddle-failpoint-")), "pipe");
    execFileSync("/bin/sh", ["-c", `mkfifo "${pipe}"`]);
    for (let opened = 0; opened < 256; opened += 1) void open(pipe, "r");
  },
} as const satisfies Record<string, () => void>;

/**
 * Makes the failpoint that `<stage constant>:<moment>` names; with `:N` it waits for the Nth time, and with `:block`,
 * `:throw` or `:files` after it something else happens than a kill. Throws `invalid-parameter-value` for a text that names none.
 */
export function createFailpoint(text: string): Failpoint {
  const [constant = "", moment, times = "1", name = "kill"] = text.split(":");
  const stage = constant.startsWith("JOB_PROGRESS_") ? stageOfConstant(constant) : undefined;
  const end = Object.entries(ends).find(([one]) => one === name)?.[1];
  const isMoment = moments.some((one) => one === moment);
  if (stage === undefined || !isMoment || !/^[1-9]\d*$/.test(times) || end === undefined) {
    const wanted = `a stage constant and one of ${moments.join(", ")}`;
    throw new Problem("invalid-parameter-value", `Cannot arm failpoint: found "${text}", wanted ${wanted}`);
  }
  let left = Number(times);
  return (reachedStage, reachedMoment) => {
    if (reachedStage !== stage || reachedMoment !== moment) return;
    left -= 1;
    if (left === 0) end();
  };
}
