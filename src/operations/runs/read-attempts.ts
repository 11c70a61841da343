import { defined } from "../../domain/defined.ts";
import { type Ask, type Asker, type Attempt, asksOf, splitKept, taskId } from "../../domain/jobs/attempts.ts";
import type { Execution, Job, JobEvent } from "../../domain/jobs/job.ts";
import { readServer } from "../../domain/jobs/provenance.ts";
import { isOwn, mayDo, type Principal } from "../../domain/people/access.ts";
import type { AuditEntry } from "../../domain/people/audit.ts";
import type { Database } from "../../store/database/database.ts";
import { executionsOf } from "../../store/jobs/executions.ts";
import { eventsOf } from "../../store/jobs/job-events.ts";
import { listAudit } from "../../store/people/audit.ts";
import type { ReadInputsDeps } from "./read-inputs.ts";
import { tasksOf } from "./read-tasks.ts";

/** Tells whether a job was begun anew: by a retry, or after a restart of the server. */
export function hasAttempts({ attempt, startedAt }: Pick<Job, "attempt" | "startedAt">): boolean {
  return attempt > 1 || (attempt === 1 && startedAt === undefined);
}

/**
 * Reads the attempts of a job that was begun anew, in their order: when each began and ended, how, who asked for it, and what ran in
 * it. Empty for any other job, which is its only attempt. Who retried the job of another user is told as `peopleOf` tells it.
 */
export async function readAttempts(deps: ReadInputsDeps, principal: Principal, job: Job): Promise<readonly Attempt[]> {
  if (!hasAttempts(job)) return [];
  const { database } = deps;
  const [executions, events, retries] = await Promise.all([
    executionsOf(database, job.id),
    allEvents(database, job.id),
    retriesOf(database, job),
  ]);
  const asks = asksOf(events);
  const askers = askersOf(asks, retries, job);
  const isTold = isOwn(principal, job.user) || mayDo(principal, "read-all-jobs");
  const earlier = new Set<string>();
  const attempts: Attempt[] = [];
  for (const [index, ask] of asks.entries()) {
    const until = asks[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const execution = executions.find(({ startedAt }) => startedAt >= ask.at && startedAt < until);
    const tasks = execution === undefined ? [] : await tasksOf(deps, execution.id);
    const by = ask.what === "retry" && !isTold ? ({ kind: "notTold" } as const) : askers[index];
    attempts.push({ ...attemptOf(ask, execution), asked: askedOf(ask, by), ...splitKept(tasks, earlier) });
    for (const task of tasks) earlier.add(taskId(task));
  }
  return attempts;
}

function askedOf({ what, at }: Ask, by: Asker | undefined): Attempt["asked"] {
  return { what, at, ...defined({ by }) };
}

function attemptOf({ end }: Ask, execution: Execution | undefined): Omit<Attempt, "asked" | "tasks" | "kept"> {
  return defined({
    number: execution?.attempt,
    startedAt: execution?.startedAt,
    endedAt: end?.at ?? execution?.endedAt,
    status: end?.status,
    failure: end?.failure,
    server: execution?.server === undefined ? undefined : readServer(execution.server),
  });
}

/** So many lines of the audit are looked for: nobody retries a job as often. */
const mostRetries = 1000;

/** The lines of the audit that tell of retries, the first one first; old ones may have been removed. */
async function retriesOf(database: Database, job: Job): Promise<readonly AuditEntry[]> {
  const found = await listAudit(database, {
    action: "retry",
    subject: job.id,
    outcome: "done",
    since: job.createdAt,
    limit: mostRetries,
  });
  return found.filter(({ subject }) => subject === job.id).toReversed();
}

/** Who asked for each attempt: the newest retry is the newest line, and the job itself knows who asked for that one. */
function askersOf(asks: readonly Ask[], lines: readonly AuditEntry[], job: Job): readonly (Asker | undefined)[] {
  const left = [...lines];
  const known = asks.toReversed().map(({ what }): Asker | undefined => {
    if (what === "restart") return undefined;
    if (what === "submit") return askerOf(job.user);
    const line = left.pop();
    return line === undefined ? { kind: "notKept" } : askerOf(line.user);
  });
  const newest = asks.toReversed().findIndex(({ what }) => what === "retry");
  if (newest !== -1 && job.retriedBy !== undefined) known[newest] = askerOf(job.retriedBy);
  return known.toReversed();
}

function askerOf(user: string | undefined): Asker {
  return user === undefined ? { kind: "anonymous" } : { kind: "user", user };
}

/** A job that ran for days has more events than are read at once. */
async function allEvents(database: Database, jobId: string): Promise<readonly JobEvent[]> {
  const events: JobEvent[] = [];
  for (;;) {
    const more = await eventsOf(database, jobId, events.at(-1)?.number ?? 0);
    if (more.length === 0) return events;
    events.push(...more);
  }
}
