import { Database as OpenFile } from "bun:sqlite";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/bun-sqlite";
import type { Process } from "../../domain/processes/process.ts";
import type { Database } from "../database/database.ts";
import { type ArgumentsOf, argument, argumentsOf, build, compile, excluded } from "../database/statements.ts";
import { type FileOfProcess, keepFile } from "../queries/process-files.ts";
import type { TableRow } from "../rows.ts";
import { processFiles } from "../schema/processes.ts";

export type { FileOfProcess } from "../queries/process-files.ts";

/** A file of the folder of processes: what was deployed from it, or why it could not be. */
export type ProcessFile = TableRow<typeof processFiles>;

const selectAll = compile()(() => build.select().from(processFiles).orderBy(processFiles.path));
const upsertProblem = compile<ArgumentsOf<typeof processFiles>>()(() =>
  build
    .insert(processFiles)
    .values(argumentsOf(processFiles))
    .onConflictDoUpdate({
      target: processFiles.path,
      set: { digest: excluded(processFiles.digest), problem: excluded(processFiles.problem) },
    }),
);
const deleteOne = compile<{ path: string }>()(() =>
  build.delete(processFiles).where(eq(processFiles.path, argument("path"))),
);

/** Lists the files that are known, by path. */
export function listProcessFiles(database: Database): Promise<readonly ProcessFile[]> {
  return database.read(selectAll({}));
}

/** Writes that a process that is deployed as it is comes from a file. */
export async function noteFile(
  database: Database,
  process: Pick<Process, "id" | "revision">,
  file: FileOfProcess,
): Promise<void> {
  await database.write(keepFile(process, file));
}

/** Writes why a file could not be deployed; what was deployed from it before stays that of the file. */
export async function noteFileProblem(database: Database, file: FileOfProcess, problem: string): Promise<void> {
  await database.write([upsertProblem({ ...file, processId: null, revision: null, problem })]);
}

/** Forgets a file. */
export async function forgetFile(database: Database, path: string): Promise<void> {
  await database.write([deleteOne({ path })]);
}

/** Reads what could not be deployed, beside a server that may run; nothing of a database of an earlier program. */
export function fileProblems(file: string): readonly { readonly path: string; readonly problem: string }[] {
  using database = new OpenFile(file, { readwrite: true, create: false });
  if (database.query("SELECT 1 FROM sqlite_master WHERE name = 'process_files'").get() === null) return [];
  const rows = drizzle({ client: database }).select().from(processFiles).orderBy(processFiles.path).all();
  return rows.flatMap(({ path, problem }) => (problem === null ? [] : [{ path, problem }]));
}
