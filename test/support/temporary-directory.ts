import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory that disappears, with all that is in it, at the end of its `await using` block. */
export type TemporaryDirectory = AsyncDisposable & { readonly path: string };

/** Makes an empty directory (mode 0700) below the system's temporary one: `await using dir = await temporaryDirectory()`. */
export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  // The real path: tests compare paths, and some systems reach their temporary directory through a symlink.
  const path = await mkdtemp(join(await realpath(tmpdir()), "heddle-test-"));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}
