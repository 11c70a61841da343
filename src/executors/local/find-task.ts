import { sleep } from "../../domain/waiting/timers.ts";
import type { TaskKey, TaskState } from "../executor.ts";
import { type InspectDeps, type Inspection, inspectTask } from "./inspect-task.ts";
import { claimAbandoned } from "./task-records.ts";

/** How often a task is looked at that an earlier server had started: nobody tells of its end. */
export const adoptedPollMilliseconds = 100;

/** How often a record is looked at that is just being written. */
const startingPollMilliseconds = 5;

/** Tells whether a try runs or how it ended; one without a start is claimed, so that it never can start. */
export async function findTask(deps: InspectDeps, key: TaskKey): Promise<TaskState> {
  const found = await findInspected(deps, key);
  return found.kind === "running" ? { kind: "running" } : found;
}

/** Looks until it is known whether the try had started; one without a start is claimed, so that it never can. */
export async function findInspected(
  deps: InspectDeps,
  key: TaskKey,
): Promise<Extract<Inspection, { kind: "running" | "ended" }>> {
  for (;;) {
    const found = await inspectTask(deps, key);
    switch (found.kind) {
      case "running":
      case "ended":
        return found;
      case "none":
        // Whether we made the record or someone else was first: the next look tells.
        await claimAbandoned(deps.layout, key);
        break;
      case "starting":
        await sleep(startingPollMilliseconds);
        break;
      default:
        found satisfies never;
    }
  }
}

/** What an engine's program may take to tell the end of its container, which was stopped. */
const settlingMilliseconds = 5000;

export async function untilSettled(deps: InspectDeps, key: TaskKey): Promise<void> {
  for (let waited = 0; waited < settlingMilliseconds; waited += adoptedPollMilliseconds) {
    if ((await findInspected(deps, key)).kind === "ended") return;
    await sleep(adoptedPollMilliseconds);
  }
}
