import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { ifExists } from "../../files/disk/file-errors.ts";
import { type OutputFile, openOutput } from "../../files/jobs/outputs.ts";
import type { Layout } from "../../files/layout.ts";

/** A published file whose bytes can be read in part. */
export type OpenedFile = {
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  /** The execution that made the file. */
  readonly executionId: string;
  /** Gives the bytes from `start` up to, not including, `end`. */
  slice(start: number, end: number): Blob;
};

/** How often a status document is looked for: a new one of another place may take its place between two looks. */
const rewrittenTries = 3;

/** Opens a file by its path below the output directory. Undefined when there is none, or it really lies elsewhere. */
export async function openFile(layout: Layout, relativePath: string): Promise<OpenedFile | undefined> {
  const tries = isRewritten(relativePath) ? rewrittenTries : 1;
  for (let tried = 0; tried < tries; tried += 1) {
    const file = await openOutput(layout, relativePath);
    const opened = file === undefined ? undefined : await openFound(file, relativePath);
    if (opened !== undefined) return opened;
  }
  return undefined;
}

/** Undefined when it has given way meanwhile. */
async function openFound(file: OutputFile, relativePath: string): Promise<OpenedFile | undefined> {
  const isWhole = isRewritten(file.relativePath);
  const bytes = isWhole ? await ifExists(readFile(file.path)) : undefined;
  if (isWhole && bytes === undefined) return undefined;
  const content = bytes === undefined ? undefined : new Blob([bytes]);
  return {
    name: basename(relativePath),
    mediaType: file.mediaType,
    sizeBytes: content?.size ?? file.sizeBytes,
    modifiedAt: file.modifiedAt,
    executionId: executionOf(file),
    slice: (start, end) => (content ?? Bun.file(file.path)).slice(start, end),
  };
}

/** A status document gives way to a new one of another size at any moment: it is read by one opening. */
function isRewritten(relativePath: string): boolean {
  return !relativePath.includes("/") && relativePath.endsWith(".xml");
}

/** Logs and status documents stand beside the directory of their execution. */
function executionOf(file: OutputFile): string {
  const [first = "", ...below] = file.relativePath.split("/");
  return below.length === 0 ? first.replace(/\.(log|xml)$/, "") : first;
}
