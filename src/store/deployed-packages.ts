import { Database } from "bun:sqlite";
import { type Json, parseExact } from "../domain/json.ts";

/** A package that is deployed now, as it was written down. */
export type DeployedPackage = { readonly id: string; readonly document: Json; readonly main?: string };

const currentPackages = `
  SELECT processes.id AS id, json_extract(definition, '$.document') AS document, json_extract(definition, '$.main') AS main
  FROM processes JOIN process_revisions
    ON process_revisions.process_id = processes.id AND process_revisions.revision = processes.revision
  WHERE json_extract(definition, '$.kind') = 'cwl' ORDER BY processes.id`;

/** Reads the CWL packages that are deployed; none of a database of an earlier program without such tables. */
export function deployedPackages(file: string): readonly DeployedPackage[] {
  using database = new Database(file, { readwrite: true, create: false });
  if (database.query("SELECT 1 FROM sqlite_master WHERE name = 'process_revisions'").get() === null) return [];
  const rows = database.query<{ id: string; document: string; main: string | null }, []>(currentPackages).all();
  return rows.map(({ id, document, main }) => ({
    id,
    document: parseExact(document),
    ...(main === null ? {} : { main }),
  }));
}
