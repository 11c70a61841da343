import { asc, eq, sql } from "drizzle-orm";
import type { Database } from "../database/database.ts";
import { argument, argumentsOf, build, compile } from "../database/statements.ts";
import { groupMembers } from "../schema/group-members.ts";

const insert = compile<{ user: string; name: string }>()(() =>
  build.insert(groupMembers).values(argumentsOf(groupMembers)).onConflictDoNothing(),
);
const remove = compile<{ user: string }>()(() =>
  build.delete(groupMembers).where(eq(groupMembers.user, argument("user"))),
);
const selectGroups = compile<{ user: string }>()(() =>
  build
    .select({ name: groupMembers.name })
    .from(groupMembers)
    .where(eq(groupMembers.user, argument("user"))),
);
const isOneOf = sql`${groupMembers.name} in (select value from json_each(${argument("names")}))`;
const selectMembers = compile<{ names: string; limit: number }>()(() =>
  build
    .selectDistinct({ user: groupMembers.user })
    .from(groupMembers)
    .where(isOneOf)
    .orderBy(asc(groupMembers.user))
    .limit(sql.placeholder("limit")),
);

/** Writes the groups of a user in the place of those that were known. */
export async function saveGroups(database: Database, user: string, groups: readonly string[]): Promise<void> {
  await database.write([remove({ user }), ...groups.map((name) => insert({ user, name }))]);
}

/** Lists the groups of a user. */
export async function groupsOfUser(database: Database, user: string): Promise<readonly string[]> {
  return (await database.read(selectGroups({ user }))).map(({ name }) => name);
}

/** Lists users who are in one of some groups. */
export async function membersOf(
  database: Database,
  groups: readonly string[],
  limit: number,
): Promise<readonly string[]> {
  return (await database.read(selectMembers({ names: JSON.stringify(groups), limit }))).map(({ user }) => user);
}
