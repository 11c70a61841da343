import { desc, sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { JobEvent, JobFailure, JobOrigin, JobRequest } from "../../domain/jobs/job.ts";
import type { JobStatus } from "../../domain/jobs/job-state.ts";
import type { StageName } from "../../domain/jobs/progress.ts";
import type { Json, JsonObject } from "../../domain/values/json.ts";
import type { Result } from "../../domain/values/values.ts";
import { exactJson } from "./exact-json.ts";

// All times are milliseconds since 1970 (UTC). There are no foreign keys: a row that depends on a job is only ever
// inserted by a statement that looks for the job, and a check of each of a job's events would be paid on every write.
// Ids of jobs and executions should be UUIDs of version 7, which begin with the time: what one commit inserts then lies
// on a few pages, where random ids touch a page of each tree for each job (three times the jobs a second, measured).

/** What the indexes of the lists hold: ended jobs. A query that is to use one says the same. */
export const isListed = sql.raw("is_new = 0 and hidden < 2");
/** An order by what may be null could not be continued. The commas of these two are set right in the migration by hand. */
const userOrNone = sql`coalesce(user, '')`;
const providerOrNone = sql`coalesce(provider_id, '')`;

/** A job from its acceptance on. Only jobs.ts and retry-job.ts update this table. */
export const jobs = sqliteTable(
  "jobs",
  {
    /** Drawn by the insert, rising: what indexes and searches know the job by. */
    number: integer("number").primaryKey(),
    id: text("id").notNull().unique("jobs_id"),
    processId: text("process_id").notNull(),
    /** The revision that the submission was checked against; it runs even when the process was replaced since. */
    processRevision: text("process_revision").notNull(),
    /** The registered provider whose process it is; null for a process of this service. */
    providerId: text("provider_id"),
    /** It runs on another server. */
    isRemote: integer("is_remote", { mode: "boolean" }).notNull().default(false),
    /** Set by the record that keeps where the other server runs it. */
    remoteJobId: text("remote_job_id"),
    status: text("status").$type<JobStatus>().notNull(),
    isSync: integer("is_sync", { mode: "boolean" }).notNull(),
    /** Owner of the key that submitted; null for an anonymous user. */
    user: text("user"),
    tags: text("tags", { mode: "json" }).$type<readonly string[]>().notNull(),
    language: text("language"),
    request: exactJson("request").$type<JobRequest>().notNull(),
    priority: integer("priority").notNull(),
    /** Set by claim: 0 until the first one. */
    attempt: integer("attempt").notNull(),
    /** Set by claim and adopt, which add 1: a write that names an older fence changes nothing. */
    fence: integer("fence").notNull(),
    /** Set by claim; stays when the job is released or ends. */
    executionId: text("execution_id"),
    /** Set by each move to a value of its own: the other statements of the move look for it, so a loser's do nothing. */
    moveId: text("move_id"),
    /** Set by each move and record; never falls within an attempt. */
    progress: integer("progress").notNull(),
    stage: text("stage").$type<StageName>(),
    message: text("message").notNull(),
    createdAt: integer("created_at").notNull(),
    /** Set by each claim, cleared by release. */
    startedAt: integer("started_at"),
    /** Set by finish, and by dismiss; a discard leaves it. */
    finishedAt: integer("finished_at"),
    updatedAt: integer("updated_at").notNull(),
    /** Set by finish. */
    failure: text("failure", { mode: "json" }).$type<JobFailure>(),
    /** Set by finish, for a job whose locations were mapped: the execution's id. */
    wpsId: text("wps_id"),
    /** Set by a retry that keeps finished steps: the execution whose checkpoints the next one takes over. */
    resumeFrom: text("resume_from"),
    /** Raised by release and adopt after a crash of the server, cleared by the record that passes stage 8. */
    earlyCrashes: integer("early_crashes").notNull(),
    /** 0: lists show it. 1: it was removed after its end, and only lists that ask for removed jobs show it. 2: it is in no list, as it is a synchronous run that is no job. */
    hidden: integer("hidden").notNull().default(0),
    /** Until it has ended and was taken into the indexes of the lists, with others that ended (job-lists/take-in.ts). */
    isNew: integer("is_new", { mode: "boolean" }).notNull().default(true),
    /** Who takes turns with whom: `clientOf` of whoever submitted. Shown to nobody. */
    client: text("client").notNull().default("anonymous"),
    /** What its outputs and its log take of the disk. Set by finish, cleared by the moves that remove them; triggers add it up (usage.ts). */
    outputBytes: integer("output_bytes").notNull().default(0),
    /** Set by the insert of a synchronous run that is no job while it is waited for; cleared when it becomes one. */
    syncRun: text("sync_run").$type<"waited" | "answered">(),
    /** Set by records and finish, cleared by claim: how long the attempt waited for room since its claim. */
    waitedMilliseconds: integer("waited_milliseconds"),
    /** Set by finish: no tool ran for it, all that tools make was taken from earlier runs. Null for all others, and those of before. */
    isFromCache: integer("is_from_cache", { mode: "boolean" }),
    /** Set by dismiss and discard: the user who asked for it; null for a caller without a key. */
    dismissedBy: text("dismissed_by"),
    /** Set by each retry: the user who asked for it; null for a caller without a key, and for a job that was not retried. */
    retriedBy: text("retried_by"),
    /** Since when it is kept for good: no retention removes it, and nobody before it is released. Null for all others. */
    keptAt: integer("kept_at"),
    /** The user who asked for that; null for a caller without a key. */
    keptBy: text("kept_by"),
    /** The request that made it. A trigger of the insert writes the audit from it. */
    origin: text("origin", { mode: "json" }).$type<JobOrigin>(),
  },
  (table) => [
    // By client first: the read-ahead takes the first jobs of each, and a client's are counted.
    index("jobs_waiting")
      .on(table.client, desc(table.priority), table.createdAt, table.id)
      .where(sql`status = 'accepted'`),
    // All that a list looks at in the jobs that have not ended, or ended just now: few.
    index("jobs_new")
      .on(
        table.finishedAt,
        table.status,
        table.client,
        table.hidden,
        table.processId,
        table.user,
        table.providerId,
        table.createdAt,
        table.startedAt,
      )
      .where(sql`is_new = 1`),
    // Few: each of them is shown or removed soon.
    index("jobs_sync_runs")
      .on(table.syncRun, table.finishedAt)
      .where(sql`sync_run is not null and status <> 'dismissed'`),
    // Few, whatever their state.
    index("jobs_kept").on(table.hidden).where(sql`kept_at is not null`),
    // The indexes of the lists. Ended jobs come into them many at once: each index would otherwise cost every commit a page
    // or more. Each ends in the job's number. The first two hold all that a list looks at.
    index("jobs_ended")
      .on(
        table.hidden,
        table.number,
        table.status,
        table.processId,
        userOrNone,
        providerOrNone,
        table.createdAt,
        table.startedAt,
        table.finishedAt,
      )
      .where(isListed),
    index("jobs_of_user")
      .on(
        table.hidden,
        userOrNone,
        table.number,
        table.status,
        table.processId,
        providerOrNone,
        table.createdAt,
        table.startedAt,
        table.finishedAt,
      )
      .where(isListed),
    index("jobs_of_process").on(table.hidden, table.processId).where(isListed),
    index("jobs_of_provider").on(table.hidden, providerOrNone).where(isListed),
    index("jobs_of_status").on(table.hidden, table.status).where(isListed),
    index("jobs_by_end").on(table.hidden, table.finishedAt).where(isListed),
    index("jobs_by_duration").on(table.hidden, sql`finished_at - started_at`).where(isListed),
  ],
);

/** One attempt to run a job. */
export const executions = sqliteTable(
  "executions",
  {
    id: text("id").primaryKey(),
    jobId: text("job_id").notNull(),
    attempt: integer("attempt").notNull(),
    /** Set by the claim that made it. */
    startedAt: integer("started_at").notNull(),
    /** The engine's plan: set by a record before anything starts. */
    handle: exactJson("handle").$type<JsonObject>(),
    /** What is moved where: set by a record before anything is moved. */
    outputPlan: exactJson("output_plan").$type<JsonObject>(),
    /** Set only when what ran is proved gone, whatever became of the job. */
    endedAt: integer("ended_at"),
    /** What ran it: a word of `serverWords`, by the claim that made it. Null for those of before. */
    server: text("server"),
  },
  (table) => [
    index("executions_open").on(table.startedAt, table.id).where(sql`ended_at is null`),
    index("executions_of_job").on(table.jobId),
  ],
);

/** Finished parts of an execution, by the engine's key. WITHOUT ROWID (see the migration). */
export const checkpoints = sqliteTable(
  "checkpoints",
  {
    executionId: text("execution_id").notNull(),
    key: text("key").notNull(),
    value: exactJson("value").$type<Json>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.executionId, table.key] })],
);

