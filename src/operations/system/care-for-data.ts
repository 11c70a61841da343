import { access, chmod, constants, readdir, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { measureOutputs } from "../../files/jobs/measure-outputs.ts";
import { databaseFile, directoryMode, type Layout, lockFile, valuesDirectory } from "../../files/layout.ts";
import { refuseNoDatabase } from "../../files/missing-database.ts";
import { ownerOfOutput, setAside } from "../../files/orphans.ts";
import { copyDatabase, databaseFacts, holdsKeys, replaceDatabase, requireBackup } from "../../store/database/backup.ts";
import { lockDataDirectory, whoHolds } from "../../store/database/lock.ts";
import { recountUsage } from "../../store/database/recount.ts";
import { findOrphans } from "./examine-data.ts";

export type CareDeps = {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly pid: number;
  /** Throws `conflict` when another process has the database open. */
  readonly refuseOpenElsewhere: (file: string) => Promise<void>;
  /** Tells whether a tool lives that an execution's scratch tells of. */
  readonly hasLivingTool: (executionId: string) => Promise<boolean>;
};

/**
 * Writes a copy of the database, beside a server that may be running. Durable and read back when it resolves. Throws
 * `conflict` for a name that is taken, unless a file of that name is to be replaced; `unavailable` without a database.
 */
export async function backUp({ layout }: Pick<CareDeps, "layout">, target: string, replaces: boolean): Promise<void> {
  await refuseNoDatabase(layout);
  const refuse = (kind: "conflict" | "unavailable", found: string) => {
    throw new Problem(kind, `Cannot write backup "${target}": found ${found}`);
  };
  const taken = await ifExists(stat(resolve(target)));
  if (taken?.isDirectory() === true) refuse("conflict", "a directory, wanted the name of a file");
  if (taken !== undefined && !replaces) refuse("conflict", "a file with that name, wanted a new name or --replace");
  try {
    await access(dirname(resolve(target)), constants.W_OK);
  } catch {
    refuse("unavailable", "no directory there that this user can write to");
  }
  await copyDatabase(databaseFile(layout), resolve(target), valuesDirectory(layout));
}

/** Puts a backup in the place of the database. Throws `conflict` while a server runs. */
export async function restore(deps: CareDeps, backup: string): Promise<void> {
  const { layout, clock, pid } = deps;
  requireBackup(resolve(backup));
  await using _lock = await lockDataDirectory(layout.dataDirectory, { pid, startedAt: clock.now() });
  await deps.refuseOpenElsewhere(databaseFile(layout));
  await replaceDatabase(databaseFile(layout), resolve(backup), valuesDirectory(layout));
}

/** Finds the process that serves a data directory; undefined when none does, or none that says who it is. */
export async function findService({ layout, clock, pid }: CareDeps): Promise<number | undefined> {
  if ((await ifExists(stat(lockFile(layout)))) === undefined) return undefined;
  try {
    await using _lock = await lockDataDirectory(layout.dataDirectory, { pid, startedAt: clock.now() });
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== "conflict") throw error;
    return (await whoHolds(layout.dataDirectory))?.pid;
  }
}

/** Repairs what can be repaired without the service, and words what was done. Throws `conflict` while a server runs. */
export async function repair(deps: CareDeps): Promise<readonly string[]> {
  const { layout, clock, pid } = deps;
  // What is not there needs no repair, and is not made.
  if ((await ifExists(stat(layout.dataDirectory))) === undefined) return [];
  await using _lock = await lockDataDirectory(layout.dataDirectory, { pid, startedAt: clock.now() });
  const done: string[] = [];
  if (((await stat(layout.dataDirectory)).mode & 0o077) !== 0) {
    await chmod(layout.dataDirectory, directoryMode);
    done.push(`Closed ${layout.dataDirectory} to other users`);
  }
  const file = databaseFile(layout);
  if (!(await Bun.file(file).exists())) return done;
  const { ids } = databaseFacts(file);
  const orphans = await findOrphans(deps, ids);
  for (const { directory, name, isStale } of orphans) {
    if (isStale) await rm(join(directory, name), { force: true });
    else await setAside(directory, name, clock.now());
  }
  const [first] = orphans;
  if (first !== undefined) {
    done.push(`Set aside or removed ${orphans.length} of no job, such as ${join(first.directory, first.name)}`);
  }
  const recounted = recountUsage(file, await bytesOfExecutions(layout));
  if (recounted > 0) done.push(`Counted anew what clients keep: ${recounted} counts were wrong`);
  return done;
}

/** Links of jobs are of no execution: they are counted by nobody. */
async function bytesOfExecutions(layout: Layout): Promise<ReadonlyMap<string, number>> {
  const names = (await ifExists(readdir(layout.outputsDirectory, { withFileTypes: true }))) ?? [];
  const owners = names.flatMap((entry) => (entry.isSymbolicLink() ? [] : (ownerOfOutput(entry.name) ?? [])));
  const bytes = new Map<string, number>();
  for (const id of new Set(owners)) bytes.set(id, await measureOutputs(layout, [id]));
  return bytes;
}

/** What a data directory tells of the service over it. */
export type ServiceFacts = {
  readonly hasKeys: boolean;
  /** Of the server that runs. */
  readonly pid?: number;
};

/** Tells whether a key was ever made, and which server holds the data directory. */
export async function serviceFacts({ layout }: Pick<CareDeps, "layout">): Promise<ServiceFacts> {
  const holder = await whoHolds(layout.dataDirectory);
  return { hasKeys: holdsKeys(databaseFile(layout)), ...(holder === undefined ? {} : { pid: holder.pid }) };
}
