import { pointer } from "../../domain/faults.ts";
import type { Process } from "../../domain/processes/process.ts";
import { schemaFaults } from "../json-schema/schema.ts";

/** More lines say no more. */
const maxNotes = 20;

/**
 * Words for a job's log what of the schemas of its inputs cannot be honoured: of another server's process it is left to that
 * server, of one that was deployed earlier it would be refused today.
 */
export function schemaNotes({
  description,
  definition,
}: Pick<Process, "description" | "definition">): readonly string[] {
  if (definition.kind === "builtin") return [];
  const says =
    definition.kind === "remote" ? "Left to the other server to check" : "Would be refused if it were deployed today";
  const faults = Object.entries(description.inputs).flatMap(([id, { schema }]) =>
    schemaFaults(schema, pointer("/inputs", id, "schema")),
  );
  return faults.slice(0, maxNotes).map(({ pointer: at, detail }) => `${says}: ${at}: ${detail}`);
}
