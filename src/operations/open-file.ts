import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Layout } from "../files/layout.ts";
import { type OutputFile, openOutput } from "../files/outputs.ts";

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

/** Opens a file by its path below the output directory. Undefined when there is none, or it really lies elsewhere. */
export async function openFile(layout: Layout, relativePath: string): Promise<OpenedFile | undefined> {
  const file = await openOutput(layout, relativePath);
  if (file === undefined) return undefined;
  const content = isRewritten(file) ? new Blob([await readFile(file.path)]) : undefined;
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
function isRewritten(file: OutputFile): boolean {
  return !file.relativePath.includes("/") && file.relativePath.endsWith(".xml");
}

/** Logs and status documents stand beside the directory of their execution. */
function executionOf(file: OutputFile): string {
  const [first = "", ...below] = file.relativePath.split("/");
  return below.length === 0 ? first.replace(/\.(log|xml)$/, "") : first;
}
