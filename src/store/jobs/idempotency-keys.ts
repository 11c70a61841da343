import type { Database } from "../database/database.ts";
import { deleteExpiredKeys } from "../queries/insert-job.ts";

/** Forgets the idempotency keys that have expired; their jobs stay. */
export async function forgetIdempotencyKeys(database: Database, now: number): Promise<void> {
  await database.write([deleteExpiredKeys({ now })]);
}
