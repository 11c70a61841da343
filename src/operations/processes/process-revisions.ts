import { defined } from "../../domain/defined.ts";
import { isInScope, type Principal, seesPrivate } from "../../domain/people/access.ts";
import { type AuditActor, localOperator } from "../../domain/people/audit.ts";
import { hasRight } from "../../domain/people/rights.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import { parseProcessName } from "../../domain/processes/process-name.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Database } from "../../store/database/database.ts";
import {
  findNamedRevision,
  restoreRevision as makeCurrent,
  type ProcessRevision,
  readRemoved,
  listRevisions as readRevisions,
  replaceCurrent,
  replacing,
  withdrawRevision as withdraw,
} from "../../store/processes/process-revisions.ts";
import { findProcessRevision, isPrivateProcess } from "../../store/processes/processes.ts";
import { type DeployDeps, type Precondition, requireOwner } from "../deploy/deploy-process.ts";
import { actorOf, auditing } from "../people/audit.ts";
import { requireAction } from "../people/guard.ts";
import { type DescribeDeps, noSuchProcess, type Page } from "./describe-processes.ts";

export type { ProcessRevision } from "../../store/processes/process-revisions.ts";

/** A revision with what it says and runs. */
export type RevisionOfProcess = ProcessRevision & { readonly process: Process };

type ReadDeps = Pick<DeployDeps, "database"> & Pick<DescribeDeps, "rights">;
type ChangeDeps = Pick<DeployDeps, "database" | "clock" | "processes" | "onAudited">;

/**
 * Finds the revision that a name stands for, also one that was withdrawn, and those of a process that was undeployed: jobs
 * name them. Throws `no-such-process`, also for one that may not be seen.
 */
export async function readRevision(
  { database, rights = [] }: ReadDeps,
  principal: Principal | undefined,
  name: string,
): Promise<RevisionOfProcess> {
  if (principal !== undefined) requireAction(principal, "read-processes", `read process "${name}"`);
  const parsed = parseProcessName(name);
  const found = await findNamedRevision(database, parsed);
  const process = found === undefined ? undefined : await findProcessRevision(database, parsed.id, found.revision);
  const isHidden = !hasRight(rights, principal, "see", parsed.id);
  if (found === undefined || process === undefined || isHidden) throw noSuchProcess(name);
  await requireVisible(database, principal, process);
  return { ...found, process };
}

/** Lists the revisions of a process that may be seen, those that were deployed last first. Throws `no-such-process`. */
export async function listRevisions(
  { database, rights }: ReadDeps,
  principal: Principal | undefined,
  id: string,
  page: { readonly limit: number; readonly after?: string },
): Promise<Page<ProcessRevision>> {
  const { process: newest } = await readRevision({ database, ...defined({ rights }) }, principal, id);
  const { limit, after } = page;
  const before = after === undefined ? undefined : deploymentOf(after);
  const read = await readRevisions(database, newest.id, { limit: limit + 1, ...defined({ before }) });
  const last = read.slice(0, limit).at(-1);
  const items = read.slice(0, limit).filter(({ visibility }) => visibility === "public" || seesPrivate(principal));
  return read.length > limit && last !== undefined ? { items, next: String(last.deployment) } : { items };
}

/** Lists the ids of processes that were undeployed or withdrawn, those of last first, at most 200: of what a principal may see. */
export async function removedProcesses(
  { database, rights = [] }: ReadDeps,
  principal: Principal,
): Promise<readonly string[]> {
  const removed = await readRemoved(database);
  return removed.flatMap(({ id, visibility }) => {
    const isSeen = visibility === "public" || seesPrivate(principal);
    return isSeen && isInScope(principal, id) && hasRight(rights, principal, "see", id) ? [id] : [];
  });
}

/** Finds which of some ids are those of processes that there are or were, of what a principal may see: by an index, each by itself. */
export async function knownProcesses(
  { database, rights = [] }: ReadDeps,
  principal: Principal,
  ids: readonly string[],
): Promise<readonly string[]> {
  const mayKnow = (id: string) => isInScope(principal, id) && hasRight(rights, principal, "see", id);
  const asked = [...new Set(ids)].filter(mayKnow).map(async (id) => {
    const [newest] = await readRevisions(database, id, { limit: 1 });
    const isSeen = newest !== undefined && (newest.visibility === "public" || seesPrivate(principal));
    return isSeen ? [id] : [];
  });
  return (await Promise.all(asked)).flat();
}

/** Where a page continues. Throws `invalid-query-parameter-value`. */
function deploymentOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const detail = `Cannot list revisions: found after "${text.slice(0, 80)}", wanted that of a next link`;
  throw new Problem("invalid-query-parameter-value", detail);
}

async function requireVisible(database: Database, principal: Principal | undefined, process: Process): Promise<void> {
  if (seesPrivate(principal)) return;
  const { id: processId, revision: processRevision, visibility } = process;
  // The process may belong to somebody else by now, or have been made private since.
  const isPrivate = visibility === "private" || (await isPrivateProcess(database, { processId, processRevision }));
  if (isPrivate) throw noSuchProcess(processId);
}

/**
 * Withdraws one revision: nobody can execute it any more. When it is the current one, its process stands for nothing until
 * another one is deployed or restored: none comes back by itself. Throws `no-such-process`, `immutable-process`, `forbidden`.
 */
