import { dirname } from "node:path";
import { defined } from "../../domain/defined.ts";
import { serviceItself } from "../../domain/people/audit.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import { signatureOf } from "../../files/process-folder.ts";
import { forgetFile, listProcessFiles, noteFile, type ProcessFile } from "../../store/processes/process-files.ts";
import { undeployProcess } from "../../store/processes/process-revisions.ts";
import { findProcess, saveProcess } from "../../store/processes/processes.ts";
import { auditing } from "../people/audit.ts";
import type { DeployDeps } from "./deploy-process.ts";
import { makeProcess } from "./make-process.ts";
import type { ReadFile } from "./process-file.ts";

/** What became of a file: its process as it is now, and whether that changed. */
export type DeployedFile = { readonly process: Process; readonly change: "deployed" | "replaced" | "none" };

/**
 * Deploys what was read of a file of the folder of processes, as the service's operator does: the process of its id is made, or
 * replaced when it is the file's. Throws what a deployment throws, and `conflict` for a process that is not the file's.
 */
export async function deployFile(deps: DeployDeps, path: string, read: ReadFile): Promise<DeployedFile> {
  const { deployment, digest } = read;
  const file = { path, digest };
  const made = await makeProcess(deps, deployment);
  const current = await findProcess(deps.database, made.id);
  const known = await listProcessFiles(deps.database);
  if (current !== undefined) await requireOwnFile(path, current, known);
  const process = {
    ...(current === undefined ? made : await makeProcess(deps, deployment, current)),
    deployerRole,
  } as const;
  const before = known.find((one) => one.path === path);
  // It was called otherwise. Whoever dies after this finds the file as one that was never deployed.
  if (before?.processId !== undefined && before.processId !== process.id) await undeploy(deps, before);
  const change = current === undefined ? "deployed" : process.revision === current.revision ? "none" : "replaced";
  if (change === "none") await noteFile(deps.database, process, file);
  else {
    const replace = current === undefined ? false : { revision: current.revision };
    const options = { replace, file, ...defined({ source: deployment.source }) };
    const [action, after] = replace === false ? (["deploy", 0] as const) : (["replace", 1] as const);
    const database = auditing(deps, serviceItself, action, { subject: process.id, after });
    const outcome = await saveProcess(database, process, deps.clock.now(), options);
    if (outcome === "exists") throw otherHas(path, process.id, "one that was deployed at the same moment");
    deps.processes.forget(process.id);
  }
  return { process, change };
}

/** Whoever writes into the folder runs the service. */
const deployerRole = "admin";

/** Throws `conflict`, or `immutable-process` for a built-in. */
async function requireOwnFile(path: string, current: Process, known: readonly ProcessFile[]): Promise<void> {
  if (!current.isMutable) {
    const detail = `Cannot deploy "${path}": found the built-in "${current.id}", wanted another id`;
    throw new Problem("immutable-process", detail);
  }
  const owner = known.find(({ processId, revision }) => processId === current.id && revision === current.revision);
  if (owner === undefined) throw otherHas(path, current.id, "one that was deployed or changed by a request");
  const isBeside = owner.path !== path && dirname(owner.path) === dirname(path);
  if (isBeside && (await signatureOf(owner.path)) !== undefined) {
    throw otherHas(path, current.id, `that of "${owner.path}"`);
  }
}

function otherHas(path: string, id: string, found: string): Problem {
  return new Problem("conflict", `Cannot deploy "${path}" as process "${id}": found ${found}, wanted a free id`);
}

/** Undeploys the process of a file that is gone, unless somebody changed it since, and forgets the file. Gives the id of what was undeployed. */
export async function undeployFile(deps: DeployDeps, file: ProcessFile): Promise<string | undefined> {
  const id = await undeploy(deps, file);
  await forgetFile(deps.database, file.path);
  return id;
}

async function undeploy(deps: DeployDeps, { processId, revision }: ProcessFile): Promise<string | undefined> {
  if (processId === undefined || revision === undefined) return undefined;
  const database = auditing(deps, serviceItself, "undeploy", { subject: processId });
  const isGone = await undeployProcess(database, processId, deps.clock.now(), revision);
  deps.processes.forget(processId);
  return isGone ? processId : undefined;
}
