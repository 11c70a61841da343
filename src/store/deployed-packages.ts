import { Database } from "bun:sqlite";
import type { Json } from "../domain/json.ts";
import type { Process } from "../domain/process.ts";

/** A package that is deployed now, as it was written down. */
export type DeployedPackage = { readonly process: Process; readonly document: Json; readonly main?: string };

const currentPackages = `
  SELECT processes.id AS id, processes.revision AS revision, description, definition, file_inputs AS fileInputs
  FROM processes JOIN process_revisions
    ON process_revisions.process_id = processes.id AND process_revisions.revision = processes.revision
  WHERE json_extract(definition, '$.kind') = 'cwl' ORDER BY processes.id`;

type Row = { id: string; revision: string; description: string; definition: string; fileInputs: string };

/** Reads the CWL packages that are deployed; none of a database of an earlier program without such tables. */
export function deployedPackages(file: string): readonly DeployedPackage[] {
  using database = new Database(file, { readwrite: true, create: false });
  if (database.query("SELECT 1 FROM sqlite_master WHERE name = 'process_revisions'").get() === null) return [];
  return database.query<Row, []>(currentPackages).all().map(readRow);
}

function readRow({ id, revision, description, definition, fileInputs }: Row): DeployedPackage {
  const read: Process = {
    id,
    revision,
    description: JSON.parse(description),
    definition: JSON.parse(definition),
    fileInputs: JSON.parse(fileInputs),
    isWorkflow: false,
    isMutable: true,
    visibility: "public",
  };
  if (read.definition.kind !== "cwl") return { process: read, document: null };
  const { document, main } = read.definition;
  return { process: read, document, ...(main === undefined ? {} : { main }) };
}
