import { saysWantedKey } from "../../domain/people/wanted-key.ts";
import type { Database } from "../../store/database/database.ts";
import { listAudit } from "../../store/people/audit.ts";
import { newestRunsAt } from "../../store/processes/provider-runs.ts";

/** So many of the newest jobs at a provider are looked at. */
const newest = 20;

/**
 * Tells when a provider refused a run since it wants a key, or another one (milliseconds since 1970); undefined where none was refused so, one
 * succeeded since, or what signs in to it was changed since. A run that failed in another way says nothing of the key.
 */
export async function refusedForKeyAt(database: Database, providerId: string): Promise<number | undefined> {
  const runs = await newestRunsAt(database, providerId, newest);
  const telling = runs.find(({ isGood, failure = "" }) => isGood || saysWantedKey(failure));
  if (telling === undefined || telling.isGood) return undefined;
  for (const action of ["change-provider", "add-provider"] as const) {
    const filter = { since: telling.endedAt, action, subject: providerId, outcome: "done", limit: 1 } as const;
    if ((await listAudit(database, filter)).length > 0) return undefined;
  }
  return telling.endedAt;
}
