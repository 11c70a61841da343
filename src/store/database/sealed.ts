import { count, isNotNull } from "drizzle-orm";
import { jobSecrets } from "../schema/jobs.ts";
import { notices } from "../schema/notices.ts";
import { subscriptions } from "../schema/notifications.ts";
import { providers } from "../schema/providers.ts";
import type { Database } from "./database.ts";
import { build, compile } from "./statements.ts";

const counts = [
  compile()(() => build.select({ count: count() }).from(providers).where(isNotNull(providers.sealedAuth))),
  compile()(() => build.select({ count: count() }).from(jobSecrets)),
  compile()(() => build.select({ count: count() }).from(subscriptions)),
  compile()(() => build.select({ count: count() }).from(notices)),
];

/** Counts the rows that only the secret key can open. */
export async function countSealed(database: Database): Promise<number> {
  let sum = 0;
  for (const one of counts) sum += (await database.read(one({})))[0]?.count ?? 0;
  return sum;
}
