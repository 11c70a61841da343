import { and, eq, isNotNull, isNull } from "drizzle-orm";
import type { Database } from "../database/database.ts";
import { argument, build, compile } from "../database/statements.ts";
import { jobs } from "../schema/jobs.ts";

const keep = compile<{ jobId: string; at: number; by: string | null }>()(() =>
  build
    .update(jobs)
    .set({ keptAt: argument("at"), keptBy: argument("by") })
    .where(and(eq(jobs.id, argument("jobId")), eq(jobs.hidden, 0), isNull(jobs.keptAt))),
);
const letGo = compile<{ jobId: string }>()(() =>
  build
    .update(jobs)
    .set({ keptAt: null, keptBy: null })
    .where(and(eq(jobs.id, argument("jobId")), isNotNull(jobs.keptAt))),
);

/** Keeps a job for good, whatever its state. False when it is kept already, is removed, or is none to its clients. */
export async function keepForGood(
  database: Database,
  { jobId, at, by = null }: { readonly jobId: string; readonly at: number; readonly by?: string | undefined | null },
): Promise<boolean> {
  const [kept] = await database.write([keep({ jobId, at, by })], [jobId]);
  return kept?.rowsAffected === 1;
}

/** Keeps a job no longer than others are. False when it is not kept for good. */
export async function keepNoLonger(database: Database, jobId: string): Promise<boolean> {
  const [changed] = await database.write([letGo({ jobId })], [jobId]);
  return changed?.rowsAffected === 1;
}
