import type { CwlDocument } from "../../cwl/document/schema.ts";
import { defined } from "../../domain/defined.ts";
import { isInScope, isOwn, mayDo, type Principal } from "../../domain/people/access.ts";
import { hasRight } from "../../domain/people/rights.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Database } from "../../store/database/database.ts";
import { ownerOfProcess } from "../../store/processes/process-owners.ts";
import { undeployProcess as removeProcess } from "../../store/processes/process-revisions.ts";
import { type PackageSource, saveProcess } from "../../store/processes/processes.ts";
import { type AuditDeps, actorOf, auditing } from "../people/audit.ts";
import { requireAction } from "../people/guard.ts";
import { noSuchProcess } from "../processes/describe-processes.ts";
import type { ProcessCache } from "../processes/process-cache.ts";
import type { RemoteProcesses } from "../providers/remote-processes.ts";
import type { ApplicationPackage } from "./application-package.ts";
import { makeProcess } from "./make-process.ts";
import type { GivenDescription } from "./package-schema.ts";
import { earlierWarnings, versionWarnings } from "./version-warnings.ts";

export type DeployDeps = AuditDeps & {
  readonly database: Database;
  readonly clock: Clock;
  readonly processes: ProcessCache;
  readonly remotes: RemoteProcesses;
  /** Words which images of a document nothing here could run; none are looked for when absent. */
  readonly imageWarnings?: (document: CwlDocument) => Promise<readonly string[]>;
};

/** A deployment: what was read of its body, and the body itself where it is to be kept. */
export type Deployment = ApplicationPackage & { readonly source?: PackageSource };

/** How a change is made. */
export type ChangeOptions = {
  readonly precondition?: Precondition;
  /** All is checked, and nothing is changed. */
  readonly isDry?: boolean;
};

/** What became of a deployment: the process, and what whoever deployed it should know. */
export type Deployed = {
  readonly process: Process;
  readonly warnings: readonly string[];
  /** Nothing here can have an image that it names: it cannot run as long as that is so. */
  readonly lacksImage: boolean;
};

/** Throws `precondition-failed` when a change is not wanted for the process as it is now; undefined: there is none. */
export type Precondition = (current: Process | undefined) => void;

/**
 * Deploys a process. Throws `invalid-parameter-value`, `duplicated-process` when the id is taken, `immutable-process`
 * when a built-in has it.
 */
export async function deployProcess(
  deps: DeployDeps,
  principal: Principal,
  given: Deployment,
  { precondition, isDry = false }: ChangeOptions = {},
): Promise<Deployed> {
  requireAction(principal, "deploy", "deploy process");
  requireLeave(principal, given.description);
  const process = { ...(await makeProcess(deps, given)), deployerRole: principal.role };
  requireAction(principal, "deploy", `deploy process "${process.id}"`, process.id);
  const { warnings: own, lacksImage } = await warningsOf(deps, given, process);
  const existing = await deps.processes.find(process.id);
  if (existing !== undefined && !existing.isMutable) throw immutableProcess("deploy", process.id);
  precondition?.(existing);
  const earlier = existing === undefined ? await earlierWarnings(deps.database, principal, process) : [];
  const warnings = [...earlier, ...own];
  if (isDry && existing !== undefined) throw duplicate(process.id);
  if (isDry) return { process, warnings, lacksImage };
  const database = auditing(deps, actorOf(principal), "deploy", { subject: process.id });
  const outcome = await saveProcess(database, process, deps.clock.now(), {
    replace: false,
    ...defined({ owner: principal.user, source: given.source }),
  });
  if (outcome === "exists") throw duplicate(process.id);
  deps.processes.forget(process.id);
  return { process, warnings, lacksImage };
}

function duplicate(id: string): Problem {
  const detail = `Cannot deploy process "${id}": found one with this id, wanted a free id or PUT`;
  return new Problem("duplicated-process", detail);
}

async function warningsOf(
  { imageWarnings, database }: Pick<DeployDeps, "imageWarnings" | "database">,
  { cwl, warnings = [] }: Deployment,
  process: Process,
): Promise<Pick<Deployed, "warnings" | "lacksImage">> {
  const ofImages = cwl === undefined || imageWarnings === undefined ? [] : await imageWarnings(cwl.cwl);
  const all = [...(await versionWarnings(database, process)), ...warnings, ...ofImages];
  return { warnings: all, lacksImage: ofImages.length > 0 };
}

/**
 * Replaces a process with a new revision; jobs keep the one they ran. Throws `no-such-process`, `immutable-process`,
 * `forbidden`, `conflict` when somebody else replaced it meanwhile.
 */
