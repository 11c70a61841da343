import type { ProgramEnd } from "../../run-program.ts";
import type { SlurmJob } from "../slurm-job.ts";

/**
 * The last that Slurm tells of a job: undefined when it knows nothing, `later` when the accounting does not answer now, or has
 * not heard yet of the end of a job that the controller has forgotten.
 */
export type LastWord = SlurmJob | "later" | undefined;

/** Asks the accounting about the job of this number and this name: a controller that began anew gives its numbers again. */
export async function askAccounting(
  run: (words: readonly string[]) => Promise<ProgramEnd>,
  id: string,
  name: string,
): Promise<LastWord> {
  const ofJob = ["-X", "-D", "-n", "-P", "-S", "now-30days", "-j", id, `--name=${name}`];
  const { exitCode, out, talk } = await run(["sacct", ...ofJob, "-o", "JobID,State,NodeList,JobName"]);
  if (exitCode !== 0) return exitCode === 127 || /storage is disabled/i.test(talk) ? undefined : "later";
  // One that was begun again stands there for each time.
  const row = out.trim().split("\n").at(-1) ?? "";
  const [, number, state, node = ""] = /^([^|]+)\|([^|]*)\|([^|]*)\|/.exec(row) ?? [];
  if (number === undefined || state === undefined) return undefined;
  return { id: number, state: state.trim(), reason: "", node: node === "None assigned" ? "" : node, name };
}

/** How long the accounting is waited for, before a job of which it tells nothing counts as if there were none. */
export const accountingMilliseconds = 600_000;

/** How long after it has answered again the accounting may still lack what the controller kept for it meanwhile. */
export const settlingMilliseconds = 60_000;
