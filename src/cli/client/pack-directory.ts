import { mkdtemp, open, readdir, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { type TarEntry, tarStream } from "../../files/archives/tar-stream.ts";
import { UsageError } from "../command.ts";

/** A directory as one file, as long as it is needed. */
export type PackedDirectory = AsyncDisposable & { readonly path: string; readonly name: string };

/**
 * Packs a directory with all that is in it into a file beside other temporary files: an upload that breaks off has to be read again.
 * Links are followed. Throws UsageError for what is neither a file nor a directory.
 */
export async function packDirectory(directory: string): Promise<PackedDirectory> {
  const name = basename(await realpath(resolve(directory))) || "directory";
  const entries = await entriesOf(directory, name, []);
  const folder = await mkdtemp(join(tmpdir(), "heddle-upload-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, `${name}.tar`);
  try {
    await using file = await open(path, "wx", 0o600);
    for await (const piece of tarStream(entries)) await file.writeFile(piece);
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, name: `${name}.tar`, [Symbol.asyncDispose]: remove };
}

async function entriesOf(path: string, name: string, above: readonly string[]): Promise<readonly TarEntry[]> {
  const real = await realpath(path);
  if (above.includes(real)) throw new UsageError(`Cannot upload "${path}": found a directory that is in itself`);
  const entries: TarEntry[] = [{ name }];
  for (const child of (await readdir(path)).toSorted()) {
    const [at, as] = [join(path, child), `${name}/${child}`];
    const facts = await stat(at).catch((cause: unknown) => {
      throw new UsageError(`Cannot upload "${at}": found nothing that can be read, wanted a file`, { cause });
    });
    if (facts.isDirectory()) entries.push(...(await entriesOf(at, as, [...above, real])));
    else if (facts.isFile()) entries.push({ name: as, file: { path: at, sizeBytes: facts.size } });
    else throw new UsageError(`Cannot upload "${at}": found a device or pipe, wanted files and directories`);
  }
  return entries;
}
