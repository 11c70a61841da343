import { createHash } from "node:crypto";
import { lstat, mkdir, realpath, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Problem } from "../../domain/problem.ts";
import { copyWhole, directoriesUpTo, linkFile, moveFile, syncPath } from "../disk/durable.ts";
import { hasCode, ifExists } from "../disk/file-errors.ts";
import { openRegular, type RegularFile, readPart } from "../disk/open-regular.ts";
import { syncFileSystem } from "../disk/sync-file-system.ts";
import { directoryMode, fileMode, isInside, joinInside, type Layout } from "../layout.ts";
import type { OutputMove, OutputPlan } from "./output-plan.ts";

/** How many files are published at once: enough for the disk to order its syncs, few enough to leave it to others. */
const filesAtOnce = 8;

export type PublishOptions = {
  /** Leaves it to the caller to sync the output directory itself, once all that goes there is in it. */
  readonly leavesTop?: boolean;
};

/**
 * Publishes an execution's outputs by plan. May be called again after a crash, whatever was done before: a target that
 * is there is whole, as each gets its name only when its bytes are durable. All of it is durable when this resolves.
 * Throws `forbidden` for a target that leaves the output directory.
 */
export async function publishOutputs(layout: Layout, plan: Plan, options: PublishOptions = {}): Promise<void> {
  await publish(layout, plan, options);
}

type Plan = Pick<OutputPlan, "moves" | "directories">;

/**
 * Publishes as `publishOutputs` does, but files that would be moved get a second name: their sources stay, so that the same
 * outputs can be planned again after a crash. Gives the digests of small files, by their targets. Undefined where files can
 * have no second name; then the plan is to be recorded, and done by `publishOutputs`.
 */
export async function linkOutputs(
  layout: Layout,
  plan: Plan,
  options: PublishOptions = {},
): Promise<ReadonlyMap<string, string> | undefined> {
  const digests = new Map<string, string>();
  try {
    await publish(layout, plan, options, digests);
    return digests;
  } catch (error) {
    if (!hasCode(error, "EXDEV", "EPERM", "EACCES", "EMLINK", "ENOTSUP", "EOPNOTSUPP")) throw error;
    return undefined;
  }
}

/** With `digests`, sources stay, and those of small files are put there. */
async function publish(
  layout: Layout,
  plan: Plan,
  options: PublishOptions,
  digests?: Map<string, string>,
): Promise<void> {
  const { directories: planned = [] } = plan;
  if (plan.moves.length === 0 && planned.length === 0) return;
  const top = layout.outputsDirectory;
  const targets = new Map(plan.moves.map((move) => [move, joinInside(top, move.target)]));
  const places = [...targets.values(), ...planned.map((directory) => `${joinInside(top, directory)}/.`)];
  const directories = new Set(places.flatMap((target) => directoriesUpTo(top, target)));
  directories.delete(top);
  const fresh = await makeDirectories(top, directories);
  const taken = new Set(targets.values());
  const isMany = plan.moves.length >= manyFiles;
  const durable = isMany ? await syncFileSystem(layout.workDirectory) : undefined;
  await forEach([...targets].entries(), ([index, [move, target]]) =>
    publishFile(move, target, {
      temporary: freeName(taken, target, index),
      durable,
      isNew: fresh.has(dirname(target)),
      digests,
    }),
  );
  if (isMany && (await syncFileSystem(top)) !== undefined) return;
  // The lowest first: what is reachable after a stop of the machine is complete.
  for (const level of levelsOf(directories).toReversed()) await forEach(level.values(), syncPath);
  if (options.leavesTop !== true) await syncPath(top);
}

/** From so many files on, their whole file system is synced instead of each of them. */
const manyFiles = 500;

/** Does something to each, some of them at once. */
async function forEach<T>(queue: IterableIterator<T>, work: (one: T) => Promise<void>): Promise<void> {
  await Promise.all(
    Array.from({ length: filesAtOnce }, async () => {
      for (const one of queue) await work(one);
    }),
  );
}

