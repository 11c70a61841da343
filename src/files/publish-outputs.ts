import type { Stats } from "node:fs";
import { chmod, lstat, mkdir, realpath, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Problem } from "../domain/problem.ts";
import { copyWhole, directoriesUpTo, moveFile, syncPath } from "./durable.ts";
import { ifExists } from "./file-errors.ts";
import { directoryMode, fileMode, isInside, joinInside, type Layout } from "./layout.ts";
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
  const source = await ifExists(lstat(move.source));
  if ((await ifExists(lstat(target))) === undefined) {
    checkSource(move, source);
    if (move.mode === "copy") return copyWhole(move.source, target, temporary);
    if (source.uid === process.getuid?.()) await chmod(move.source, fileMode);
    if ((await moveFile(move.source, target, temporary)) === "moved") return;
    // The copy's name must be durable before the only other one goes.
    await syncPath(dirname(target));
  }
  if (move.mode === "move" && source !== undefined) await rm(move.source);
}

function checkSource(move: OutputMove, source: Stats | undefined): asserts source is Stats {
  if (source?.isFile() === true) return;
  const found =
    source === undefined ? "neither its source nor its target" : "a source that is no regular file any more";
  throw new Problem("internal", `Cannot publish "${move.target}": found ${found}`);
}

/** A temporary name beside a target; the same one after a crash, so that nothing stays behind. */
function freeName(taken: ReadonlySet<string>, target: string, index: number): string {
  let name = join(dirname(target), `.heddle-${index}`);
  while (taken.has(name)) name += "_";
  return name;
}
