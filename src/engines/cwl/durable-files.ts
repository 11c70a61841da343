import { open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Json } from "../../domain/json.ts";
import { isInside } from "../../files/layout.ts";
import { filesIn, pathOf } from "./file-object.ts";

/**
 * Makes the files of a value durable that lie below a directory, with the directories that lead to them. When it
 * resolves, a checkpoint may name them: they outlive a crash of the machine.
 */
export async function syncFiles(value: Json, below: string): Promise<void> {
  const paths = filesIn(value).flatMap((file) => pathOf(file) ?? []);
  const own = paths.filter((path) => isInside(below, path));
  const directories = new Set(own.flatMap((path) => parents(path, below)));
  await Promise.all(own.map(syncPath));
  await Promise.all([...directories].map(syncPath));
}

function parents(path: string, below: string): readonly string[] {
  const parent = dirname(path);
  return parent === below || parent === path ? [below] : [parent, ...parents(parent, below)];
}

async function syncPath(path: string): Promise<void> {
  await using file = await open(path, "r");
  await file.sync();
}