/** Groups directories by how deep they lie, the highest first: members of a long list have one each. */
function levelsOf(directories: ReadonlySet<string>): readonly (readonly string[])[] {
  const levels = new Map<number, string[]>();
  for (const directory of directories) {
    const depth = directory.split("/").length;
    const level = levels.get(depth);
    if (level === undefined) levels.set(depth, [directory]);
    else level.push(directory);
  }
  return [...levels].toSorted(([one], [other]) => one - other).map(([, level]) => level);
}

/** Gives those that were not there before: what was is looked at, since it may lead elsewhere. */
async function makeDirectories(top: string, directories: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const made = new Set<string>();
  for (const level of levelsOf(directories)) {
    await forEach(level.values(), async (directory) => {
      if (await makeDirectory(directory)) made.add(directory);
      else if (!isInside(await realpath(top), await realpath(directory))) {
        throw new Problem("forbidden", `Cannot publish into "${directory}": it leaves the output directory`);
      }
    });
  }
  return made;
}

/** Makes a directory, and those above it where they are missing. False when it was there. */
async function makeDirectory(directory: string): Promise<boolean> {
  try {
    await mkdir(directory, directoryMode);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    if (!hasCode(error, "ENOENT")) throw error;
    return (await mkdir(directory, { recursive: true, mode: directoryMode })) === directory;
  }
}

/** `durable` is the device whose files need no sync of their own any more; nothing is in a directory that `isNew`. */
type Publishing = {
  readonly temporary: string;
  readonly durable: number | undefined;
  readonly isNew: boolean;
  readonly digests: Map<string, string> | undefined;
};

/** Of a file that is no longer than this, the bytes are digested while they are synced: it need not be opened once more. */
const smallBytes = 64 * 1024;

async function syncSource({ handle, facts }: RegularFile, digests: Map<string, string>, target: string): Promise<void> {
  if (facts.size > smallBytes) return handle.sync();
  const [bytes] = await Promise.all([readPart(handle, 0, facts.size), handle.sync()]);
  digests.set(target, createHash("sha256").update(bytes).digest("hex"));
}

async function publishFile(move: OutputMove, target: string, how: Publishing): Promise<void> {
  const { temporary, durable, isNew, digests } = how;
  const isLinked = digests !== undefined && move.mode === "move";
  if (isLinked || isNew || (await ifExists(lstat(target))) === undefined) {
    await using source = await openSource(move);
    if (move.mode === "copy") return await copyWhole(source, target, temporary);
    const { uid, mode } = source.facts;
    if (uid === process.getuid?.() && (mode & 0o7777) !== fileMode) await source.handle.chmod(fileMode);
    if (source.facts.dev !== durable) {
      await (isLinked ? syncSource(source, digests, move.target) : source.handle.sync());
    }
    if (isLinked) return await linkFile(source, target);
    if ((await moveFile(source, target, temporary)) === "moved") return;
    // The copy's name must be durable before the only other one goes.
    await syncPath(dirname(target));
  }
  if (move.mode === "move") await rm(move.source, { force: true });
}

/** Opens what was planned: where its name led then, nothing else may be now. */
async function openSource(move: OutputMove): Promise<RegularFile> {
  try {
    return await openRegular(move.source, (path) => path === move.source);
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    if ((await ifExists(lstat(move.source))) === undefined) {
      throw new Problem("internal", `Cannot publish "${move.target}": found neither its source nor its target`);
    }
    throw new Problem("job-failed", `Cannot publish "${move.target}": its source changed: ${cause.message}`, { cause });
  }
}

/** A temporary name beside a target; the same one after a crash, so that nothing stays behind. */
function freeName(taken: ReadonlySet<string>, target: string, index: number): string {
  let name = join(dirname(target), `.heddle-${index}`);
  while (taken.has(name)) name += "_";
  return name;
}
