import { blob, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Role } from "../../domain/access.ts";
import type { ProcessDefinition, ProcessDescription } from "../../domain/process.ts";
import { exactJson } from "./exact-json.ts";

/** Which revision an id stands for. A row stays when its process is undeployed, so that it can be restored. */
export const processes = sqliteTable("processes", {
  id: text("id").primaryKey(),
  revision: text("revision").notNull(),
  /** Who may replace or undeploy it, besides admins; null where only they may. */
  owner: text("owner"),
  /** When this revision became the current one. */
  updatedAt: integer("updated_at").notNull(),
  /** Null while it is deployed. */
  undeployedAt: integer("undeployed_at"),
});

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
  (table) => [primaryKey({ columns: [table.processId, table.revision] })],
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
