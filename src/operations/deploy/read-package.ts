import type { Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import { parseProcessName } from "../../domain/processes/process-name.ts";
import type { Database } from "../../store/database/database.ts";
import type { PackageSource } from "../../store/processes/processes.ts";
import { packageOfRevision } from "../../store/processes/revision-packages.ts";
import { requireAction } from "../people/guard.ts";
import { readRevision } from "../processes/process-revisions.ts";

/** The package of a revision: as it was deployed, where that was kept, and the definition that was made of it. */
export type PackageOfProcess = { readonly process: Process; readonly source?: PackageSource };

/**
 * Reads the package of the revision that a name stands for. Throws `no-such-process`, `forbidden` for who may not execute
 * processes, `not-found` for a built-in, which has none.
 */
export async function readPackageOf(
  { database }: { readonly database: Database },
  principal: Principal | undefined,
  name: string,
): Promise<PackageOfProcess> {
  const { process } = await readRevision({ database }, principal, name);
  if (principal === undefined) {
    throw new Problem("unauthorized", "Cannot read the package: found no Authorization, wanted a key");
  }
  requireAction(principal, "read-package", `read the package of process "${name}"`, parseProcessName(name).id);
  if (process.definition.kind === "builtin") {
    throw new Problem("not-found", `Cannot read the package of process "${name}": found a built-in, which has none`);
  }
  const source = await packageOfRevision(database, process);
  return source === undefined ? { process } : { process, source };
}
