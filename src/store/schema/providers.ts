import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { RemoteType } from "../../domain/processes/remote-type.ts";

/** Servers whose processes can be run from here. */
export const providers = sqliteTable("providers", {
  id: text("id").primaryKey(),
  /** Without a slash at the end. */
  url: text("url").notNull(),
  type: text("type").$type<RemoteType>().notNull(),
  isPublic: integer("is_public", { mode: "boolean" }).notNull(),
  /** Names of headers, in lower case. */
  forwardHeaders: text("forward_headers", { mode: "json" }).$type<readonly string[]>().notNull(),
  /** What signs in to it: sealed, with the provider's id as additional data; null when it needs nothing. */
  sealedAuth: text("sealed_auth"),
  createdAt: integer("created_at").notNull(),
});
