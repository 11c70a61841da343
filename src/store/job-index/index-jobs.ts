import type { Database } from "../database.ts";
import { forgetUnmarked, insertTexts, markIndexed } from "../queries/index-jobs.ts";
import { type DueJob, readDue } from "./due-jobs.ts";
import { setsWith } from "./enlarge-sets.ts";
import { eraseGone } from "./erase-jobs.ts";
import { columnsWith } from "./fill-columns.ts";

/**
 * Takes so many finished jobs up in the index, in one write, and erases some that left it before; returns how many both
 * were. Only one call may run at a time.
 */
export async function indexJobs(database: Database, limit: number): Promise<number> {
  const erased = await eraseGone(database);
  const due = await readDue(database, limit);
  if (due.length > 0) await takeUp(database, due);
  return erased + due.length;
}

async function takeUp(database: Database, due: readonly DueJob[]): Promise<void> {
  const jobs = JSON.stringify(due.map(({ number, moveId }) => [number, moveId]));
  const texts = due
    .map(({ number, words }) => [number, [...words].join(" ")] as const)
    .sort(([one], [other]) => other - one);
  await database.write([
    ...(await setsWith(database, due)),
    ...(await columnsWith(database, due)),
    insertTexts({ texts: JSON.stringify(texts) }),
    markIndexed({ jobs }),
    forgetUnmarked({ jobs }),
  ]);
}
