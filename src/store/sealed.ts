import { isNotNull, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { jobSecrets } from "./schema/jobs.ts";
import { subscriptions } from "./schema/notifications.ts";
import { providers } from "./schema/providers.ts";
import { build, compile } from "./statements.ts";

const count = sql`count(*)`.as("count");
const counts = [
  compile(() => build.select({ count }).from(providers).where(isNotNull(providers.sealedAuth))),
  compile(() => build.select({ count }).from(jobSecrets)),
  compile(() => build.select({ count }).from(subscriptions)),
];

/** Counts the rows that only the secret key can open. */
export async function countSealed(database: Database): Promise<number> {
  let sum = 0;
  for (const one of counts) sum += Number((await database.read(one({})))[0]?.count ?? 0);
  return sum;
}
