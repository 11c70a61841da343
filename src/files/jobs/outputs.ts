import { realpath, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { mediaTypeOf } from "../../domain/values/media-type.ts";
import { hasCode, ifExists } from "../disk/file-errors.ts";
import { isInside, type Layout } from "../layout.ts";

/** A published file that can be read. */
export type OutputFile = {
  /** Absolute, symlinks resolved. */
  readonly path: string;
  /** Below the output directory, symlinks resolved: its first part is the execution (or its log) that owns the file. */
  readonly relativePath: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  readonly mediaType: string;
};

/**
 * Finds a published file by its path below the output directory (already percent-decoded). Undefined when there is none,
 * when it is not a regular file, or when its real path lies elsewhere.
 */
export async function openOutput(layout: Layout, relativePath: string): Promise<OutputFile | undefined> {
  if (relativePath.includes("\0")) return undefined;
  const top = await ifExists(realpath(layout.outputsDirectory));
  const path = await realPathOf(join(layout.outputsDirectory, relativePath));
  if (top === undefined || path === undefined || !isInside(top, path)) return undefined;
  const found = await ifExists(stat(path));
  if (found?.isFile() !== true) return undefined;
  return {
    path,
    relativePath: relative(top, path),
    sizeBytes: found.size,
    modifiedAt: Math.floor(found.mtimeMs),
    // The name that was asked for: a log's link says more than what it leads to.
    mediaType: mediaTypeOf(basename(relativePath)),
  };
}

/** A published file or directory, by its real path. */
export type Published = { readonly path: string; readonly basename: string; readonly sizeBytes: number };

/** Finds a published file or directory by its path below the output directory. Undefined when there is none, or it lies elsewhere. */
export async function findPublished(layout: Layout, relativePath: string): Promise<Published | undefined> {
  if (relativePath.includes("\0")) return undefined;
  const top = await ifExists(realpath(layout.outputsDirectory));
  const path = await realPathOf(join(layout.outputsDirectory, relativePath));
  if (top === undefined || path === undefined || !isInside(top, path)) return undefined;
  const facts = await ifExists(stat(path));
  if (facts?.isFile() !== true && facts?.isDirectory() !== true) return undefined;
  return { path, basename: basename(relativePath), sizeBytes: facts.isFile() ? facts.size : 0 };
}

async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await ifExists(realpath(path));
  } catch (error) {
    if (hasCode(error, "ELOOP", "ENAMETOOLONG")) return undefined;
    throw error;
  }
}
