import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  type Stats,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { nextTurn } from "../../domain/waiting/timers.ts";
import { ifFound } from "../../files/disk/file-errors.ts";
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
  /** When this turn began. */
  turn: number;
};

/** So long it copies before others have their turn, in milliseconds: a turn for each of thousands of files would take minutes of a busy server. */
const turnMilliseconds = 20;

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
  mkdirSync(directory, { recursive: true, mode: directoryMode });
  const copy = join(directory, "copy");
  const mounted: string[] = [];
  const { dev: device } = lstatSync(source);
  const part = join(directory, "part");
  await copyEntries({ ...request, part, device, mounted, turn: performance.now() }, source, copy);
  return { directory: copy, mounted };
}

async function copyEntries(copying: Copying, from: string, to: string): Promise<void> {
  makeDirectory(to);
  const names = readdirSync(from);
  const wanted = new Set(names);
  const gone = readdirSync(to).filter((name) => !wanted.has(name));
  for (const name of gone) rmSync(join(to, name), { recursive: true, force: true });
  for (const name of names) {
    if (performance.now() - copying.turn >= turnMilliseconds) {
      await nextTurn();
      copying.turn = performance.now();
    }
    copying.signal.throwIfAborted();
    const inner = copyEntry(copying, join(from, name), join(to, name));
    if (inner !== undefined) await copyEntries(copying, inner.from, inner.to);
  }
}

/** Copies what is no directory; gives a directory whose entries are to be copied. */
function copyEntry(
  copying: Copying,
  from: string,
  to: string,
): { readonly from: string; readonly to: string } | undefined {
  const facts = factsOf(from);
  if (facts === undefined) return undefined;
  if (facts.isSymbolicLink()) copyLink(copying, from, to);
  const isShown = isPublic(facts) && !copying.isHidden(from);
  if (facts.isFile() && isShown) copyContent(copying, from, to, facts);
  if (facts.isFile() && !isShown) makeEmptyFile(copying, to);
  if (!facts.isDirectory()) return undefined;
  if (isShown && facts.dev === copying.device) return { from, to };
  if (isShown) copying.mounted.push(from);
  makeDirectory(to);
  for (const name of readdirSync(to)) rmSync(join(to, name), { recursive: true, force: true });
  return undefined;
}

function factsOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function makeDirectory(path: string): void {
  if (factsOf(path)?.isDirectory() === true) return;
  rmSync(path, { force: true });
  mkdirSync(path, { mode: publicMode });
}

function copyLink({ part, isKnown }: Copying, from: string, to: string): void {
  const target = readlinkSync(from);
  const facts = factsOf(to);
  if (isKnown && facts?.isSymbolicLink() === true && readlinkSync(to) === target) return;
  rmSync(part, { force: true });
  symlinkSync(target, part);
  putInPlace(part, to, facts);
}

function copyContent({ part, isKnown }: Copying, from: string, to: string, original: Stats): void {
  const facts = factsOf(to);
  if (isKnown && facts?.isFile() === true && versionOf(facts) === versionOf(original)) return;
  rmSync(part, { force: true });
  // One that is gone meanwhile is none of the original's.
  const isCopied = ifFound(() => {
    copyFileSync(from, part, constants.COPYFILE_FICLONE);
    return true;
  });
  if (isCopied === undefined) return;
  chmodSync(part, original.mode & 0o777);
  utimesSync(part, original.atime, original.mtime);
  putInPlace(part, to, facts);
}

function versionOf({ size, mtime, mode }: Stats): string {
  return `${size} ${mtime.getTime()} ${mode & 0o777}`;
}

function makeEmptyFile({ part }: Copying, to: string): void {
  const facts = factsOf(to);
  if (facts?.isFile() === true && facts.size === 0) return;
  rmSync(part, { force: true });
  writeFileSync(part, "");
  putInPlace(part, to, facts);
}

/** A file can take the place of a file only. */
function putInPlace(part: string, to: string, there: Stats | undefined): void {
  if (there?.isDirectory() === true) rmSync(to, { recursive: true, force: true });
  renameSync(part, to);
}
