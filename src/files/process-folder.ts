import { watch } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, ifExists } from "./disk/file-errors.ts";

/** What a folder of processes holds now. */
export type FolderListing = {
  /** Which directory it is: another one can be mounted in its place. */
  readonly identity: string;
  /** What each package file is like, by its path. */
  readonly packages: ReadonlyMap<string, string>;
  /** The file that names providers, where there is one. */
  readonly providers?: { readonly path: string; readonly signature: string };
};

const packageName = /^[^.].*\.(?:cwl|ogcapppkg)(?:\.(?:json|ya?ml))?$/i;
const providersName = /^providers\.ya?ml$/;

/** Lists the package files of a folder; files with a dot before their name are somebody's work. Throws what the system says. */
export async function listProcessFolder(directory: string): Promise<FolderListing> {
  const { dev, ino } = await stat(directory, { bigint: true });
  const names = (await readdir(directory)).toSorted();
  const packages = new Map<string, string>();
  for (const name of names.filter((one) => packageName.test(one))) {
    const signature = await signatureOf(join(directory, name));
    if (signature !== undefined) packages.set(join(directory, name), signature);
  }
  const listed = names.find((one) => providersName.test(one));
  const path = listed === undefined ? undefined : join(directory, listed);
  const signature = path === undefined ? undefined : await signatureOf(path);
  return {
    identity: `${dev}:${ino}`,
    packages,
    ...(path === undefined || signature === undefined ? {} : { providers: { path, signature } }),
  };
}

/** Tells what a file is like, without reading it: another text means that it was written. Undefined for what is no file. */
export async function signatureOf(path: string): Promise<string | undefined> {
  const facts = await ifExists(stat(path, { bigint: true }));
  if (facts?.isFile() !== true) return undefined;
  return [facts.dev, facts.ino, facts.size, facts.mtimeNs, facts.ctimeNs].join(":");
}

/** Has the system tell of changes in a folder. Undefined where it cannot: then only looking finds them. */
export function watchFolder(directory: string, changed: () => void): Disposable | undefined {
  try {
    const watcher = watch(directory, { persistent: false }, changed);
    watcher.on("error", () => watcher.close());
    return { [Symbol.dispose]: () => watcher.close() };
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES", "ENOSPC", "EMFILE")) return undefined;
    throw error;
  }
}
