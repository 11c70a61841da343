import { and, eq, sql } from "drizzle-orm";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";
import { durationClass } from "./duration-classes.ts";
import { jobIndex, jobs } from "./schema/jobs.ts";
import { argument, build, compile, insertFrom } from "./statements.ts";

// One write takes up a batch of jobs: its statements find the same ones, because the last of them marks them. The moves
// that change a finished job take it out of the index in their own write; it comes in anew with the next batch.

/**
 * The full-text index: a virtual table, which is why it does not stand in the schema. It knows a job by the negative of
 * its number, because FTS5 skips ahead only in rising order, and the newest are to come first.
 */
const jobTexts = sqliteTable("job_texts", {
  rowid: integer("rowid").notNull(),
  words: text("words").notNull(),
  facets: text("facets").notNull(),
});

/** The finished jobs that are not in the index, those that ended first: columns are named as in `jobs`. */
const due = sql`(select * from ${jobs} indexed by jobs_not_indexed where is_indexed = 0 and finished_at is not null order by finished_at limit ${argument("limit")}) as due`;

const insertDue = compile<{ limit: number }>(
  insertFrom(
    jobIndex,
    {
      number: sql`due.number`,
      createdAt: sql`due.created_at`,
      finishedAt: sql`due.finished_at`,
      status: sql`due.status`,
      duration: sql`due.finished_at - due.started_at`,
      durationClass,
      processId: sql`due.process_id`,
      providerId: sql`coalesce(due.provider_id, '')`,
      user: sql`coalesce(due.user, '')`,
    },
    { source: due, where: sql`true` },
  ),
);

/** What is said of a job: its process and that one's title, its tags, its last message, and why it failed. */
const words = sql.join(
  [
    sql`due.process_id`,
    sql`due.provider_id`,
    sql`revision.description ->> '$.title'`,
    sql`(select group_concat(value, ' ') from json_each(due.tags))`,
    sql`due.message`,
    sql`due.failure ->> '$.message'`,
    sql`due.failure ->> '$.step'`,
    sql`due.failure ->> '$.exception.text'`,
    sql`due.failure ->> '$.stderrTail'`,
  ].map((part) => sql`coalesce(${part}, '')`),
  sql` || ' ' || `,
);

const facet = {
  status: sql`'s' || hex(due.status)`,
  process: sql`'p' || hex(due.process_id)`,
  provider: sql`'r' || hex(coalesce(due.provider_id, ''))`,
  owner: sql`'u' || hex(coalesce(due.user, ''))`,
};

/** Each facet also stands together with the owner, so that those of one owner are a list of their own. See `facetOf`. */
const facets = sql.join(
  [
    facet.owner,
    ...[facet.status, facet.process, facet.provider].flatMap((one) => [one, sql`${facet.owner} || ${one}`]),
    sql`coalesce((select group_concat('t' || hex(value) || ' ' || ${facet.owner} || 't' || hex(value), ' ') from json_each(due.tags)), '')`,
  ],
  sql` || ' ' || `,
);

const insertDueTexts = compile<{ limit: number }>(
  insertFrom(
    jobTexts,
    { rowid: sql`-due.number`, words, facets },
    {
      source: sql`${due} left join process_revisions as revision on revision.process_id = due.process_id and revision.revision = due.process_revision`,
      // FTS5 begins a new segment at each row that comes out of order.
      where: sql`true order by due.number desc`,
    },
  ),
);

const markDue = compile<{ limit: number }>(
  build.update(jobs).set({ isIndexed: true }).where(sql`${jobs.number} in (select due.number from ${due})`),
);

/** Takes so many finished jobs up in the index, in one write; returns how many there were. */
export async function indexJobs(database: Database, limit: number): Promise<number> {
  const batch = { limit };
  const [, , marked] = await database.write([insertDue(batch), insertDueTexts(batch), markDue(batch)]);
  return marked?.rowsAffected ?? 0;
}

/** What a facet is of: state, process, provider or tag. */
export type FacetKind = "s" | "p" | "r" | "t";

/** Words a facet as the full-text index knows it. Without a kind it is the owner's; null is an anonymous user. */
export function facetOf(owner: string | null | undefined, kind?: FacetKind, value: string | null = null): string {
  const word = (letter: string, text: string | null) => `${letter}${Buffer.from(text ?? "").toString("hex")}`;
  return `${owner === undefined ? "" : word("u", owner)}${kind === undefined ? "" : word(kind, value)}`;
}

/** Takes a job out of the index, by the move that changes it. */
export const forgetIndexOfMove = compile<{ jobId: string; moveId: string }>(
  build
    .delete(jobIndex)
    .where(
      sql`${jobIndex.number} = (select ${jobs.number} from ${jobs} where ${and(eq(jobs.id, argument("jobId")), eq(jobs.moveId, argument("moveId")))})`,
    ),
);
