import type { StagedEntry } from "../../executors/executor.ts";
import type { RunContext } from "../run/run-context.ts";
import type { ToolPlan } from "./tool-plan.ts";

/** Tells where a tool works, what is put there, and what its environment is called; values may be nobody else's business. */
export function tellPlan({ local }: RunContext, { plan }: { readonly plan: ToolPlan }): void {
  const { tell } = local;
  if (tell === undefined) return;
  tell(`Working directory: ${plan.outdir}`);
  tell(`Temporary directory: ${plan.tmpdir}`);
  for (const entry of plan.staging) tell(`Staged: ${wordEntry(entry)}`);
  tell(`Environment: ${Object.keys(plan.environment).toSorted().join(", ")}`);
  if (plan.stdin !== undefined) tell(`stdin: ${plan.stdin}`);
  if (plan.streams.stdout !== undefined) tell(`stdout: ${plan.streams.stdout}`);
  if (plan.streams.stderr !== undefined) tell(`stderr: ${plan.streams.stderr}`);
  if (plan.timeLimitSeconds !== undefined) tell(`Time limit: ${plan.timeLimitSeconds} s`);
}

function wordEntry(entry: StagedEntry): string {
  switch (entry.kind) {
    case "link":
    case "copy":
    case "own":
    case "mount":
      return `${entry.target} (${entry.kind} of ${entry.source})`;
    case "text":
      return `${entry.target} (a text of ${entry.contents.length} characters)`;
    case "directory":
      return `${entry.target} (a directory)`;
    default:
      return entry satisfies never;
  }
}
