import { blob, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Role } from "../../domain/people/access.ts";
import type { ProcessDefinition, ProcessDescription } from "../../domain/processes/process.ts";
import { exactJson } from "./exact-json.ts";

/** Which revision an id stands for. A row stays when its process is undeployed, so that it can be restored. */
export const processes = sqliteTable(
  "processes",
  {
    id: text("id").primaryKey(),
    revision: text("revision").notNull(),
    /** Who may replace or undeploy it, besides admins; null where only they may. */
    owner: text("owner"),
    /** When this revision became the current one. */
    updatedAt: integer("updated_at").notNull(),
    /** Null while it is deployed. */
    undeployedAt: integer("undeployed_at"),
  },
  (table) => [index("processes_by_update").on(table.updatedAt, table.id)],
);

/**
 * Each definition that was ever deployed. What it says and runs is never changed, and outlives an undeployment: jobs name it.
 * One can be executed while its process is deployed and it was not withdrawn itself.
 */
export const processRevisions = sqliteTable(
  "process_revisions",
  {
    processId: text("process_id").notNull(),
    /** `sha256:<hex>` of the canonical JSON of description and definition. */
    revision: text("revision").notNull(),
    description: exactJson("description").$type<ProcessDescription>().notNull(),
    definition: exactJson("definition").$type<ProcessDefinition>().notNull(),
    isWorkflow: integer("is_workflow", { mode: "boolean" }).notNull(),
    isMutable: integer("is_mutable", { mode: "boolean" }).notNull(),
    visibility: text("visibility").$type<"public" | "private">().notNull(),
    fileInputs: text("file_inputs", { mode: "json" }).$type<readonly string[]>().notNull(),
    createdAt: integer("created_at").notNull(),
    /** The role of whoever deployed it last: what its tools may do can depend on it. Null where nobody wrote it down. */
    deployerRole: text("deployer_role").$type<Role>(),
    /** Counts the deployments of a process: the larger, the later. */
    deployment: integer("deployment").notNull().default(0),
    /** When it was deployed last; null for those of before this was written down, which were deployed once. */
    deployedAt: integer("deployed_at"),
    /** When somebody said that nobody shall execute it any more. */
    withdrawnAt: integer("withdrawn_at"),
  },
  (table) => [
    primaryKey({ columns: [table.processId, table.revision] }),
    // A search asks of each process whether it may be seen: the rows are long.
    index("process_revisions_seen").on(table.processId, table.revision, table.visibility),
  ],
);

/**
 * What processes are searched for: of each revision that was the current one. The rows of revisions are too long to be read
 * for it. WITHOUT ROWID (see the migration).
 */
export const processTexts = sqliteTable(
  "process_texts",
  {
    processId: text("process_id").notNull(),
    revision: text("revision").notNull(),
    /** What it is sorted by: its title, or its id where it has none, folded. */
    title: text("title").notNull(),
    /** Id, title, names, titles and descriptions of inputs and outputs, description and keywords, folded; each keyword between two marks. */
    text: text("text").notNull(),
    /** The server that runs it; null where this one does. */
    remoteUrl: text("remote_url"),
  },
  (table) => [
    primaryKey({ columns: [table.processId, table.revision] }),
    index("process_texts_by_title").on(table.title, table.processId, table.revision),
  ],
);

/** What was deployed, as it came: the bytes of the body and their media type. None for built-ins, and for deployments of before. */
export const processPackages = sqliteTable(
  "process_packages",
  {
    processId: text("process_id").notNull(),
    revision: text("revision").notNull(),
    mediaType: text("media_type").notNull(),
    bytes: blob("bytes", { mode: "buffer" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.processId, table.revision] })],
);

/** Files of the folder of processes: what was deployed from each, or why it could not be. */
export const processFiles = sqliteTable("process_files", {
  /** The whole path. */
  path: text("path").primaryKey(),
  /** sha256 of what was read for it, hexadecimal. */
  digest: text("digest").notNull(),
  /** What was deployed from it; null before anything was. */
  processId: text("process_id"),
  /** The process is that of the file as long as this is its current revision. */
  revision: text("revision"),
  /** Why the file could not be deployed as it is now; null when it was. */
  problem: text("problem"),
});
