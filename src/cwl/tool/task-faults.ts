import { relative } from "node:path";
import type { PassedLimit, Refusal } from "../../executors/executor.ts";
import { type Call, callName } from "../run/call.ts";
import { CwlFailure } from "../values/failure.ts";
import type { ToolPlan } from "./tool-plan.ts";

/** Words a task that its executor refused as the failure of its tool. */
export function refusedTask(call: Call, plan: ToolPlan, { about, found }: Refusal): CwlFailure {
  switch (about) {
    case "program": {
      const [program] = plan.command;
      const wanted = program.includes("/") ? "an executable file there" : `one on the PATH ${plan.environment.PATH}`;
      const message = `Cannot run ${callName(call)}: found ${found}, wanted ${wanted}`;
      return new CwlFailure(message, {}, { field: ["baseCommand"] });
    }
    case "stdin": {
      const wanted = "an input of the tool or a file of its working directory";
      return new CwlFailure(`Cannot read stdin from "${plan.stdin}": found ${found}, wanted ${wanted}`);
    }
    case "stdout":
    case "stderr": {
      const name = relative(plan.outdir, plan.streams[about] ?? plan.outdir);
      const wanted = "a new name in the output directory";
      return new CwlFailure(`Cannot write ${about} to "${name}": found ${found}, wanted ${wanted}`);
    }
    default:
      return about satisfies never;
  }
}

/** Words the limit that a tool was stopped at. */
export function passedLimitFault(
  { limit, found }: PassedLimit,
  plan: ToolPlan,
  maxWorkBytes: number | undefined,
): string {
  switch (limit) {
    case "seconds":
      return `found it still running after ${found} s, wanted an end within its time limit`;
    case "memoryMebibytes":
      return `found ${mebibytes(found)} MiB of memory in use, wanted at most ${plan.limits.memoryMebibytes} MiB (ramMax)`;
    case "writtenBytes":
      return `found ${Number.isFinite(found) ? `${mebibytes(found)} MiB` : "directories too deep to be measured"} written, wanted at most ${mebibytes(maxWorkBytes ?? 0)} MiB (--max-work-bytes)`;
    default:
      return limit satisfies never;
  }
}

/** Rounds bytes to whole MiB. */
export function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
