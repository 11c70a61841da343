import { usageKey } from "../../domain/figures/usage.ts";
import { runMember, type TaskFacts, tasksIn, tasksMember } from "../../domain/jobs/provenance.ts";
import { isJsonObject } from "../../domain/values/json.ts";
import { keptValue } from "../../files/jobs/kept-values.ts";
import { checkpointsOf } from "../../store/jobs/executions.ts";
import type { ReadInputsDeps } from "./read-inputs.ts";

/** Reads the tasks of an execution, in the order of their starts. */
export async function tasksOf(
  { database, layout }: ReadInputsDeps,
  executionId: string,
): Promise<readonly TaskFacts[]> {
  const tasks: TaskFacts[] = [];
  for (const [key, held] of await checkpointsOf(database, executionId)) {
    const value = await keptValue(layout, held);
    if (isJsonObject(value)) tasks.push(...tasksIn(value[key === usageKey ? runMember : tasksMember]));
  }
  return tasks.toSorted(byStart);
}

/** A workflow begins before its steps, also where no millisecond lies between. */
function byStart(one: TaskFacts, other: TaskFacts): number {
  const isOuter = (task: TaskFacts) => (task.kind === "workflow" ? task.step.length : Number.MAX_SAFE_INTEGER);
  return one.startedAt - other.startedAt || isOuter(one) - isOuter(other) || one.endedAt - other.endedAt;
}
