import { and, eq, sql } from "drizzle-orm";
import { jobTextsLeft } from "../schema/job-lists.ts";
import { jobs } from "../schema/jobs.ts";
import { processRevisions } from "../schema/processes.ts";
import { argument, build, compile, insertFrom, member } from "../statements.ts";
import { jobTexts, textColumns } from "./list-rows.ts";

export const findTextsLeft = compile(() => build.select().from(jobTextsLeft));
export const deleteTextsLeft = compile(() => build.delete(jobTextsLeft));
export const updateTextsLeft = compile<{ number: number }>(() =>
  build.update(jobTextsLeft).set({ number: sql`${argument("number")}` }),
);

/** What is said of ended jobs, from a number down. */
export const selectOldTexts = compile<{ most: number; limit: number }>(() =>
  build
    .select({ number: jobs.number, message: jobs.message, ...textColumns })
    .from(jobs)
    .leftJoin(
      processRevisions,
      and(eq(processRevisions.processId, jobs.processId), eq(processRevisions.revision, jobs.processRevision)),
    )
    .where(sql`${jobs.finishedAt} is not null and ${jobs.hidden} < 2 and ${jobs.number} <= ${argument("most")}`)
    .orderBy(sql`${jobs.number} desc`)
    .limit(sql.placeholder("limit")),
);

/** `jobs` is a JSON array of [rowid, words]. */
export const insertOldWords = compile<{ jobs: string }>(() =>
  insertFrom(
    jobTexts,
    { rowid: member("one", 0), words: member("one", 1) },
    { source: sql`json_each(${argument("jobs")}) as one`, where: undefined },
  ),
);
