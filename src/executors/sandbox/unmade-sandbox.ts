import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ifFound } from "../../files/disk/file-errors.ts";
import type { TaskEnd } from "../executor.ts";

/** The file in a task's directory where bubblewrap tells what it did: `--json-status-fd`. */
export function sandboxStatusFile(directory: string): string {
  return join(directory, "sandbox.status");
}

/** What bubblewrap ends with when it could not make a sandbox, and many a tool that failed. */
const unmadeCode = 1;

/** Stands in what it tells only when the tool had been given over to, whatever it ended with then. */
const handedOver = '"exit-code"';

/**
 * Tells a sandbox that was never made from a tool that failed in it: while a system is brought up to date, a file of
 * /etc may be replaced in the moment in which it is hidden. No tool ran then, and another try may have one. A program
 * that the sandbox does not have is a failure, which another try would meet again. `directory` and `log` are the task's.
 */
export function unlessUnmade(end: TaskEnd, directory: string, log: string): TaskEnd {
  if (end.kind !== "exited" || end.exitCode !== unmadeCode) return end;
  const status = ifFound(() => readFileSync(sandboxStatusFile(directory), "latin1"));
  if (status === undefined || status.includes(handedOver)) return end;
  const told = /^bwrap: (?!execvp )(.*)$/m.exec(ifFound(() => readFileSync(log, "utf8")) ?? "")?.[1];
  return told === undefined ? end : { kind: "notStarted", reason: `the sandbox could not be made: ${told}` };
}
