import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ifExists } from "./file-errors.ts";
import { executionLogFile, type Layout } from "./layout.ts";

/** Adds up the sizes of what executions published, and of their logs, in bytes. */
export async function measureOutputs(layout: Layout, executionIds: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const id of executionIds) {
    bytes += (await ifExists(lstat(executionLogFile(layout, id))))?.size ?? 0;
    bytes += await measureFiles(join(layout.outputsDirectory, id));
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