export async function replaceProcess(
  deps: DeployDeps,
  principal: Principal,
  id: string,
  change: ChangeOptions & { readonly deployment: Deployment },
): Promise<Deployed> {
  const { deployment, precondition, isDry = false } = change;
  requireAction(principal, "deploy", `replace process "${id}"`, id);
  requireLeave(principal, deployment.description);
  const replaced = await requireMutable(deps, "replace", id);
  await requireOwner(deps, principal, "replace", id);
  precondition?.(replaced);
  const process = { ...(await makeProcess(deps, deployment, replaced)), deployerRole: principal.role };
  const told = await warningsOf(deps, deployment, process);
  const source = defined({ source: deployment.source });
  const database = auditing(deps, actorOf(principal), "replace", { subject: id, after: 1 });
  if (!isDry)
    await saveRevision({ ...deps, database }, process, { ...source, replace: { revision: replaced.revision } });
  return { process, ...told };
}

/** Saves a new revision in the place of the one that it was made from. Throws `conflict` when that is not the current one any more. */
export async function saveRevision(
  { database, clock, processes }: Pick<DeployDeps, "database" | "clock" | "processes">,
  process: Process,
  options: { readonly replace: { readonly revision: string }; readonly source?: PackageSource },
): Promise<void> {
  const outcome = await saveProcess(database, process, clock.now(), options);
  processes.forget(process.id);
  if (outcome === "replaced") return;
  const found = "found a change by somebody else meanwhile";
  throw new Problem("conflict", `Cannot replace process "${process.id}": ${found}, wanted the revision that was read`);
}

/**
 * Undeploys a process: nobody can execute any of its revisions from then on. Its jobs, their results and the revisions
 * that they ran stay. Throws `no-such-process`, `immutable-process`, `forbidden`.
 */
export async function undeployProcess(
  deps: DeployDeps,
  principal: Principal,
  id: string,
  precondition?: Precondition,
): Promise<void> {
  const current = await requireUndeployable(deps, principal, id);
  precondition?.(current);
  const database = auditing(deps, actorOf(principal), "undeploy", { subject: id });
  const isGone = await removeProcess(database, id, deps.clock.now());
  deps.processes.forget(id);
  if (!isGone) throw noSuchProcess(id);
}

/** Finds a process that a principal may undeploy. Throws `no-such-process`, `immutable-process`, `forbidden`. */
export async function requireUndeployable(deps: DeployDeps, principal: Principal, id: string): Promise<Process> {
  requireAction(principal, "deploy", `undeploy process "${id}"`, id);
  const current = await requireMutable(deps, "undeploy", id);
  await requireOwner(deps, principal, "undeploy", id);
  return current;
}

/** What widens the sandbox of tools, and what takes them to the machine of the service, is for an admin to say. Throws `forbidden`. */
export function requireLeave(principal: Principal, { heddle }: Pick<GivenDescription, "heddle">): void {
  if (principal.role === "admin") return;
  const name =
    heddle?.ownNamespaces === true ? "ownNamespaces" : heddle?.executor === undefined ? undefined : "executor";
  if (name === undefined) return;
  const detail = `Cannot deploy process: found heddle.${name} with role "${principal.role}", wanted role "admin"`;
  throw new Problem("forbidden", detail);
}

/** Tells whether a principal may replace, restore, withdraw and undeploy a process: what pages offer to nobody else. */
export async function mayChangeProcess(
  deps: Pick<DeployDeps, "database">,
  principal: Principal,
  id: string,
): Promise<boolean> {
  const isAllowed = mayDo(principal, "deploy") && isInScope(principal, id);
  if (!isAllowed || !hasRight(principal.rights ?? [], principal, "deploy", id)) return false;
  if (principal.role === "admin") return true;
  const owner = await ownerOfProcess(deps.database, id);
  return owner !== undefined && isOwn(principal, owner);
}

/** A process is its deployer's: nobody else but an admin changes what its users run. Throws `forbidden`. */
export async function requireOwner(
  deps: Pick<DeployDeps, "database">,
  principal: Principal,
  verb: string,
  id: string,
): Promise<void> {
  if (principal.role === "admin") return;
  const owner = await ownerOfProcess(deps.database, id);
  if (owner !== undefined && isOwn(principal, owner)) return;
  const owned = owner === undefined ? "it belongs to the admins" : "it belongs to another user";
  throw new Problem("forbidden", `Cannot ${verb} process "${id}": ${owned}, wanted its owner or an admin`);
}

/** Finds a deployed process that may be changed. Throws `no-such-process`, `immutable-process` (also for a name of one revision). */
export async function requireMutable(deps: Pick<DeployDeps, "processes">, verb: string, id: string): Promise<Process> {
  const existing = await deps.processes.find(id);
  if (existing === undefined) throw noSuchProcess(id);
  if (existing.id !== id) {
    const found = `found the name of one revision, wanted "${existing.id}"`;
    throw new Problem("immutable-process", `Cannot ${verb} process "${id}": ${found}`);
  }
  if (!existing.isMutable) throw immutableProcess(verb, id);
  return existing;
}

function immutableProcess(verb: string, id: string): Problem {
  return new Problem(
    "immutable-process",
    `Cannot ${verb} process "${id}": found a built-in, wanted a deployed process`,
  );
}
