import { Database } from "bun:sqlite";
import { and, asc, eq, isNull } from "drizzle-orm";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { defined } from "../../domain/defined.ts";
import type { DeployedStep, Process } from "../../domain/processes/process.ts";
import type { Json } from "../../domain/values/json.ts";
import { processes, processRevisions } from "../schema/processes.ts";

/** A package that is deployed now, as it was written down. */
export type DeployedPackage = {
  readonly process: Process;
  readonly document: Json;
  readonly main?: string;
  readonly steps?: Readonly<Record<string, DeployedStep>>;
};

/** Reads the CWL packages that are deployed; none of a database of an earlier program without such tables. */
export function deployedPackages(file: string): readonly DeployedPackage[] {
  using database = new Database(file, { readwrite: true, create: false });
  if (database.query("SELECT 1 FROM sqlite_master WHERE name = 'process_revisions'").get() === null) return [];
  const { id, revision } = processes;
  const { description, definition, fileInputs } = processRevisions;
  const current = and(eq(processRevisions.processId, id), eq(processRevisions.revision, revision));
  const isDeployed = hasColumn(database, "undeployed_at") ? isNull(processes.undeployedAt) : undefined;
  const rows = drizzle({ client: database })
    .select({ id, revision, description, definition, fileInputs })
    .from(processes)
    .innerJoin(processRevisions, current)
    .where(isDeployed)
    .orderBy(asc(id))
    .all();
  return rows.flatMap((row): readonly DeployedPackage[] => {
    if (row.definition.kind !== "cwl") return [];
    const { document, main, steps } = row.definition;
    const process: Process = { ...row, isWorkflow: false, isMutable: true, visibility: "public" };
    return [{ process, document, ...defined({ main, steps }) }];
  });
}

function hasColumn(database: Database, name: string): boolean {
  return database.query("SELECT 1 FROM pragma_table_info('processes') WHERE name = ?").get(name) !== null;
}
