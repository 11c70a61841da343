import type { Job } from "../../domain/jobs/job.ts";
import type { JobSearch } from "../../domain/jobs/job-search.ts";
import { type JobOrder, newestFirst } from "../../domain/jobs/job-sort.ts";
import type { Database } from "../database/database.ts";
import type { Statement } from "../database/statements.ts";
import { listEnded } from "../job-lists/list-ended.ts";
import { directionOf, firstOf, type JobPosition, positionOf } from "../job-lists/position.ts";
import { alternativesOf, type Question, questionOf } from "../job-lists/question.ts";
import { createSlices } from "../job-lists/slices.ts";
import { newJobsWith } from "../job-lists/take-in.ts";
import { selectEnded } from "../queries/list-bounds.ts";
import { pageOfNew } from "../queries/list-jobs.ts";
import type { TableRow } from "../rows.ts";
import type { jobs } from "../schema/jobs.ts";
import { jobOf } from "./job-rows.ts";

export type { JobPosition } from "../job-lists/position.ts";

/** A job of a list, and where it stands there. */
export type ListedJob = { readonly job: Job; readonly position: JobPosition };

export type JobFilter = {
  /** Null: jobs of anonymous users only; undefined: everybody's. */
  readonly user?: string | null;
  readonly search?: JobSearch;
  /** Also those that were removed after their end. */
  readonly withRemoved?: boolean;
  /** The newest first when absent. */
  readonly order?: JobOrder;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly limit: number;
  /** The position of the last job of the page before. */
  readonly from?: JobPosition;
};

/** A synchronous run that is no job: as long as it is new, who asks for what was removed sees it too. */
const syncRun = 2;

/** How often a page is read again because jobs of it moved meanwhile. */
const mostTries = 3;

/**
 * Lists the jobs that a search finds, in its order, from behind a position on. Words are found
 * in all that ended and run, and in the newest 500 that wait. Throws `unavailable`, with a hint, when it takes longer than 5 s.
 */
export async function listJobs(database: Database, filter: JobFilter): Promise<readonly ListedJob[]> {
  const { search = {}, order = newestFirst, user, withRemoved = false, limit, from } = filter;
  const question = questionOf(search, user);
  if (question === undefined) return [];
  const hidden = withRemoved ? [0, 1] : [0];
  const slices = createSlices(database, question);
  for (let tries = 1; ; tries += 1) {
    // First, so that a job that is taken into the indexes meanwhile is found here or there.
    const unlisted = await listNew(database, question, filter, withRemoved ? [...hidden, syncRun] : hidden);
    const found: JobPosition[] = [];
    for (const one of hidden) {
      const reading = { question, hidden: one, order, limit, slices, ...(from === undefined ? {} : { from }) };
      found.push(...(await listEnded(database, reading)));
    }
    const numbers = firstOf(found, order, limit).map(({ number }) => number);
    const rows = selectEnded({ numbers: JSON.stringify(numbers), hidden: JSON.stringify(hidden) });
    const ended = await jobsOf(database, rows, order);
    if (ended.length === numbers.length || tries === mostTries) return merged(unlisted, ended, order, limit);
  }
}

/** Jobs that have not ended, or ended just now. */
async function listNew(
  database: Database,
  question: Question,
  { now, limit, from, order = newestFirst, search }: JobFilter,
  hidden: readonly number[],
): Promise<readonly ListedJob[]> {
  const sayers =
    question.words === null ? [] : await newJobsWith(database.read, alternativesOf(search?.text), question.user);
  const begin = { fromValue: from?.value ?? null, fromNumber: from?.number ?? null };
  const values = { ...question, ...begin, now, limit, hidden: JSON.stringify(hidden), sayers: JSON.stringify(sayers) };
  return jobsOf(database, pageOfNew[order.key][directionOf(order)](values), order);
}

async function jobsOf(
  database: Database,
  statement: Statement<TableRow<typeof jobs>>,
  order: JobOrder,
): Promise<readonly ListedJob[]> {
  const rows = await database.read(statement);
  return rows.map((row) => {
    const job = jobOf(row);
    return { job, position: positionOf(job, row.number, order) };
  });
}

/** Of a job that was read twice the later state counts. */
function merged(
  one: readonly ListedJob[],
  later: readonly ListedJob[],
  order: JobOrder,
  limit: number,
): readonly ListedJob[] {
  const byNumber = new Map([...one, ...later].map((listed) => [listed.position.number, listed]));
  const positions = [...byNumber.values()].map(({ position }) => position);
  return firstOf(positions, order, limit).flatMap(({ number }) => byNumber.get(number) ?? []);
}
