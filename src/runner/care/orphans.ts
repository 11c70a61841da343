import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isFinished } from "../../domain/jobs/job-state.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { removeJobFiles } from "../../files/jobs/job-directory.ts";
import { removeKeptValues } from "../../files/jobs/kept-values.ts";
import { valuesDirectory } from "../../files/layout.ts";
import {
  bringBack,
  isStaleLink,
  listSetAside,
  ownerOfOutput,
  removeOldOrphans,
  removeOrphansForSpace,
  setAside,
} from "../../files/orphans.ts";
import { removeVaultFile } from "../../files/vault.ts";
import type { Database } from "../../store/database/database.ts";
import { idsWithFiles, knownIds } from "../../store/jobs/expire-jobs.ts";
import { findJob } from "../../store/jobs/jobs.ts";
import { forgetRemovals, pendingRemovals } from "../../store/jobs/removals.ts";
import type { RetentionDeps } from "./retention.ts";

/** Removals, or names of files, that are looked at together. */
const batch = 200;

/** Removes the files of what was removed on purpose, when a crash came between the removal of its rows and that of its files. */
export async function removePending({ database, layout }: RetentionDeps): Promise<void> {
  for (;;) {
    const ids = await pendingRemovals(database, batch);
    if (ids.length === 0) return;
    for (const id of ids) {
      await removeJobFiles(layout, { jobId: id, executionIds: [id] });
      await removeVaultFile(layout, id);
      await removeKeptValues(layout, id);
    }
    await forgetRemovals(database, ids);
  }
}

/**
 * Sets aside what lies in the directories and no row knows: the database that knew it is another one, or is gone. Removes what
 * is of dismissed jobs, and links of finished jobs that lead nowhere. The scratch of a tool that lives is never touched.
 * What is written before its row is looked at only as it was at a moment when nobody wrote.
 */
export async function clearOrphans(deps: RetentionDeps, written: WrittenFirst = nothingWritten): Promise<void> {
  const { layout } = deps;
  const published = await readdir(layout.outputsDirectory);
  await clearUnknown(deps, layout.outputsDirectory, published);
  await clearUnknown(deps, layout.workDirectory, await readdir(layout.workDirectory));
  await clearUnknown(deps, layout.vaultDirectory, written.uploads);
  await clearUnknown(deps, valuesDirectory(layout), written.values);
  await clearPublished(deps, published);
}

async function clearUnknown(deps: RetentionDeps, directory: string, names: readonly string[]): Promise<void> {
  const moved: string[] = [];
  for (const part of batchesOf(names)) {
    const known = await knownIds(deps.database, [...new Set(part.map(({ id }) => id))]);
    for (const { name, id } of part) {
      if (known.has(id) || (await deps.hasLivingTool(id))) continue;
      const place = await setAside(directory, name, deps.clock.now());
      if (place !== undefined) moved.push(place);
    }
  }
  if (moved.length === 0) return;
  deps.logger.warn("Set aside what the database does not know", { directory, found: moved.length, example: moved[0] });
}

function* batchesOf(names: readonly string[]) {
  const own = names.flatMap((name) => {
    const id = ownerOfOutput(name);
    return id === undefined ? [] : [{ name, id }];
  });
  for (let from = 0; from < own.length; from += batch) yield own.slice(from, from + batch);
}

/** Of jobs that rows tell of: what a dismissal left when a crash came before its files had gone, and stale links. */
async function clearPublished(deps: RetentionDeps, names: readonly string[]): Promise<void> {
  const { database, layout, logger } = deps;
  for (const part of batchesOf(names)) {
    const ids = [...new Set(part.map(({ id }) => id))];
    const [known, kept] = [await knownIds(database, ids), await idsWithFiles(database, ids)];
    for (const { name, id } of part) {
      const path = join(layout.outputsDirectory, name);
      if (!known.has(id) || (kept.has(id) && !(await staysStale(database, id, path)))) continue;
      await rm(path, { recursive: true, force: true });
      logger.info("Removed what belongs to no job", { path });
    }
  }
}

/**
 * Tells whether a link leads nowhere and will go on so. Links of a job are made while it runs: what led nowhere a moment
 * ago may be a new one by now, so it is looked at again when the job is known to be over.
 */
async function staysStale(database: Database, jobId: string, path: string): Promise<boolean> {
  if (!(await isStaleLink(path))) return false;
  const job = await findJob(database, jobId);
  return (job === undefined || isFinished(job.status)) && (await isStaleLink(path));
}

/** Brings back what was set aside and is known now, because the database is the one again that knew it. */
export async function bringBackKnown({ database, layout, logger }: RetentionDeps): Promise<void> {
  const found = await listSetAside(layout);
  let brought = 0;
  for (let from = 0; from < found.length; from += batch) {
    const part = found.slice(from, from + batch);
    const known = await knownIds(database, [...new Set(part.map(({ owner }) => owner))]);
    for (const one of part) if (known.has(one.owner) && (await bringBack(one))) brought += 1;
  }
  if (brought > 0) logger.info("Brought back what had been set aside: the database knows it", { found: brought });
}

/** Removes what was set aside long enough ago; gives how much. */
export async function removeAged(deps: RetentionDeps): Promise<void> {
  const removed = await removeOldOrphans(deps.layout, deps.clock.now(), deps.orphanDays);
  if (removed > 0) deps.logger.info("Removed what had been set aside long enough", { found: removed });
}

/** Removes what was set aside, the oldest first, where the disk has less room than it should. */
export async function makeRoom(deps: RetentionDeps, minFreeBytes: number): Promise<void> {
  const removed = await removeOrphansForSpace(deps.layout, minFreeBytes);
  if (removed > 0) deps.logger.warn("Removed what had been set aside: the disk is almost full", { found: removed });
}

/** The names of what is written before its row: uploads, and the owners of values that are kept beside the database. */
export type WrittenFirst = { readonly uploads: readonly string[]; readonly values: readonly string[] };

export const nothingWritten: WrittenFirst = { uploads: [], values: [] };

/** Lists what is written before its row; to be asked when nobody writes. */
export async function listWritten({ layout }: Pick<RetentionDeps, "layout">): Promise<WrittenFirst> {
  const namesIn = async (directory: string) => (await ifExists(readdir(directory))) ?? [];
  return { uploads: await namesIn(layout.vaultDirectory), values: await namesIn(valuesDirectory(layout)) };
}