export async function withdrawRevision(
  deps: ChangeDeps,
  principal: Principal,
  name: string,
  precondition?: Precondition,
): Promise<void> {
  requireAction(principal, "deploy", `withdraw process "${name}"`, parseProcessName(name).id);
  const { process, withdrawnAt } = await readRevision(deps, principal, name);
  requireMutableRevision("withdraw", process);
  await requireOwner(deps, principal, "withdraw", process.id);
  precondition?.(process);
  const database = auditing(deps, actorOf(principal), "withdraw", { subject: nameOf(process) });
  const isWithdrawn =
    withdrawnAt === undefined && (await withdraw(database, process.id, process.revision, deps.clock.now()));
  deps.processes.forget(process.id);
  if (!isWithdrawn) throw new Problem("no-such-process", `Cannot withdraw process "${name}": it was withdrawn before`);
}

/**
 * Makes an earlier revision the current one again, also one that was withdrawn, or of a process that was undeployed. Throws
 * `no-such-process`, `immutable-process`, `forbidden`.
 */
export async function restoreRevision(deps: ChangeDeps, principal: Principal, name: string): Promise<Process> {
  requireAction(principal, "deploy", `restore process "${name}"`, parseProcessName(name).id);
  const { process } = await readRevision(deps, principal, name);
  requireMutableRevision("restore", process);
  await requireOwner(deps, principal, "restore", process.id);
  const database = auditing(deps, actorOf(principal), "restore", { subject: nameOf(process) });
  await makeCurrent(database, process.id, process.revision, deps.clock.now());
  deps.processes.forget(process.id);
  return process;
}

/**
 * Makes another revision the current one in the place of the one that is, and withdraws that one: both or nothing. Throws
 * `no-such-process`, `immutable-process`, `forbidden`; `invalid-parameter-value` where both are the same; `conflict` where the one
 * that is to be withdrawn is not the current one, also where somebody else changed that meanwhile.
 */
export async function goBack(
  deps: ChangeDeps,
  principal: Principal,
  names: { readonly from: string; readonly to: string },
): Promise<void> {
  requireAction(principal, "deploy", `restore process "${names.to}"`, parseProcessName(names.to).id);
  const { process: from } = await readRevision(deps, principal, names.from);
  const { process: to } = await readRevision(deps, principal, names.to);
  requireMutableRevision("restore", to);
  await requireOwner(deps, principal, "restore", to.id);
  if (from.id !== to.id || from.revision === to.revision) {
    const found = "found the revision that is to be undeployed, wanted another one of its process";
    throw new Problem("invalid-parameter-value", `Cannot go back to "${names.to}": ${found}`);
  }
  const { restores, withdraws } = replacing;
  const actor = actorOf(principal);
  const restoring = auditing(deps, actor, "restore", { subject: nameOf(to), after: restores });
  const both = { ...deps, database: restoring };
  const database = auditing(both, actor, "withdraw", { subject: nameOf(from), after: withdraws });
  const revisions = { from: from.revision, to: to.revision };
  const isDone = await replaceCurrent(database, to.id, revisions, deps.clock.now());
  deps.processes.forget(to.id);
  if (isDone) return;
  const found = `found that "${names.from}" is not the current revision any more, wanted it to be`;
  throw new Problem("conflict", `Cannot go back to "${names.to}": ${found}; nothing was changed`);
}

/** What a command of the operator has. */
export type OperatorDeps = {
  readonly database: Database;
  readonly clock: Clock;
  /** Who the audit says it was; some operator when absent. */
  readonly actor?: AuditActor;
};

function nameOf({ id, revision }: Pick<Process, "id" | "revision">): string {
  return `${id}@${revision}`;
}

function requireMutableRevision(verb: string, { id, isMutable }: Process): void {
  if (isMutable) return;
  const detail = `Cannot ${verb} process "${id}": found a built-in, wanted a deployed process`;
  throw new Problem("immutable-process", detail);
}

/**
 * Makes an earlier revision of a process the current one, as its operator: the one of a version, or the one that was
 * deployed before the current one and was not withdrawn. Throws `no-such-process`, `immutable-process`, `not-found`.
 */
export async function rollbackProcess(
  { database, clock, actor = localOperator }: OperatorDeps,
  id: string,
  version?: string,
): Promise<ProcessRevision> {
  const target =
    version === undefined ? await revisionBefore(database, id) : await findNamedRevision(database, { id, version });
  if (target === undefined) {
    const wanted = version === undefined ? "a revision before the current one" : `version "${version}"`;
    throw new Problem("not-found", `Cannot roll back process "${id}": found none, wanted ${wanted}`);
  }
  const process = await findProcessRevision(database, id, target.revision);
  if (process !== undefined) requireMutableRevision("roll back", process);
  const change = auditing({ database, clock }, actor, "restore", {
    subject: nameOf({ id, revision: target.revision }),
  });
  await makeCurrent(change, id, target.revision, clock.now());
  return target;
}

/** Pages of revisions that are looked through for the one before. */
const lookBack = 1000;

async function revisionBefore(database: Database, id: string): Promise<ProcessRevision | undefined> {
  const revisions = await readRevisions(database, id, { limit: lookBack });
  if (revisions.length === 0) throw noSuchProcess(id);
  // Of a process that was undeployed, all are withdrawn: the last one is meant.
  if (!revisions.some(({ isCurrent }) => isCurrent)) return revisions[0];
  return revisions.find(({ isCurrent, withdrawnAt }) => !isCurrent && withdrawnAt === undefined);
}
