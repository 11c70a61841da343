import { lstat, mkdir, realpath, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Problem } from "../domain/problem.ts";
import { copyWhole, directoriesUpTo, moveFile, syncPath } from "./durable.ts";
import { ifExists } from "./file-errors.ts";
import { directoryMode, fileMode, isInside, joinInside, type Layout } from "./layout.ts";
import { openRegular, type RegularFile } from "./open-regular.ts";
import type { OutputMove, OutputPlan } from "./output-plan.ts";

/** How many files are published at once: enough for the disk to order its syncs, few enough to leave it to others. */
const filesAtOnce = 8;

/**
 * Publishes an execution's outputs by plan. May be called again after a crash, whatever was done before: a target that
 * is there is whole, as each gets its name only when its bytes are durable. All of it is durable when this resolves.
 * Throws `forbidden` for a target that leaves the output directory.
 */
export async function publishOutputs(layout: Layout, plan: Pick<OutputPlan, "moves">): Promise<void> {
  if (plan.moves.length === 0) return;
  const top = layout.outputsDirectory;
  const targets = new Map(plan.moves.map((move) => [move, joinInside(top, move.target)]));
  const directories = new Set([...targets.values()].flatMap((target) => directoriesUpTo(top, target)));
  await makeDirectories(top, directories);
  const taken = new Set(targets.values());
  const queue = [...targets].entries();
  await Promise.all(
    Array.from({ length: filesAtOnce }, async () => {
      for (const [index, [move, target]] of queue) await publishFile(move, target, freeName(taken, target, index));
    }),
  );
  // The lowest first: what is reachable after a stop of the machine is complete.
  for (const directory of [...directories].sort((a, b) => b.length - a.length)) await syncPath(directory);
}

async function makeDirectories(top: string, directories: ReadonlySet<string>): Promise<void> {
  await mkdir(top, { recursive: true, mode: directoryMode });
  const realTop = await realpath(top);
  for (const directory of [...directories].sort((a, b) => a.length - b.length)) {
    await mkdir(directory, { recursive: true, mode: directoryMode });
    if (!isInside(realTop, await realpath(directory))) {
      throw new Problem("forbidden", `Cannot publish into "${directory}": it leaves the output directory`);
    }
  }
}

async function publishFile(move: OutputMove, target: string, temporary: string): Promise<void> {
  if ((await ifExists(lstat(target))) === undefined) {
    await using source = await openSource(move);
    if (move.mode === "copy") return await copyWhole(source, target, temporary);
    if (source.facts.uid === process.getuid?.()) await source.handle.chmod(fileMode);
    if ((await moveFile(source, target, temporary)) === "moved") return;
    // The copy's name must be durable before the only other one goes.
    await syncPath(dirname(target));
  }
  if (move.mode === "move") await rm(move.source, { force: true });
}

/** Opens what was planned: where its name led then, nothing else may be now. */
async function openSource(move: OutputMove): Promise<RegularFile> {
  if ((await ifExists(lstat(move.source))) === undefined) {
    throw new Problem("internal", `Cannot publish "${move.target}": found neither its source nor its target`);
  }
  try {
    return await openRegular(move.source, (path) => path === move.source);
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    throw new Problem("job-failed", `Cannot publish "${move.target}": its source changed: ${cause.message}`, { cause });
  }
}

/** A temporary name beside a target; the same one after a crash, so that nothing stays behind. */
function freeName(taken: ReadonlySet<string>, target: string, index: number): string {
  let name = join(dirname(target), `.heddle-${index}`);
  while (taken.has(name)) name += "_";
  return name;
}
