import { createHash } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../domain/problem.ts";
import { syncPath } from "./disk/durable.ts";
import { directoryMode, fileMode, isPlainName, type Layout } from "./layout.ts";

/** The file of the vault that an id names. Throws `not-found` for an id that can name none. */
export function vaultFile(layout: Layout, id: string): string {
  if (!isPlainName(id)) throw new Problem("not-found", `Cannot find vault file "${id}"`);
  return join(layout.vaultDirectory, id);
}

export type UploadLimits = {
  readonly maxBytes: number;
  /** Throws when the file must not grow to so many bytes. */
  readonly check?: (sizeBytes: number) => void;
};

/**
 * Writes a body to the vault as it comes in. The file has its name only when all of it is durable; after an error
 * nothing of it stays. Throws `content-too-large` when it has more than `maxBytes`.
 */
export async function storeVaultFile(
  layout: Layout,
  id: string,
  body: AsyncIterable<Uint8Array>,
  limits: UploadLimits,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  const path = vaultFile(layout, id);
  const temporary = join(layout.vaultDirectory, `.${id}.part`);
  await mkdir(layout.vaultDirectory, { recursive: true, mode: directoryMode });
  try {
    const stored = await writeBody(temporary, body, limits);
    await rename(temporary, path);
    await syncPath(layout.vaultDirectory);
    return stored;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Removes a file of the vault. Harmless when it is not there. */
export async function removeVaultFile(layout: Layout, id: string): Promise<void> {
  await rm(vaultFile(layout, id), { force: true });
}

async function writeBody(
  path: string,
  body: AsyncIterable<Uint8Array>,
  { maxBytes, check }: UploadLimits,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  await using file = await open(path, "w", fileMode);
  const hash = createHash("sha256");
  let sizeBytes = 0;
  // Leaving the loop by an error cancels what it reads from.
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) {
      throw new Problem(
        "content-too-large",
        `Cannot store the file: found more than ${maxBytes} bytes, wanted at most that`,
      );
    }
    check?.(sizeBytes);
    // Another thread writes it meanwhile. Gathered to larger pieces first, each byte would be copied once more, which costs more.
    const written = file.writeFile(chunk);
    hash.update(chunk);
    await written;
  }
  await file.sync();
  return { sizeBytes, sha256: hash.digest("hex") };
}
