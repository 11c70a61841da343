import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { syncPath } from "./disk/durable.ts";
import { ifExists } from "./disk/file-errors.ts";
import { directoryMode, fileMode, type Layout } from "./layout.ts";
import { vaultFile } from "./vault.ts";

/** Counts the bytes that are there of an upload in parts; it can be the whole file already, after a crash. */
export async function sizeOfParts(layout: Layout, id: string): Promise<number> {
  const facts = (await ifExists(stat(partsFile(layout, id)))) ?? (await ifExists(stat(vaultFile(layout, id))));
  return facts?.size ?? 0;
}

/** How a part is written. */
export type PartWrite = {
  /** Where it begins: what lies behind is dropped. */
  readonly offset: number;
  /** Throws when the file must not grow to so many bytes. */
  readonly check: (sizeBytes: number) => void;
};

/**
 * Writes a part as it comes in, and gives how many bytes there are. What came before an error stays, and is durable as well.
 */
export async function appendPart(
  layout: Layout,
  id: string,
  content: AsyncIterable<Uint8Array>,
  { offset, check }: PartWrite,
): Promise<number> {
  await mkdir(layout.vaultDirectory, { recursive: true, mode: directoryMode });
  await using file = await open(partsFile(layout, id), offset === 0 ? "w" : "r+", fileMode);
  await file.truncate(offset);
  let sizeBytes = offset;
  try {
    // Leaving the loop by an error cancels what it reads from.
    for await (const chunk of content) {
      check(sizeBytes + chunk.byteLength);
      for (let written = 0; written < chunk.byteLength; ) {
        const rest = chunk.byteLength - written;
        written += (await file.write(chunk, written, rest, sizeBytes + written)).bytesWritten;
      }
      sizeBytes += chunk.byteLength;
    }
  } finally {
    await file.sync();
  }
  return sizeBytes;
}

/** Makes the file of the vault of its parts, and gives its SHA-256 digest; harmless when that was done before. */
export async function joinParts(layout: Layout, id: string): Promise<string> {
  const path = vaultFile(layout, id);
  await ifExists(rename(partsFile(layout, id), path));
  await syncPath(layout.vaultDirectory);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** Removes what is there of an upload in parts. Harmless when there is nothing. */
export async function removeParts(layout: Layout, id: string): Promise<void> {
  await rm(partsFile(layout, id), { force: true });
}

function partsFile(layout: Layout, id: string): string {
  return join(layout.vaultDirectory, `.${id}.parts`);
}
