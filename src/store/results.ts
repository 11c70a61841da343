import { asc, eq } from "drizzle-orm";
import type { Results } from "../domain/values.ts";
import type { Database } from "./database.ts";
import { results } from "./schema/jobs.ts";
import { argument, build, compile } from "./statements.ts";

const selectResults = compile<{ jobId: string }>()(() =>
  build
    .select()
    .from(results)
    .where(eq(results.jobId, argument("jobId")))
    .orderBy(asc(results.position)),
);

/** Reads the results of a job, in the order in which they were handed over; none when the job has none. */
export async function resultsOf(database: Database, jobId: string): Promise<Results> {
  const rows = await database.read(selectResults({ jobId }));
  return Object.fromEntries(rows.map(({ outputId, result }) => [outputId, result]));
}
