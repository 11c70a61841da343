import { and, asc, eq, sql } from "drizzle-orm";
import type { Result, Results } from "../../domain/values/values.ts";
import type { Database } from "../database/database.ts";
import { argument, build, compile } from "../database/statements.ts";
import { results } from "../schema/jobs.ts";

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

/** Of a longer result that is a directory the list of files is left out; others are not read. In bytes. */
const mostWhole = 64 * 1024;
/** So much of the results is read in all; what is longer was made of thousands of files. In bytes. */
const mostRead = 2 * 1024 * 1024;

// First, so that what is read in all is bounded.
const selectLengths = compile<{ jobIds: string }>()(() =>
  build
    .select({
      jobId: results.jobId,
      position: results.position,
      length: sql`octet_length(${results.result})`.mapWith(Number),
    })
    .from(results)
    .where(sql`${results.jobId} in (select value from json_each(${argument("jobIds")}))`)
    .orderBy(asc(results.jobId), asc(results.position)),
);

/** What begins the list of a directory's files, its last member; in no text of JSON it stands so. */
const filesStart = `"files":[`;
const start = sql`instr(${results.result}, ${sql.raw(`'${filesStart}'`)})`;
const isDirectory = sql`substr(${results.result}, 1, 19) = '{"kind":"directory"' and ${start} > 0`;
/** To read it as JSON would take as long as it has files. */
const cut = sql`substr(${results.result}, 1, ${start} + ${sql.raw(String(filesStart.length - 1))}) || ']}'`;
const shortened = sql`case when octet_length(${results.result}) <= ${sql.raw(String(mostWhole))} then ${results.result} else ${cut} end`;

const selectShort = compile<{ places: string }>()(() =>
  build
    .select({ jobId: results.jobId, outputId: results.outputId, result: shortened.mapWith(results.result) })
    .from(results)
    .where(
      and(
        sql`(${results.jobId}, ${results.position}) in (
          select value ->> 0, value ->> 1 from json_each(${argument("places")}))`,
        sql`(octet_length(${results.result}) <= ${sql.raw(String(mostWhole))} or ${isDirectory})`,
      ),
    )
    .orderBy(asc(results.jobId), asc(results.position)),
);

/** A result, and whose it is. */
export type ShortResult = { readonly jobId: string; readonly outputId: string; readonly result: Result };

/**
 * Reads the results of some jobs for a list of their files, in the order of each job; those of the first jobs before all. Long
 * directories have no files, and what is longer still is left out: the time that it takes does not grow with what tools made.
 */
export async function shortResultsOf(database: Database, jobIds: readonly string[]): Promise<readonly ShortResult[]> {
  const rows = await database.read(selectLengths({ jobIds: JSON.stringify(jobIds) }));
  const places: (readonly [jobId: string, position: number])[] = [];
  let leftBytes = mostRead;
  for (const jobId of jobIds) {
    for (const { position, length } of rows.filter((row) => row.jobId === jobId)) {
      if (length > leftBytes) continue;
      leftBytes -= length;
      places.push([jobId, position]);
    }
  }
  return database.read(selectShort({ places: JSON.stringify(places) }));
}
