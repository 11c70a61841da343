import type { Job, JobOutcome, NewJobEvent } from "../../domain/jobs/job.ts";
import type { StageName } from "../../domain/jobs/progress.ts";
import { clientOf } from "../../domain/people/access.ts";
import type { PendingNotification } from "../../domain/people/notification.ts";
import type { Database } from "../database/database.ts";
import { rowsOf, type Statement, type StatementResult, storable } from "../database/statements.ts";
import * as claiming from "../queries/claim-jobs.ts";
import { findMove, insertEventsOfMove } from "../queries/guards.ts";
import * as inserting from "../queries/insert-job.ts";
import { insertNotificationsOfMove, notificationsText } from "../queries/insert-notifications.ts";
import * as moving from "../queries/move-job.ts";
import { type Checkpoint, checkpointOfMove, type JobRecord, recordStatements } from "../queries/record-job.ts";
import * as selecting from "../queries/select-jobs.ts";
import {
  eventArguments,
  eventMembers,
  jobArguments,
  jobOf,
  jobOfColumns,
  jsonOrNull,
  resultsText,
} from "./job-rows.ts";
import { countQueuedOf } from "./usage.ts";

/** An `Idempotency-Key`: unique by principal, process and key until it expires. */
export type Idempotency = {
  /** As the edge words it: two principals never share a key. */
  readonly principal: string;
  readonly key: string;
  readonly bodyDigest: string;
  readonly expiresAt: number;
};

/** `full`: so many jobs of its client wait. `conflict`: the same key came with another body. */
export type Insertion =
  | { readonly kind: "inserted" }
  | { readonly kind: "existing"; readonly jobId: string }
  | { readonly kind: "full"; readonly queued: number }
  | { readonly kind: "conflict" };

/** Inserts a job with its first event, its idempotency key and what it uses of the vault; durable when it resolves. */
export async function insertJob(
  database: Database,
  job: Job,
  event: NewJobEvent,
  options: {
    readonly idempotency?: Idempotency;
    readonly vaultFileIds?: readonly string[];
    /** Headers that go along to another server, sealed. */
    readonly sealedHeaders?: string;
    /** Whom the client wants to be told, sealed. */
    readonly sealedSubscribers?: string;
    /** It is inserted while fewer jobs of its client wait. */
    readonly maxQueued?: number;
  } = {},
): Promise<Insertion> {
  const { idempotency, vaultFileIds = [], sealedHeaders, sealedSubscribers, maxQueued } = options;
  const values = jobArguments(job);
  const first = inserting.insertFirstEvents({ jobId: job.id, ...eventArguments(event) });
  const uses = [
    ...(vaultFileIds.length === 0
      ? []
      : [inserting.insertVaultUses({ jobId: job.id, files: JSON.stringify(vaultFileIds) })]),
    ...(sealedHeaders === undefined ? [] : [inserting.insertSecrets({ jobId: job.id, sealedHeaders })]),
    ...(sealedSubscribers === undefined ? [] : [inserting.insertSubscription({ jobId: job.id, sealedSubscribers })]),
  ];
  const standing = inserting.findJobId({ jobId: job.id });

  if (idempotency === undefined) {
    const row =
      maxQueued === undefined ? inserting.insertJobRow(values) : inserting.insertJobRowWithin({ ...values, maxQueued });
    const [inserted] = await database.write([row, first, ...uses], [job.id], standing);
    return inserted?.rowsAffected === 1 ? { kind: "inserted" } : fullQueue(database, job);
  }
  const key = { principal: idempotency.principal, processId: job.processId, key: idempotency.key };
  const keyInUse = inserting.selectKey(key);
  const { bodyDigest, expiresAt } = idempotency;
  const keyOfJob = { ...key, jobId: job.id, createdAt: job.createdAt, bodyDigest, expiresAt };
  const [inserted, , , found] = await database.write(
    [
      inserting.insertJobRowOnce({ ...values, ...key, maxQueued: maxQueued ?? Number.MAX_SAFE_INTEGER }),
      inserting.insertKey(keyOfJob),
      first,
      keyInUse,
      ...uses,
    ],
    [job.id],
    standing,
  );
  if (inserted?.rowsAffected === 1) return { kind: "inserted" };
  const [other] = rowsOf(keyInUse, found);
  if (other === undefined) return fullQueue(database, job);
  return other.bodyDigest === bodyDigest ? { kind: "existing", jobId: other.jobId } : { kind: "conflict" };
}

