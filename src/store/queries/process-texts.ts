import { and, eq, exists } from "drizzle-orm";
import type { Process } from "../../domain/processes/process.ts";
import { processTexts as textsOf } from "../../domain/processes/process-search.ts";
import {
  type ArgumentsOf,
  argument,
  argumentsOf,
  build,
  compile,
  insertFrom,
  type Statement,
} from "../database/statements.ts";
import { processes, processTexts } from "../schema/processes.ts";

const insertTexts = compile<ArgumentsOf<typeof processTexts>>()(() =>
  insertFrom(processTexts, argumentsOf(processTexts), {
    where: exists(
      build
        .select({ id: processes.id })
        .from(processes)
        .where(and(eq(processes.id, argument("processId")), eq(processes.revision, argument("revision")))),
    ),
  }).onConflictDoNothing(),
);

/** Writes what a process is found by, if it is the current one of its id. */
export function keepTexts(process: Process): Statement {
  const { title, text, remoteUrl = null } = textsOf(process);
  return insertTexts({ processId: process.id, revision: process.revision, title, text, remoteUrl });
}
