import { constants, type Stats } from "node:fs";
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { ifExists } from "../../files/file-errors.ts";
import { directoryMode } from "../../files/layout.ts";

/** A copy of a directory without what others may not read. */
export type PublicCopy = {
  readonly directory: string;
  /** Where other file systems are mounted below the original: the copy has empty directories there. */
  readonly mounted: readonly string[];
};

export type CopyRequest = {
  readonly source: string;
  /** A directory of the copy's own. */
  readonly directory: string;
  /** Tells what is never copied, besides what others may not read. */
  readonly isHidden: (path: string) => boolean;
  /** True when the copy is as this process has left it: then what has not changed since is left as it is. */
  readonly isKnown: boolean;
  readonly signal: AbortSignal;
};

type Copying = Omit<CopyRequest, "source" | "directory"> & {
  /** Where a new version lies until it takes the place of the old one. */
  readonly part: string;
  readonly device: number;
  readonly mounted: string[];
};

const publicMode = 0o755;

/** Tells whether others may enter a directory, or read a file. */
export function isPublic(facts: Stats): boolean {
  return (facts.mode & (facts.isDirectory() ? 0o001 : 0o004)) !== 0;
}

/**
 * Brings a copy in line with its original, entry by entry: whoever has it mounted sees each as it was or as it is. What others
 * may not read is there with its name, and empty, as something may be mounted on it. Nothing of it is durable.
 */
export async function copyPublic({ source, directory, ...request }: CopyRequest): Promise<PublicCopy> {
  await mkdir(directory, { recursive: true, mode: directoryMode });
  const copy = join(directory, "copy");
  const mounted: string[] = [];
  const { dev: device } = await lstat(source);
  await copyEntries({ ...request, part: join(directory, "part"), device, mounted }, source, copy);
  return { directory: copy, mounted };
}

async function copyEntries(copying: Copying, from: string, to: string): Promise<void> {
  await makeDirectory(to);
  const names = await readdir(from);
  const wanted = new Set(names);
  const gone = (await readdir(to)).filter((name) => !wanted.has(name));
  for (const name of gone) await rm(join(to, name), { recursive: true, force: true });
  for (const name of names) {
    copying.signal.throwIfAborted();
    await copyEntry(copying, join(from, name), join(to, name));
  }
}

async function copyEntry(copying: Copying, from: string, to: string): Promise<void> {
  const facts = await ifExists(lstat(from));
  if (facts === undefined) return;
  if (facts.isSymbolicLink()) return copyLink(copying, from, to);
  const isShown = isPublic(facts) && !copying.isHidden(from);
  if (facts.isFile()) return isShown ? copyContent(copying, from, to, facts) : makeEmptyFile(copying, to);
  if (!facts.isDirectory()) return;
  if (isShown && facts.dev === copying.device) return copyEntries(copying, from, to);
  if (isShown) copying.mounted.push(from);
  await makeDirectory(to);
  for (const name of await readdir(to)) await rm(join(to, name), { recursive: true, force: true });
}

async function makeDirectory(path: string): Promise<void> {
  const facts = await ifExists(lstat(path));
  if (facts?.isDirectory() === true) return;
  await rm(path, { force: true });
  await mkdir(path, { mode: publicMode });
}

async function copyLink({ part, isKnown }: Copying, from: string, to: string): Promise<void> {
  const target = await readlink(from);
  const facts = await ifExists(lstat(to));
  if (isKnown && facts?.isSymbolicLink() === true && (await readlink(to)) === target) return;
  await rm(part, { force: true });
  await symlink(target, part);
  await putInPlace(part, to, facts);
}

async function copyContent({ part, isKnown }: Copying, from: string, to: string, original: Stats): Promise<void> {
  const facts = await ifExists(lstat(to));
  if (isKnown && facts?.isFile() === true && versionOf(facts) === versionOf(original)) return;
  await rm(part, { force: true });
  if ((await ifExists(copyFile(from, part, constants.COPYFILE_FICLONE).then(() => true))) === undefined) return;
  await chmod(part, original.mode & 0o777);
  await utimes(part, original.atime, original.mtime);
  await putInPlace(part, to, facts);
}

function versionOf({ size, mtime, mode }: Stats): string {
  return `${size} ${mtime.getTime()} ${mode & 0o777}`;
}

async function makeEmptyFile({ part }: Copying, to: string): Promise<void> {
  const facts = await ifExists(lstat(to));
  if (facts?.isFile() === true && facts.size === 0) return;
  await rm(part, { force: true });
  await writeFile(part, "");
  await putInPlace(part, to, facts);
}

/** A file can take the place of a file only. */
async function putInPlace(part: string, to: string, there: Stats | undefined): Promise<void> {
  if (there?.isDirectory() === true) await rm(to, { recursive: true, force: true });
  await rename(part, to);
}
