import { and, eq, not, sql } from "drizzle-orm";
import type { Database } from "../database/database.ts";
import { argument, build, compile, insertFrom, type Statement } from "../database/statements.ts";
import { isThere } from "../queries/guards.ts";
import { executions } from "../schema/jobs.ts";
import { removals } from "../schema/removals.ts";
import { vaultFiles } from "../schema/vault.ts";

/** Guarded by the removal before it in the same write: of a job that is still there nothing is noted. */
const jobIsGone = not(isThere);

const noteJob = compile<{ jobId: string }>()(() =>
  insertFrom(removals, { id: argument("jobId") }, { where: jobIsGone }).onConflictDoNothing(),
);
const noteExecutions = compile<{ jobId: string }>()(() =>
  insertFrom(
    removals,
    { id: sql`${executions.id}` },
    { source: sql`${executions}`, where: and(eq(executions.jobId, argument("jobId")), jobIsGone) },
  ).onConflictDoNothing(),
);
const noteVaultFile = compile<{ id: string }>()(() =>
  insertFrom(
    removals,
    { id: argument("id") },
    { where: sql`not exists (select 1 from ${vaultFiles} where ${vaultFiles.id} = ${argument("id")})` },
  ).onConflictDoNothing(),
);
const selectAll = compile<{ limit: number }>()(() => build.select().from(removals).limit(sql.placeholder("limit")));
const forget = compile<{ id: string }>()(() => build.delete(removals).where(eq(removals.id, argument("id"))));

/** The statements that note that a job and its executions were removed: after its row went, before those of its executions do. */
export function notesOfRemovedJob(jobId: string): readonly Statement[] {
  return [noteExecutions({ jobId }), noteJob({ jobId })];
}

/** The statement that notes that an uploaded file was removed: after its row went. */
export function noteOfRemovedFile(id: string): Statement {
  return noteVaultFile({ id });
}

/** Lists ids of what was removed and may still have files, so many at most. */
export async function pendingRemovals(database: Database, limit: number): Promise<readonly string[]> {
  return (await database.read(selectAll({ limit }))).map((row) => row.id);
}

/** Forgets removals whose files are gone. */
export async function forgetRemovals(database: Database, ids: readonly string[]): Promise<void> {
  await database.write(ids.map((id) => forget({ id })));
}
