import { eq } from "drizzle-orm";
import * as v from "valibot";
import type { Notices } from "../../domain/people/notices.ts";
import type { Database } from "../database/database.ts";
import { type SecretKey, seal, unseal } from "../database/seal.ts";
import { argument, argumentsOf, build, compile } from "../database/statements.ts";
import { notices } from "../schema/notices.ts";

const select = compile<{ user: string }>()(() =>
  build
    .select()
    .from(notices)
    .where(eq(notices.user, argument("user"))),
);
const insert = compile<{ user: string; sealedNotices: string }>()(() =>
  build.insert(notices).values(argumentsOf(notices)),
);
const remove = compile<{ user: string }>()(() => build.delete(notices).where(eq(notices.user, argument("user"))));

const NoticesSchema = v.object({
  address: v.string(),
  events: v.array(v.picklist(["inProgress", "success", "failed"])),
});

const scopeOf = (user: string) => `notices:${user}`;

/** Finds where a user wants to be told; undefined where nothing is kept, or what is kept cannot be opened with this key. */
export async function findNotices(database: Database, key: SecretKey, user: string): Promise<Notices | undefined> {
  const [row] = await database.read(select({ user }));
  if (row === undefined) return undefined;
  try {
    return v.parse(NoticesSchema, JSON.parse(unseal(key, scopeOf(user), row.sealedNotices)));
  } catch {
    // Sealed with a key that was exchanged since: the user gives the address again.
    return undefined;
  }
}

/** Keeps where a user wants to be told, in the place of what was kept. */
export async function saveNotices(
  database: Database,
  key: SecretKey,
  { user, notices: kept }: { readonly user: string; readonly notices: Notices },
): Promise<void> {
  const sealedNotices = seal(key, scopeOf(user), JSON.stringify(kept));
  await database.write([remove({ user }), insert({ user, sealedNotices })]);
}

/** Forgets where a user wants to be told. */
export async function removeNotices(database: Database, user: string): Promise<void> {
  await database.write([remove({ user })]);
}
