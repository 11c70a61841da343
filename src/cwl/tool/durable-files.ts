import { open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Json } from "../../domain/values/json.ts";
import { syncFileSystem } from "../../files/disk/sync-file-system.ts";
import { isInside } from "../../files/layout.ts";
import { mapInTurns } from "../javascript/in-turns.ts";
import { filesIn, pathOf } from "../values/file-object.ts";

/**
 * Makes the files of a value durable that lie below a directory, with the directories that lead to them. When it
 * resolves, a checkpoint may name them: they outlive a crash of the machine.
 */
export async function syncFiles(value: Json, below: string): Promise<void> {
  const paths = filesIn(value).flatMap((file) => pathOf(file) ?? []);
  const own = paths.filter((path) => isInside(below, path));
  const directories = new Set(own.flatMap((path) => parents(path, below)));
  // One sync of the whole file system takes less than those of so many files.
  if (own.length >= manyFiles && (await syncFileSystem(below)) !== undefined) return;
  await mapInTurns(own, syncPath);
  await mapInTurns([...directories], syncPath);
}

const manyFiles = 500;

function parents(path: string, below: string): readonly string[] {
  const parent = dirname(path);
  return parent === below || parent === path ? [below] : [parent, ...parents(parent, below)];
}

async function syncPath(path: string): Promise<void> {
  await using file = await open(path, "r");
  await file.sync();
}
