import { chmod, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../../domain/problem.ts";
import { hasCode } from "../disk/file-errors.ts";
import { directoryMode, executionWorkDirectory, isPlainName, type Layout } from "../layout.ts";
import { removeKeptValues } from "./kept-values.ts";

/** What can stand behind the id of a job or an execution in the output directory. */
export const outputSuffixes = ["", ".log", ".xml"] as const;

/** Makes the work directory of an execution, and the output directory that its log and its outputs go to. */
export async function createExecutionDirectories(layout: Layout, executionId: string): Promise<void> {
  checkId(executionId);
  const directories = [executionWorkDirectory(layout, executionId), layout.outputsDirectory];
  await Promise.all(directories.map((directory) => mkdir(directory, { recursive: true, mode: directoryMode })));
}

/** Removes an execution's scratch directory. Harmless when it is not there. */
export async function removeWorkDirectory(layout: Layout, executionId: string): Promise<void> {
  checkId(executionId);
  await removeTree(executionWorkDirectory(layout, executionId));
}

/** Removes what an execution published, and its log and status document. Harmless when nothing is there. */
export async function removeExecutionOutputs(
  layout: Layout,
  executionId: string,
  suffixes: readonly string[] = outputSuffixes,
): Promise<void> {
  checkId(executionId);
  for (const suffix of suffixes) await removeTree(join(layout.outputsDirectory, `${executionId}${suffix}`));
}

/** Removes what an execution published and leaves its log: a failed one has no results. Harmless when nothing is there. */
export async function removePublished(layout: Layout, executionId: string): Promise<void> {
  checkId(executionId);
  await removeTree(join(layout.outputsDirectory, executionId));
}

/**
 * Removes everything of a job but its inputs, which a retry needs: its links, and the outputs, logs, values and scratch of
 * these executions. `keepsStatus`: its
 * status document stays, and what it links to, until who keeps it has written how the job ended.
 */
export async function removeJobFiles(
  layout: Layout,
  job: { readonly jobId: string; readonly executionIds: readonly string[]; readonly keepsStatus?: boolean },
): Promise<void> {
  checkId(job.jobId);
  const suffixes = outputSuffixes.filter((suffix) => suffix !== ".xml" || job.keepsStatus !== true);
  // Links first: a reader never follows one to a half removed directory.
  for (const suffix of suffixes) await removeTree(join(layout.outputsDirectory, `${job.jobId}${suffix}`));
  for (const executionId of job.executionIds) {
    await removeExecutionOutputs(layout, executionId, suffixes);
    await removeWorkDirectory(layout, executionId);
    await removeKeptValues(layout, executionId);
  }
}

/** Removes a directory with all that is in it, also what a tool had protected from its owner. */
async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!hasCode(error, "EACCES", "EPERM", "ENOTEMPTY")) throw error;
    await openDirectories(path);
    await rm(path, { recursive: true, force: true });
  }
}

async function openDirectories(directory: string): Promise<void> {
  await chmod(directory, directoryMode);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await openDirectories(join(directory, entry.name));
  }
}

/** An id that leaves its directory would make a removal one of everything. */
function checkId(id: string): void {
  if (!isPlainName(id)) throw new Problem("forbidden", `Cannot use "${id}" as the name of a directory`);
}
