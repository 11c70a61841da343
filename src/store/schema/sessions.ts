import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Role } from "../../domain/people/access.ts";

/** Browsers that are signed in, each by a cookie that holds a token. A session ends with the key that it was begun with. */
export const sessions = sqliteTable(
  "sessions",
  {
    /** sha256 of the token, hexadecimal: the token itself is kept nowhere. */
    tokenHash: text("token_hash").primaryKey(),
    user: text("user").notNull(),
    /** The key that it was begun with; null when a provider of identities said who this is. */
    keyId: text("key_id"),
    /** What the provider's word gave; null for a key, which says it itself. */
    role: text("role").$type<Role>(),
    groups: text("groups", { mode: "json" }).$type<readonly string[]>(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** Until when the provider's word holds; from then on it is asked again. */
    holdsUntil: integer("holds_until"),
    /** What the provider is asked again with: sealed, with the hash of the token as additional data. */
    sealedRefresh: text("sealed_refresh"),
  },
  (table) => [index("sessions_expiry").on(table.expiresAt), index("sessions_user").on(table.user, table.createdAt)],
);
