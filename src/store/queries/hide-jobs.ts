import { and, eq, lte, sql } from "drizzle-orm";
import { isFinished, jobStatuses } from "../../domain/jobs/job-state.ts";
import { argument, build, compile, statusIn } from "../database/statements.ts";
import { jobs } from "../schema/jobs.ts";

// In text, as the index jobs_sync_runs says it.
const isWaitedFor = sql`${jobs.syncRun} = 'waited' and ${jobs.status} <> 'dismissed'`;

/** The lists take it in as one that has just ended. */
const shown = { syncRun: null, hidden: 0, isNew: true } as const;

export const show = compile<{ jobId: string }>()(() =>
  build
    .update(jobs)
    .set(shown)
    .where(and(eq(jobs.id, argument("jobId")), sql`${jobs.syncRun} is not null and ${jobs.status} <> 'dismissed'`)),
);

export const showAll = compile()(() => build.update(jobs).set(shown).where(isWaitedFor));

export const noteAnswer = compile<{ jobId: string }>()(() =>
  build
    .update(jobs)
    .set({ syncRun: "answered" })
    .where(and(eq(jobs.id, argument("jobId")), isWaitedFor)),
);

const kept = jobStatuses.filter((status) => isFinished(status) && status !== "dismissed");

export const selectAnswered = compile<{ before: number; limit: number }>()(() =>
  build
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(
        sql`${jobs.syncRun} = 'answered' and ${jobs.status} <> 'dismissed'`,
        statusIn(sql`+${jobs.status}`, kept),
        lte(jobs.finishedAt, argument("before")),
      ),
    )
    .limit(sql.placeholder("limit")),
);
