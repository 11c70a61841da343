import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { copyTree } from "../disk/copy-tree.ts";
import { directoryMode, isInside, type Layout } from "../layout.ts";
import { findPublished } from "./outputs.ts";

/**
 * Copies a published file or directory into a directory, which is made; a clone where the file system can make one. Undefined when
 * there is none.
 */
export async function copyPublished(
  layout: Layout,
  relativePath: string,
  directory: string,
): Promise<{ readonly path: string; readonly sizeBytes: number } | undefined> {
  const found = await findPublished(layout, relativePath);
  if (found === undefined) return undefined;
  const top = await realpath(layout.outputsDirectory);
  await mkdir(directory, { recursive: true, mode: directoryMode });
  const path = join(directory, found.basename);
  await copyTree(found.path, path, (real) => isInside(top, real));
  return { path, sizeBytes: found.sizeBytes };
}