async function fullQueue(database: Database, job: Job): Promise<Insertion> {
  return { kind: "full", queued: await countQueuedOf(database, clientOf(job)) };
}

/** Finds a job. */
export async function findJob(database: Database, id: string): Promise<Job | undefined> {
  const [row] = await database.read(selecting.selectJob({ id }));
  return row === undefined ? undefined : jobOfColumns(row);
}

/** Lists ids of jobs that begin with a text, the newest first: at most `limit`. */
export async function idsBeginning(database: Database, start: string, limit: number): Promise<readonly string[]> {
  // "g" stands behind all digits of an id.
  const rows = await database.read(selecting.selectIdsFrom({ start, end: `${start}g`, limit }));
  return rows.map(({ id }) => id);
}

/** What a job is of, and whose it is. */
export type OwnedJob = {
  readonly id: string;
  readonly processId: string;
  readonly providerId?: string;
  readonly user?: string;
};

/** Lists whose the jobs with these ids are, of those that there still are. */
export async function listOwners(database: Database, ids: readonly string[]): Promise<readonly OwnedJob[]> {
  return ids.length === 0 ? [] : database.read(selecting.selectOwners({ ids: JSON.stringify(ids) }));
}

/** Finds the job that an execution belongs to. */
export async function findJobOfExecution(database: Database, executionId: string): Promise<Job | undefined> {
  const [row] = await database.read(selecting.selectJobOfExecution({ executionId }));
  return row === undefined ? undefined : jobOf(row);
}

// Whoever loses a race gets `false`, `undefined` or "lost", and leaves no row in any table.

/** What every move names: `moveId` is drawn for it and used once. */
/** A change of a job's status: the first one that comes wins. */
export type Move = { readonly jobId: string; readonly moveId: string; readonly at: number };

export type Claim = {
  readonly jobId: string;
  readonly executionId: string;
  readonly moveId: string;
  /** The event of the setup stage; the job shows its progress, stage and message. */
  readonly event: NewJobEvent;
};

/** Claims waiting jobs, all in one write, each with a new execution, which notes the server. Jobs that someone else moved are absent. */
export async function claimJobs(
  database: Database,
  claims: readonly Claim[],
  at: number,
  server: string | null = null,
): Promise<ReadonlyMap<string, { readonly fence: number; readonly attempt: number }>> {
  if (claims.length === 0) return new Map();
  const members = ({ jobId, executionId, moveId, event }: Claim) => [
    jobId,
    executionId,
    moveId,
    ...eventMembers(event),
  ];
  const text = JSON.stringify(claims.map(members));
  const given = { claims: text, at, server };
  const claim = claiming.claimWaiting({ claims: text, at });
  const [claimed] = await database.write(
    [claim, claiming.insertClaimedExecutions(given), claiming.insertClaimedEvents({ claims: text })],
    claims.map((claim) => claim.jobId),
    claiming.selectClaimed({ claims: text }),
  );
  return new Map(rowsOf(claim, claimed).map(({ id, ...held }) => [id, held]));
}

/** Puts a running job back to the waiting ones and ends its execution. False when the fence or state no longer holds. */
export async function releaseJob(
  database: Database,
  move: Move & { readonly fence: number; readonly event: NewJobEvent; readonly countsAsCrash: boolean },
): Promise<boolean> {
  const { jobId, moveId, at, fence, event, countsAsCrash } = move;
  database.feed.forget(jobId);
  return won(
    await database.write(
      [
        moving.release({
          jobId,
          moveId,
          at,
          fence,
          progress: event.progress,
          stage: event.stage ?? null,
          message: storable(event.message),
          crashes: Number(countsAsCrash),
        }),
        moving.endExecutionOfMove({ jobId, moveId, at }),
        insertEventsOfMove({ jobId, moveId, ...eventArguments(event) }),
      ],
      [jobId],
      findMove({ jobId, moveId }),
    ),
  );
}

