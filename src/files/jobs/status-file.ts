import { lstat, open, readdir, readFile, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { syncPath } from "../disk/durable.ts";
import { ifExists } from "../disk/file-errors.ts";
import { fileMode, type Layout, statusAddressesFile, statusDocumentFile } from "../layout.ts";

/**
 * A status document: of the job itself until its claim, then of its execution, with a link from the job; of the job
 * itself again when `isDismissed`, for nothing stays of the execution.
 */
export type StatusFile = {
  readonly jobId: string;
  readonly executionId?: string | undefined;
  readonly isDismissed: boolean;
};

/**
 * Writes a status document: a new file renamed into place, and the job's link renamed over what stood there. The file
 * gets the time of what it tells, so that a later start sees which documents are behind. Durable when it returns.
 */
export async function writeStatusFile(layout: Layout, file: StatusFile, text: string, toldAt: number): Promise<void> {
  const { executionId, jobId, isDismissed } = file;
  const hasLink = executionId !== undefined && !isDismissed;
  const path = statusDocumentFile(layout, hasLink ? executionId : jobId);
  const temporary = temporaryOf(path);
  await rm(temporary, { force: true });
  {
    await using handle = await open(temporary, "wx", fileMode);
    await handle.writeFile(text);
    await handle.utimes(toldAt / 1000, toldAt / 1000);
    await handle.sync();
  }
  await rename(temporary, path);
  if (hasLink) await linkJob(layout, jobId, basename(path));
  else if (executionId !== undefined) await rm(statusDocumentFile(layout, executionId), { force: true });
  await syncPath(layout.outputsDirectory);
}

/** Removes a status document, and the job's link to it. Harmless when it is not there. */
export async function removeStatusFile(layout: Layout, { jobId, executionId }: StatusFile): Promise<void> {
  for (const id of [jobId, executionId])
    if (id !== undefined) await rm(statusDocumentFile(layout, id), { force: true });
}

async function linkJob(layout: Layout, jobId: string, target: string): Promise<void> {
  const link = statusDocumentFile(layout, jobId);
  const found = await ifExists(lstat(link));
  if (found?.isSymbolicLink() === true && (await readlink(link)) === target) return;
  const temporary = temporaryOf(link);
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, link);
}

/** Hidden, and of another name than that of the mapping, which may run at the same time. */
function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.status`);
}

/** Tells when what a job's status document tells was so; undefined when there is no document. */
export async function statusToldAt(layout: Layout, jobId: string): Promise<number | undefined> {
  const found = await ifExists(stat(statusDocumentFile(layout, jobId)));
  return found === undefined ? undefined : Math.round(found.mtimeMs);
}

/** Lists the ids, of jobs and executions, that have a status document. */
export async function listStatusFiles(layout: Layout): Promise<readonly string[]> {
  const names = await readdir(layout.outputsDirectory);
  return names.filter((name) => name.endsWith(".xml") && !name.startsWith(".")).map((name) => name.slice(0, -4));
}

/** Reads what `keepStatusAddresses` kept; undefined before the first time. */
export async function readStatusAddresses(layout: Layout): Promise<string | undefined> {
  return ifExists(readFile(statusAddressesFile(layout), "utf8"));
}

/** Keeps which addresses the status documents were written with. */
export async function keepStatusAddresses(layout: Layout, addresses: string): Promise<void> {
  const path = statusAddressesFile(layout);
  const temporary = temporaryOf(path);
  await rm(temporary, { force: true });
  {
    await using handle = await open(temporary, "wx", fileMode);
    await handle.writeFile(addresses);
    await handle.sync();
  }
  await rename(temporary, path);
}
