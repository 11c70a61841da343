import { localOperator } from "../../domain/people/audit.ts";
import { Problem } from "../../domain/problem.ts";
import { hasHoldingKey } from "../../store/people/keys.ts";
import { listOwnedProcesses, type OwnedProcess, setOwner } from "../../store/processes/process-owners.ts";
import { auditing } from "../people/audit.ts";
import type { OperatorDeps } from "./process-revisions.ts";

export type OwnershipDeps = OperatorDeps;

/** Lists the processes with whom they belong to. */
export function readOwners(deps: Pick<OwnershipDeps, "database">): Promise<readonly OwnedProcess[]> {
  return listOwnedProcesses(deps.database);
}

/**
 * Hands a process to a user, or to the admins when none is named. What its tools may do stays as it was deployed. Throws
 * `no-such-process`, `immutable-process`, `not-found` for a user without a key that holds.
 */
export async function chownProcess(deps: OwnershipDeps, id: string, user: string | undefined): Promise<void> {
  const process = (await listOwnedProcesses(deps.database)).find((one) => one.id === id);
  if (process === undefined)
    throw new Problem("no-such-process", `Cannot chown process "${id}": found none with this id`);
  if (!process.isMutable) {
    throw new Problem("immutable-process", `Cannot chown process "${id}": found a built-in, wanted a deployed process`);
  }
  if (user !== undefined && !(await hasHoldingKey(deps.database, user, deps.clock.now()))) {
    const detail = `Cannot chown process "${id}": found no valid key of user "${user}", wanted a user with a valid key`;
    throw new Problem("not-found", detail);
  }
  const { actor = localOperator } = deps;
  await setOwner(auditing(deps, actor, "chown", { subject: id }), id, user);
}
