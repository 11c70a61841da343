import { lstat, readdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { ifExists } from "../disk/file-errors.ts";
import { executionLogFile, type Layout } from "../layout.ts";
import type { OutputPlan } from "./output-plan.ts";

/** Adds up the sizes of what executions published, and of their logs, in bytes. */
export async function measureOutputs(layout: Layout, executionIds: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const id of executionIds) {
    const log = ifExists(lstat(executionLogFile(layout, id)));
    const [logFacts, published] = await Promise.all([log, measureFiles(join(layout.outputsDirectory, id))]);
    bytes += (logFacts?.size ?? 0) + published;
  }
  return bytes;
}

async function measureFiles(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of (await ifExists(readdir(directory, { withFileTypes: true }))) ?? []) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) bytes += await measureFiles(path);
    else if (entry.isFile()) bytes += (await ifExists(lstat(path)))?.size ?? 0;
  }
  return bytes;
}

/** Tells whether what a plan publishes is more than the disk of the outputs can ever hold. */
export async function isLargerThanDisk(layout: Layout, plan: Pick<OutputPlan, "moves">): Promise<boolean> {
  const { blocks, bsize } = await statfs(layout.outputsDirectory);
  const sizes = await Promise.all(plan.moves.map(async ({ source }) => (await ifExists(lstat(source)))?.size ?? 0));
  return sizes.reduce((sum, size) => sum + size, 0) > blocks * bsize;
}
