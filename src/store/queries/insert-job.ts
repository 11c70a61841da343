import { and, eq, gt, lte, notExists, sql } from "drizzle-orm";
import { jobMoves } from "../../domain/jobs/job-state.ts";
import {
  type ArgumentsOf,
  argument,
  argumentsOf,
  build,
  compile,
  excluded,
  insertFrom,
  statusIn,
} from "../database/statements.ts";
import type { EventArguments } from "../jobs/job-rows.ts";
import { executions, idempotencyKeys, jobEvents, jobSecrets, jobs } from "../schema/jobs.ts";
import { subscriptions } from "../schema/notifications.ts";
import { vaultUses } from "../schema/vault.ts";
import { isThere } from "./guards.ts";

export type JobArguments = ArgumentsOf<typeof jobs>;
type Key = { principal: string; processId: string; key: string };

const isSameKey = and(
  eq(idempotencyKeys.principal, argument("principal")),
  eq(idempotencyKeys.processId, argument("processId")),
  eq(idempotencyKeys.key, argument("key")),
);

const liveKey = build
  .select({ jobId: idempotencyKeys.jobId })
  .from(idempotencyKeys)
  .where(and(isSameKey, gt(idempotencyKeys.expiresAt, argument("createdAt"))));

export const insertJobRow = compile<JobArguments>()(() => build.insert(jobs).values(argumentsOf(jobs)));

/** Writes of one commit follow each other: of jobs that come in at once, no more are inserted than may wait. */
const hasTurn = sql`(select count(*) from jobs where ${statusIn(sql`status`, jobMoves.claim.from)} and client = ${argument("client")}) < ${argument("maxQueued")}`;

/** Inserts the job while fewer of its client wait than `maxQueued`. */
export const insertJobRowWithin = compile<JobArguments & { maxQueued: number }>()(() =>
  insertFrom(jobs, argumentsOf(jobs), { where: hasTurn }),
);

/** Inserts the job, within the same bound, unless a key that has not expired stands for another one. */
export const insertJobRowOnce = compile<JobArguments & Key & { maxQueued: number }>()(() =>
  insertFrom(jobs, argumentsOf(jobs), { where: and(notExists(liveKey), hasTurn) }),
);

export const insertKey = compile<Key & { jobId: string; bodyDigest: string; createdAt: number; expiresAt: number }>()(
  () =>
    insertFrom(idempotencyKeys, argumentsOf(idempotencyKeys), { where: isThere }).onConflictDoUpdate({
      target: [idempotencyKeys.principal, idempotencyKeys.processId, idempotencyKeys.key],
      set: {
        bodyDigest: excluded(idempotencyKeys.bodyDigest),
        jobId: excluded(idempotencyKeys.jobId),
        expiresAt: excluded(idempotencyKeys.expiresAt),
      },
      setWhere: lte(idempotencyKeys.expiresAt, argument("createdAt")),
    }),
);

export const selectKey = compile<Key>()(() =>
  build
    .select({ jobId: idempotencyKeys.jobId, bodyDigest: idempotencyKeys.bodyDigest })
    .from(idempotencyKeys)
    .where(isSameKey),
);

export const deleteExpiredKeys = compile<{ now: number }>()(() =>
  build.delete(idempotencyKeys).where(lte(idempotencyKeys.expiresAt, argument("now"))),
);

export const insertFirstEvents = compile<{ jobId: string } & EventArguments>()(() =>
  insertFrom(jobEvents, { ...argumentsOf(jobEvents), number: argument("count") }, { where: isThere }),
);

/** The execution of a job that is inserted with its end. */
export const insertEndedExecution = compile<{
  jobId: string;
  id: string;
  attempt: number;
  startedAt: number;
  endedAt: number;
  server: string | null;
}>()(() =>
  insertFrom(executions, { ...argumentsOf(executions), handle: sql`null`, outputPlan: sql`null` }, { where: isThere }),
);

/** `files` is a JSON array of ids. */
export const insertVaultUses = compile<{ jobId: string; files: string }>()(() =>
  insertFrom(
    vaultUses,
    { vaultFileId: sql`file.value`, jobId: argument("jobId") },
    { source: sql`json_each(${argument("files")}) as file`, where: isThere },
  ).onConflictDoNothing(),
);

/** Headers of a caller, sealed. */
export const insertSecrets = compile<{ jobId: string; sealedHeaders: string }>()(() =>
  insertFrom(jobSecrets, argumentsOf(jobSecrets), { where: isThere }),
);

/** Addresses of subscribers, sealed. */
export const insertSubscription = compile<{ jobId: string; sealedSubscribers: string }>()(() =>
  insertFrom(subscriptions, argumentsOf(subscriptions), { where: isThere }),
);

export const findJobId = compile<{ jobId: string }>()(() =>
  build
    .select({ id: jobs.id })
    .from(jobs)
    .where(eq(jobs.id, argument("jobId"))),
);
