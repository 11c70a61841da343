import type { Database } from "../database/database.ts";
import * as hiding from "../queries/hide-jobs.ts";

// A synchronous run that is no job to its clients: it is waited for, then it was answered, or it is shown and a job.

/** Turns a hidden run into a job, in whatever state it is; one that was removed stays what it is. */
export async function showJob(database: Database, jobId: string): Promise<void> {
  await database.write([hiding.show({ jobId })], [jobId]);
}

/** Turns all runs that somebody waited for into jobs: to be called at start, when nobody waits. Returns their number. */
export async function showWaitedJobs(database: Database): Promise<number> {
  const [shown] = await database.write([hiding.showAll({})]);
  return shown?.rowsAffected ?? 0;
}

/** Notes that a run was answered, and that the answer leads to its results: they are kept, and it stays hidden. */
export async function noteAnswer(database: Database, jobId: string): Promise<void> {
  await database.write([hiding.noteAnswer({ jobId })]);
}

/** Lists ids of runs that were answered, whose results are kept and that ended before a time, so many at most. */
export async function answeredJobs(database: Database, before: number, limit: number): Promise<readonly string[]> {
  return (await database.read(hiding.selectAnswered({ before, limit }))).map((row) => row.id);
}
