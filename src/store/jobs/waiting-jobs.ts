import { compareTurns, type Job } from "../../domain/jobs/job.ts";
import { clientOf } from "../../domain/people/access.ts";
import type { Database } from "../database/database.ts";
import * as selecting from "../queries/select-jobs.ts";
import { jobOf } from "./job-rows.ts";

/**
 * Lists accepted jobs, of each client after `after` those that it wants first: by priority, then the oldest. Whoever
 * submitted thousands keeps nobody else's from being read: the limit is shared by the clients.
 */
export async function waitingJobs(database: Database, limit: number, after = ""): Promise<readonly Job[]> {
  const clients = (await database.read(selecting.selectWaitingClients({ after, limit }))).map((row) => row.client);
  if (clients.length === 0) return [];
  const each = shareOf(limit, clients.length);
  const rows = await database.read(selecting.selectWaitingJobs({ clients: JSON.stringify(clients), each }));
  return rows.map(jobOf).sort(compareTurns);
}

/** Tells what `waitingJobs` left: more of a client that it read, or clients after the last one that it read. */
export function leftWaiting(
  read: readonly Job[],
  limit: number,
): { readonly hasMore: boolean; readonly lastClient: string | undefined } {
  const counts = new Map<string, number>();
  for (const job of read) counts.set(clientOf(job), (counts.get(clientOf(job)) ?? 0) + 1);
  const each = shareOf(limit, counts.size);
  const lastClient = counts.size < limit ? undefined : [...counts.keys()].toSorted(compareBytes).at(-1);
  return { hasMore: [...counts.values()].some((count) => count >= each), lastClient };
}

function shareOf(limit: number, clients: number): number {
  return Math.max(1, Math.floor(limit / clients));
}

/** As SQLite orders text. */
function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
