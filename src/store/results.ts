import { asc, eq, sql } from "drizzle-orm";
import type { Result, Results } from "../domain/values.ts";
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

/** Results that are longer have many files; the longest directories and all longer lists are left out. In bytes. */
const mostRead = 64 * 1024;
const mostCut = 4 * 1024 * 1024;
const length = sql`octet_length(${results.result})`;
/** A directory without the list of its files. */
const cut = sql`json_set(${results.result}, '$.files', json('[]'))`;
const shortened = sql<Result | null>`case when ${length} <= ${sql.raw(String(mostRead))} then ${results.result}
  when ${length} <= ${sql.raw(String(mostCut))} and ${results.result} ->> '$.kind' = 'directory' then ${cut} end`;

const selectShort = compile<{ jobIds: string }>()(() =>
  build
    .select({ jobId: results.jobId, outputId: results.outputId, result: shortened.mapWith(results.result) })
    .from(results)
    .where(sql`${results.jobId} in (select value from json_each(${argument("jobIds")}))`)
    .orderBy(asc(results.jobId), asc(results.position)),
);

/** A result, and whose it is. */
export type ShortResult = { readonly jobId: string; readonly outputId: string; readonly result: Result };

/**
 * Reads the results of some jobs for a list of their files: directories that are long have no files, and what is longer still is
 * left out, so that it takes as long as it has files to show.
 */
export async function shortResultsOf(database: Database, jobIds: readonly string[]): Promise<readonly ShortResult[]> {
  const rows = await database.read(selectShort({ jobIds: JSON.stringify(jobIds) }));
  return rows.flatMap(({ result, ...row }) => (result === null ? [] : [{ ...row, result }]));
}