/** An event in a list, in the order of the columns. */
export type EventMembers = readonly [
  at: number,
  kind: JobEvent["kind"],
  status: JobStatus,
  stage: StageName | null,
  progress: number,
  message: string,
  failure: JobFailure | null,
];

/** A job's history. Rows are never changed: a row holds all events of one write. WITHOUT ROWID (see the migration). */
export const jobEvents = sqliteTable(
  "job_events",
  {
    jobId: text("job_id").notNull(),
    /** Of its last event, whose members the other columns are. From 1, without gaps: drawn by the inserting statement itself. */
    number: integer("number").notNull(),
    at: integer("at").notNull(),
    kind: text("kind").$type<JobEvent["kind"]>().notNull(),
    status: text("status").$type<JobStatus>().notNull(),
    stage: text("stage").$type<StageName>(),
    progress: integer("progress").notNull(),
    message: text("message").notNull(),
    failure: text("failure", { mode: "json" }).$type<JobFailure>(),
    /** The events of the same write before it. A row for each event of the walk would cost three times as much (measured). */
    earlier: text("earlier", { mode: "json" }).$type<readonly EventMembers[]>(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.number] })],
);

/** The results of successful jobs, written by finish and removed by discard. WITHOUT ROWID (see the migration). */
export const results = sqliteTable(
  "results",
  {
    jobId: text("job_id").notNull(),
    /** The place of the output among the job's results, from 0. */
    position: integer("position").notNull(),
    outputId: text("output_id").notNull(),
    /** References are relative to the output directory: the address and the directory may change. */
    result: exactJson("result").$type<Result>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.position] })],
);

/**
 * Headers of callers that their remote jobs send on: sealed, with the job's id as additional data. Written with the job
 * and gone when it is final. WITHOUT ROWID (see the migration).
 */
export const jobSecrets = sqliteTable("job_secrets", {
  jobId: text("job_id").primaryKey(),
  sealedHeaders: text("sealed_headers").notNull(),
});

/** `Idempotency-Key` headers, written with the job they stand for. WITHOUT ROWID (see the migration). */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    /** Who sent it, as the edge words it: keys of two principals never meet. */
    principal: text("principal").notNull(),
    processId: text("process_id").notNull(),
    key: text("key").notNull(),
    bodyDigest: text("body_digest").notNull(),
    jobId: text("job_id").notNull(),
    /** From then on the key may stand for another job. */
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.principal, table.processId, table.key] }),
    index("idempotency_keys_expiry").on(table.expiresAt),
    index("idempotency_keys_of_job").on(table.jobId),
  ],
);
