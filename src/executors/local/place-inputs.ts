import { existsSync } from "node:fs";
import { link, mkdir, mkdtemp, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { copyTree } from "../../files/disk/copy-tree.ts";
import { hasCode } from "../../files/disk/file-errors.ts";
import type { MayRead } from "../../files/disk/open-regular.ts";
import { directoryMode, fileMode } from "../../files/layout.ts";
import type { StagedEntry } from "../executor.ts";

/** Puts everything in its place. Only what lies where `mayRead` allows is copied. */
export async function placeInputs(entries: readonly StagedEntry[], mayRead: MayRead | undefined): Promise<void> {
  for (const entry of entries) {
    if (entry.kind === "mount") continue;
    await mkdir(dirname(entry.target), { recursive: true, mode: directoryMode });
    await placeEntry(entry, mayRead);
  }
}

async function placeEntry(entry: Exclude<StagedEntry, { kind: "mount" }>, mayRead: MayRead | undefined): Promise<void> {
  switch (entry.kind) {
    case "link":
      return symlink(entry.source, entry.target);
    case "own":
      await makeOwnFile(entry.original, entry.source, mayRead);
      return symlink(entry.source, entry.target);
    case "copy":
      return copyTree(entry.source, entry.target, mayRead);
    case "text":
      return writeFile(entry.target, entry.contents, { mode: fileMode, flag: "wx" });
    case "directory":
      await mkdir(entry.target, { recursive: true, mode: directoryMode });
      return;
    default:
      return entry satisfies never;
  }
}

/** Makes the job's own copy of a file or directory, unless there is one: two steps that come at once share the first. */
async function makeOwnFile(original: string, own: string, mayRead: MayRead | undefined): Promise<void> {
  if (original === own || existsSync(own)) return;
  await mkdir(dirname(own), { recursive: true, mode: directoryMode });
  const partial = await mkdtemp(join(dirname(dirname(own)), "partial-"));
  try {
    const copy = join(partial, basename(own));
    await copyTree(original, copy, mayRead);
    // Neither takes the place of what is there.
    await ((await stat(copy)).isDirectory() ? rename(copy, own) : link(copy, own));
  } catch (error) {
    if (!hasCode(error, "EEXIST", "ENOTEMPTY")) throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
