import type { Json } from "../../domain/values/json.ts";
import type { Database } from "../database/database.ts";
import { storable } from "../database/statements.ts";
import { findMove, insertEventsOfMove } from "../queries/guards.ts";
import { withoutListRows } from "../queries/list-rows.ts";
import { copyCheckpoints, retry } from "../queries/retry-job.ts";
import { checkpointsOf } from "./executions.ts";
import { eventArguments } from "./job-rows.ts";

export type RetryMove = {
  readonly jobId: string;
  readonly moveId: string;
  readonly at: number;
  readonly message: string;
  /** The user who asks for it; undefined for a caller without a key. */
  readonly by?: string;
  /** Finished steps of the last execution are not run again. */
  readonly keepsFinishedSteps: boolean;
};

/**
 * Makes a failed or dismissed job wait for a new attempt, in one write. "lost" when it is in another state, or something
 * of its last attempt is not proved gone.
 */
export async function retryJob(database: Database, move: RetryMove): Promise<"accepted" | "lost"> {
  const { jobId, moveId, at, message, by = null, keepsFinishedSteps } = move;
  const event = { at, kind: "status", status: "accepted", progress: 0, message } as const;
  const [retried] = await database.write(
    [
      retry({ jobId, moveId, at, message: storable(message), by, keeps: Number(keepsFinishedSteps) }),
      insertEventsOfMove({ jobId, moveId, ...eventArguments(event) }),
      ...withoutListRows({ jobId, moveId }),
    ],
    [jobId],
    findMove({ jobId, moveId }),
  );
  if (retried?.rowsAffected !== 1) return "lost";
  database.feed.forget(jobId);
  return "accepted";
}

/** Gives an execution the checkpoints of an earlier one of its job, while the claim holds. Repeatable. */
export async function takeOverCheckpoints(
  database: Database,
  claim: { readonly jobId: string; readonly fence: number; readonly executionId: string },
  from: string,
): Promise<ReadonlyMap<string, Json>> {
  const { jobId, fence, executionId } = claim;
  await database.write([copyCheckpoints({ jobId, fence, from, to: executionId })]);
  return checkpointsOf(database, executionId);
}
