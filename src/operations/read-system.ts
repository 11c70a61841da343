import type { Principal } from "../domain/access.ts";
import type { SystemFacts } from "../domain/documents/system.ts";
import type { Database } from "../store/database.ts";
import { requireAction } from "./guard.ts";
import { type QueueFigures, readQueue } from "./read-queue.ts";

export type SystemDeps = {
  readonly database: Database;
  /** Measures what the service runs on. */
  readonly readFacts: () => Promise<SystemFacts>;
};

/** Reads what the service runs on, and how busy it is. Throws `forbidden`. */
export async function readSystem(
  deps: SystemDeps,
  principal: Principal,
): Promise<SystemFacts & { readonly queue: QueueFigures }> {
  requireAction(principal, "read-system", "read what the service runs on");
  const queue = (await readQueue(deps, principal)) ?? { running: 0, waiting: 0 };
  return { ...(await deps.readFacts()), queue };
}
