import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ifExists } from "./disk/file-errors.ts";
import { measureDirectory } from "./disk/measure-directory.ts";
import { fileMode, type Layout } from "./layout.ts";

/** Where the server keeps the outputs of steps to use them again. */
export function stepCacheDirectory(layout: Pick<Layout, "sharedDirectory">): string {
  return join(layout.sharedDirectory, "cache");
}

/** Its time tells when an entry was used last. */
const usedName = "used";

/** Marks an entry of the cache as just used. */
export async function markUsed(entry: string): Promise<void> {
  await writeFile(join(entry, usedName), "", { mode: fileMode });
}

/** Begins the name of an entry that is not whole yet. */
export const partialEntry = "partial-";

/** Removes what a crash left of entries. To be called when nobody writes any. */
export async function removePartialEntries(directory: string): Promise<void> {
  for (const name of (await ifExists(readdir(directory))) ?? []) {
    if (name.startsWith(partialEntry)) await rm(join(directory, name), { recursive: true, force: true });
  }
}

/** Removes the entries of a cache that were used longest ago, until the others take no more than `maxBytes` of the disk. */
export async function pruneStepCache(directory: string, maxBytes: number): Promise<void> {
  const names = (await ifExists(readdir(directory))) ?? [];
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      const used = (await ifExists(stat(join(path, usedName)))) ?? (await ifExists(stat(path)));
      return { path, usedAt: used?.mtimeMs ?? 0, bytes: await measureDirectory(path) };
    }),
  );
  let kept = 0;
  for (const { path, bytes } of entries.toSorted((one, other) => other.usedAt - one.usedAt)) {
    kept += bytes;
    if (kept > maxBytes) await rm(path, { recursive: true, force: true });
  }
}
