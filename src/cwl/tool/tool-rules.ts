import type { RunContext } from "../run/run-context.ts";
import type { ToolPlan } from "./tool-plan.ts";

/** Holds what a tool is planned to see to what its process may do here, whatever its document says. */
export function withinRules(run: RunContext, plan: ToolPlan): ToolPlan {
  const { view } = plan;
  const hasNetwork = view.hasNetwork && run.withoutNetwork === undefined;
  if (view.hasNetwork && !hasNetwork) sayWithheld(run, plan);
  return { ...plan, view: { ...view, hasNetwork, ...(run.ownNamespaces ? { ownNamespaces: true } : {}) } };
}

/** Says once a run what is withheld, and whether anything here can withhold it. */
function sayWithheld({ machine, record, said, withoutNetwork }: RunContext, { view }: ToolPlan): void {
  const isHeld = view.image !== undefined || machine.enforces.includes("network");
  const words = isHeld
    ? "No network for tools that ask for it"
    : "Not enforced without a sandbox: no network for tools";
  const line = `${words}: ${withoutNetwork}`;
  if (!said.has(line)) record.log(line);
  said.add(line);
}
