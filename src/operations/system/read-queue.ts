import { mayDo, type Principal } from "../../domain/people/access.ts";
import type { Database } from "../../store/database/database.ts";
import { countRunning, countWaiting } from "../../store/jobs/queue.ts";

/** How many jobs run and wait, whoever they belong to. */
export type QueueFigures = { readonly running: number; readonly waiting: number };

/** Reads how many jobs run and wait; undefined for who may not know of the jobs of others. */
export async function readQueue(
  { database }: { readonly database: Database },
  principal: Principal,
): Promise<QueueFigures | undefined> {
  if (!mayDo(principal, "read-all-jobs")) return undefined;
  const [running, waiting] = await Promise.all([countRunning(database), countWaiting(database)]);
  return { running, waiting };
}
