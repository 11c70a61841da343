import { max, min, sql } from "drizzle-orm";
import { argument, build, compile, numberOrNull } from "../database/statements.ts";
import { jobSpans } from "../schema/job-lists.ts";
import { isListed, jobs } from "../schema/jobs.ts";

/** Spans of numbers in which jobs of a range of times may have been created: the first and the last. */
export const selectSpans = compile<{ leastCreated: number; mostCreated: number }>()(() =>
  build
    .select({ first: min(jobSpans.span), last: max(jobSpans.span) })
    .from(jobSpans)
    .where(
      sql`${jobSpans.mostCreated} >= ${argument("leastCreated")} and ${jobSpans.leastCreated} <= ${argument("mostCreated")}`,
    ),
);

export const selectNumberBounds = compile()(() =>
  build
    .select({
      least: sql`(select min(number) from jobs)`.mapWith(numberOrNull),
      most: sql`(select max(number) from jobs)`.mapWith(numberOrNull),
    })
    .from(sql`(select 1)`),
);

/** Ended jobs by number; `numbers` and `hidden` are JSON arrays. */
export const selectEnded = compile<{ numbers: string; hidden: string }>()(() =>
  build
    .select()
    .from(jobs)
    .where(
      sql`number in (select value from json_each(${argument("numbers")})) and ${isListed} and hidden in (select value from json_each(${argument("hidden")}))`,
    ),
);
