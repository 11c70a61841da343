import { and, eq, exists, ne } from "drizzle-orm";
import type { Process } from "../../domain/processes/process.ts";
import {
  type ArgumentsOf,
  argument,
  argumentsOf,
  build,
  compile,
  excluded,
  insertFrom,
  type Statement,
} from "../database/statements.ts";
import { processes, processFiles } from "../schema/processes.ts";

/** A file of the folder of processes, and the digest of what was read for it. */
export type FileOfProcess = { readonly path: string; readonly digest: string };

const isCurrent = exists(
  build
    .select({ id: processes.id })
    .from(processes)
    .where(and(eq(processes.id, argument("processId")), eq(processes.revision, argument("revision")))),
);
const insertFile = compile<ArgumentsOf<typeof processFiles>>()(() =>
  insertFrom(processFiles, argumentsOf(processFiles), { where: isCurrent }).onConflictDoUpdate({
    target: processFiles.path,
    set: {
      digest: excluded(processFiles.digest),
      processId: excluded(processFiles.processId),
      revision: excluded(processFiles.revision),
      problem: null,
    },
  }),
);
/** Another file of before, which had the process and is gone. */
const deleteOthers = compile<{ path: string; processId: string; revision: string }>()(() =>
  build
    .delete(processFiles)
    .where(and(eq(processFiles.processId, argument("processId")), ne(processFiles.path, argument("path")), isCurrent)),
);

/** Writes from which file a process comes, if it is the current one of its id. */
export function keepFile(
  { id, revision }: Pick<Process, "id" | "revision">,
  file: FileOfProcess,
): readonly Statement[] {
  const named = { path: file.path, processId: id, revision };
  return [insertFile({ ...named, digest: file.digest, problem: null }), deleteOthers(named)];
}
