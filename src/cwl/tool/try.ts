import type { TaskKey } from "../../executors/executor.ts";
import type { Talk } from "./stderr-tail.ts";
import type { ToolPlan } from "./tool-plan.ts";

/** One try, and where its stderr goes. */
export type Try = { readonly key: TaskKey; readonly plan: ToolPlan; readonly stderr: Talk };
