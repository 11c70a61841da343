import { Shortage } from "../../domain/figures/shortage.ts";
import { type Retry, type RetryCause, retryCauses } from "../../domain/jobs/run-settings.ts";
import { isJsonObject, isList, type Json } from "../../domain/values/json.ts";
import { pause } from "../../domain/waiting/pause.ts";
import type { TaskEnd } from "../../executors/executor.ts";
import { type Call, callName } from "../run/call.ts";
import type { RunContext } from "../run/run-context.ts";
import { CwlFailure } from "../values/failure.ts";
import { passedLimitFault } from "./task-faults.ts";
import type { Factors, ToolPlan } from "./tool-plan.ts";

/** Tries of one tool that may be lost before it is given up: something here kills it again and again. */
const maxLostTries = 3;
/** Tries that the executor may refuse to start in this life of the server. */
const maxRefusedTries = 3;

/** How long the next try waits for each that was not started. */
const refusedPauseMilliseconds = 200;

/** How the tries of one call have ended so far. */
export type Tries = {
  lost: number;
  refused: number;
  /** What other tries followed by, as the process allows; with the numbers of the tries that ended so. */
  readonly retried: { readonly try: number; readonly cause: RetryCause }[];
};

/** Takes up the count of a call's tries, with what an earlier life of the server has decided. */
export function beginTries(run: RunContext, call: Call): Tries {
  const kept = run.checkpoints.get(checkpointKey(call));
  // A retry of the job is another execution, whose tries begin anew.
  const isOurs = isJsonObject(kept) && kept.executionId === run.executionId;
  return { lost: 0, refused: 0, retried: isOurs ? retriedIn(kept.retried) : [] };
}

function retriedIn(value: Json | undefined): Tries["retried"] {
  if (!isList(value)) return [];
  return value.flatMap((one) => {
    const cause = isJsonObject(one) ? retryCauses.find((known) => known === one.cause) : undefined;
    return cause === undefined || !isJsonObject(one) ? [] : [{ try: Number(one.try), cause }];
  });
}

function checkpointKey({ path, shard }: Call): string {
  return `${path}[${shard}]#retries`;
}

/** Returns what the next try is given, by what the ones before it ended with. */
export function factorsOf({ retries }: RunContext, { retried }: Tries): Factors {
  const product = (of: (retry: Retry | undefined) => number | undefined) =>
    retried.reduce((factor, { cause }) => factor * (of(retries?.[cause]) ?? 1), 1);
  return { memory: product((retry) => retry?.memoryFactor), time: product((retry) => retry?.timeFactor) };
}

type Ended = {
  readonly number: number;
  readonly end: TaskEnd;
  readonly plan: ToolPlan;
  readonly isFromEarlier: boolean;
};

/**
 * Gives the exit code of a try that came to its end; undefined when another try is to follow. Throws CwlFailure when the
 * tool is given up, and Shortage when it is tried again later.
 */
export async function afterTry(run: RunContext, call: Call, tries: Tries, ended: Ended): Promise<number | undefined> {
  const { end, plan, number } = ended;
  if (await isRetried(run, call, tries, ended)) return undefined;
  switch (end.kind) {
    case "exited":
      return end.exitCode;
    case "stopped":
      throw new CwlFailure(
        `Cannot finish ${callName(call)}: ${passedLimitFault(end.at, plan, run.maxWorkBytes)}${triesWords(tries)}`,
      );
    case "notStarted":
      countRefused(call, tries, ended);
      // What was in the way may be there for a moment only.
      await pause(refusedPauseMilliseconds * tries.refused, run.signal);
      return undefined;
    case "failed":
      throw new CwlFailure(`Cannot finish ${callName(call)}: ${end.reason}${triesWords(tries)}`);
    case "lost":
      countLost(run, call, tries, { number, reason: end.reason });
      return undefined;
    default:
      return end satisfies never;
  }
}

function triesWords({ retried }: Tries): string {
  return retried.length === 0 ? "" : `; ${retried.length + 1} tries were made`;
}

/** Notes that a try is followed by another one as its process allows: a restarted server must not count anew. */
async function isRetried(run: RunContext, call: Call, tries: Tries, { number, end }: Ended): Promise<boolean> {
  const cause = causeOf(end);
  const retry = cause === undefined ? undefined : run.retries?.[cause];
  if (cause === undefined || retry === undefined) return false;
  const before = tries.retried.filter((one) => one.cause === cause).length;
  if (before >= retry.times) return false;
  tries.retried.push({ try: number, cause });
  await run.record.checkpoint(checkpointKey(call), { executionId: run.executionId, retried: [...tries.retried] });
  const { memory, time } = factorsOf(run, tries);
  const more = `${memory === 1 ? "" : `, with ${memory} times the memory`}${time === 1 ? "" : `, with ${time} times the time`}`;
  run.record.log(`Runs ${callName(call)} again after ${cause} (${before + 1} of ${retry.times})${more}`, "WARNING");
  return true;
}

/** Returns the cause that a process may name for another try. */
function causeOf(end: TaskEnd): RetryCause | undefined {
  if (end.kind === "failed" || end.kind === "lost") return end.cause;
  if (end.kind !== "stopped") return undefined;
  if (end.at.limit === "memoryMebibytes") return "OUT_OF_MEMORY";
  return end.at.limit === "seconds" ? "TIMEOUT" : undefined;
}

function countRefused(call: Call, tries: Tries, { end, isFromEarlier }: Ended): void {
  if (isFromEarlier || end.kind !== "notStarted") return;
  // Whoever waits for room comes back, finds this try, and takes the next one.
  if (end.isShort === true) throw new Shortage("ENOSPC", `Cannot start ${callName(call)}: ${end.reason}`);
  tries.refused += 1;
  if (tries.refused >= maxRefusedTries) throw new CwlFailure(`Cannot start ${callName(call)}: ${end.reason}`);
}

function countLost(
  run: RunContext,
  call: Call,
  tries: Tries,
  { number, reason }: { readonly number: number; readonly reason: string },
): void {
  tries.lost += 1;
  run.record.log(`Lost try ${number} of ${callName(call)}: ${reason}`, "WARNING");
  if (!run.runsLostAgain) {
    const wanted = "its process says that what was lost is not run again";
    throw new CwlFailure(`Cannot finish ${callName(call)}: found its try lost, because ${reason}; ${wanted}`);
  }
  if (tries.lost < maxLostTries) return;
  throw new CwlFailure(
    `Cannot finish ${callName(call)}: found ${tries.lost} tries lost, the last one because ${reason}`,
  );
}
