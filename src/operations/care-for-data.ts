import { chmod, rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Clock } from "../domain/clock.ts";
import { databaseFile, directoryMode, type Layout, valuesDirectory } from "../files/layout.ts";
import { copyDatabase, databaseFacts, replaceDatabase } from "../store/backup.ts";
import { lockDataDirectory } from "../store/lock.ts";
import { findOrphans } from "./examine-data.ts";

export type CareDeps = { readonly layout: Layout; readonly clock: Clock; readonly pid: number };

/** Writes a copy of the database, beside a server that may be running. Durable and read back when it resolves. */
export function backUp(deps: Pick<CareDeps, "layout">, target: string): Promise<void> {
  return copyDatabase(databaseFile(deps.layout), resolve(target), valuesDirectory(deps.layout));
}

/** Puts a backup in the place of the database. Throws `conflict` while a server runs. */
export async function restore(deps: CareDeps, backup: string): Promise<void> {
  const { layout, clock, pid } = deps;
  await using _lock = await lockDataDirectory(layout.dataDirectory, { pid, startedAt: clock.now() });
  await replaceDatabase(databaseFile(layout), resolve(backup), valuesDirectory(layout));
}

/** Repairs what can be repaired without the service, and words what was done. Throws `conflict` while a server runs. */
export async function repair(deps: CareDeps): Promise<readonly string[]> {
  const { layout, clock, pid } = deps;
  await using _lock = await lockDataDirectory(layout.dataDirectory, { pid, startedAt: clock.now() });
  const done: string[] = [];
  if (((await stat(layout.dataDirectory)).mode & 0o077) !== 0) {
    await chmod(layout.dataDirectory, directoryMode);
    done.push(`Closed ${layout.dataDirectory} to other users`);
  }
  const file = databaseFile(layout);
  if (!(await Bun.file(file).exists())) return done;
  const { ids } = databaseFacts(file);
  const orphans = await findOrphans(layout, ids);
  for (const path of orphans) await rm(path, { recursive: true, force: true });
  if (orphans.length > 0) done.push(`Removed ${orphans.length} of no job, such as ${orphans[0]}`);
  return done;
}