/** Takes over a running job after a restart: same execution, a new fence. Undefined when it no longer runs. */
export async function adoptJob(
  database: Database,
  move: Move & { readonly countsAsCrash: boolean },
): Promise<{ readonly fence: number } | undefined> {
  const { jobId, moveId, at, countsAsCrash } = move;
  const adopt = moving.adopt({ jobId, moveId, at, crashes: Number(countsAsCrash) });
  const [adopted] = await database.write([adopt], [], findMove({ jobId, moveId }));
  return rowsOf(adopt, adopted)[0];
}

/** Records how far a running job has come, in one write; nothing at all when the fence or state no longer holds. */
export async function recordJob(database: Database, record: JobRecord): Promise<boolean> {
  return won(await database.write(recordStatements(record), [record.jobId]));
}

export type FinishMove = Move & {
  readonly executionId: string;
  readonly fence: number;
  readonly outcome: JobOutcome;
  readonly progress: number;
  readonly stage: StageName;
  readonly message: string;
  readonly events: readonly NewJobEvent[];
  /** What ran is proved gone. */
  readonly executionEnded: boolean;
  /** What its files take of the disk; its values are counted here. */
  readonly outputBytes?: number;
  readonly notifications?: readonly PendingNotification[];
  /** How long it waited since its claim; what is kept stays when absent. */
  readonly waitedMilliseconds?: number;
  /** The job as it is then: who waits for its end need not read it. */
  readonly job?: Job;
  /** A finished part of the execution that waited for this write. */
  readonly checkpoint?: Checkpoint;
};

/** Ends a running job with its results, in one write. False when the fence or state no longer holds. */
export async function finishJob(database: Database, move: FinishMove): Promise<boolean> {
  const { jobId, moveId, at, executionId, fence, outcome, progress, stage, events, executionEnded } = move;
  const { notifications = [], checkpoint } = move;
  const guard = { jobId, moveId };
  const outputs = resultsText(outcome.results);
  const statements: Statement[] = [
    moving.finish({
      ...guard,
      executionId,
      fence,
      at,
      status: outcome.status,
      progress,
      stage,
      message: storable(move.message),
      failure: jsonOrNull(outcome.failure),
      wpsId: outcome.wpsId ?? null,
      outputBytes: (move.outputBytes ?? 0) + outputs.largeBytes,
      waited: move.waitedMilliseconds ?? null,
      fromCache: outcome.isFromCache === true ? 1 : null,
    }),
  ];
  if (outputs.text !== "[]") statements.push(moving.insertResults({ ...guard, results: outputs.text }));
  if (checkpoint !== undefined) statements.push(checkpointOfMove({ ...guard, executionId }, checkpoint));
  if (executionEnded) statements.push(moving.endExecutionOfMove({ ...guard, at }));
  statements.push(moving.forgetSecretsOfMove(guard));
  statements.push(...tellOfMove(guard, at, notifications));
  const last = events.at(-1);
  if (last !== undefined)
    statements.push(insertEventsOfMove({ ...guard, ...eventArguments(last, events.slice(0, -1)) }));
  const results = await database.write(statements, [jobId], findMove(guard), database.takeIn);
  if (won(results)) database.feed.ended(jobId, move.job && { job: move.job, results: outcome.results });
  return won(results);
}

/** Lists the statement that tells subscribers of a move, if there are any. */
export function tellOfMove(
  guard: Pick<Move, "jobId" | "moveId">,
  at: number,
  notifications: readonly PendingNotification[],
): readonly Statement[] {
  if (notifications.length === 0) return [];
  return [insertNotificationsOfMove({ ...guard, at, notifications: notificationsText(notifications) })];
}

/** Tells whether a move won, by its first statement: someone who was first leaves it no row to change. */
export function won(results: readonly StatementResult[]): boolean {
  return results[0]?.rowsAffected === 1;
}
