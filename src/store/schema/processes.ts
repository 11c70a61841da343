import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Role } from "../../domain/access.ts";
import type { ProcessDefinition, ProcessDescription } from "../../domain/process.ts";
import { exactJson } from "./exact-json.ts";

/** What is deployed: which revision an id stands for at this time. */
export const processes = sqliteTable("processes", {
  id: text("id").primaryKey(),
  revision: text("revision").notNull(),
  /** Who may replace or undeploy it, besides admins; null where only they may. */
  owner: text("owner"),
  /** When this revision became the current one. */
  updatedAt: integer("updated_at").notNull(),
});

/** Each definition that was ever deployed. Rows are never changed, and outlive an undeployment: jobs name them. */
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
  },
  (table) => [primaryKey({ columns: [table.processId, table.revision] })],
);
