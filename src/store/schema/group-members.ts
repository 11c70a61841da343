import { index, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The groups of users, as a provider of identities named them last: a group may see the jobs of its members. */
export const groupMembers = sqliteTable(
  "group_members",
  { user: text("user").notNull(), name: text("name").notNull() },
  (table) => [
    primaryKey({ columns: [table.user, table.name] }),
    index("group_members_name").on(table.name, table.user),
  ],
);
