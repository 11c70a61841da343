import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Action, Role } from "../../domain/people/access.ts";

/** Keys `hdl_<id>_<secret>`. Rows stay when a key is revoked: sign-in stays on once there was one. */
export const keys = sqliteTable("keys", {
  id: text("id").primaryKey(),
  user: text("user").notNull(),
  role: text("role").$type<Role>().notNull(),
  /** sha256 of the secret, hexadecimal: the secret itself is kept nowhere. */
  secretHash: text("secret_hash").notNull(),
  createdAt: integer("created_at").notNull(),
  /** Set once, by the first revocation. */
  revokedAt: integer("revoked_at"),
  /** From then on it is refused; null when it holds until it is revoked. */
  expiresAt: integer("expires_at"),
  /** Set now and then by the server that honours the key. */
  lastUsedAt: integer("last_used_at"),
  /** What its owner calls it. */
  label: text("label"),
  /** Of what its role may do, all that it may; null when that is everything. */
  actions: text("actions", { mode: "json" }).$type<readonly Action[]>(),
  /** The processes that it is for, as patterns; null when that is all. */
  processes: text("processes", { mode: "json" }).$type<readonly string[]>(),
  /** Its owner is a program, not a person: nobody signs in to a browser with it. */
  isService: integer("is_service", { mode: "boolean" }).notNull().default(false),
});
