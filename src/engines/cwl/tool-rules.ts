import type { RunContext } from "./run-context.ts";
import type { ToolPlan } from "./tool-plan.ts";

/** Holds what a tool is planned to see to what its process may do here, whatever its document says. */
export function withinRules(run: RunContext, plan: ToolPlan): ToolPlan {
  return run.ownNamespaces ? { ...plan, view: { ...plan.view, ownNamespaces: true } } : plan;
}
