import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Uploaded files, whose bytes lie in the vault's directory. */
export const vaultFiles = sqliteTable(
  "vault_files",
  {
    id: text("id").primaryKey(),
    user: text("user"),
    /** sha256 of the upload's token, hexadecimal. */
    tokenHash: text("token_hash").notNull(),
    name: text("name").notNull(),
    mediaType: text("media_type").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    sha256: text("sha256").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** Whose share it takes: `clientOf` of whoever uploaded. Triggers add it up (usage.ts). */
    client: text("client").notNull().default("anonymous"),
  },
  (table) => [index("vault_files_expiry").on(table.expiresAt)],
);

/** Which jobs read which uploaded files: written with the job. WITHOUT ROWID (see the migration). */
export const vaultUses = sqliteTable(
  "vault_uses",
  { vaultFileId: text("vault_file_id").notNull(), jobId: text("job_id").notNull() },
  (table) => [primaryKey({ columns: [table.vaultFileId, table.jobId] }), index("vault_uses_of_job").on(table.jobId)],
);

/** Uploads that come in parts and are not whole yet: how much is there is told by the file of the parts. */
export const vaultUploads = sqliteTable(
  "vault_uploads",
  {
    /** The id of the file that it becomes. */
    id: text("id").primaryKey(),
    user: text("user"),
    client: text("client").notNull(),
    /** sha256 of the upload's token, hexadecimal. */
    tokenHash: text("token_hash").notNull(),
    name: text("name").notNull(),
    mediaType: text("media_type").notNull(),
    /** How long it will be. */
    sizeBytes: integer("size_bytes").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("vault_uploads_expiry").on(table.expiresAt), index("vault_uploads_of_client").on(table.client)],
);
