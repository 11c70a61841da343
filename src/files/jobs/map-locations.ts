import { lstat, readlink, realpath, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../../domain/problem.ts";
import type { Result, Results } from "../../domain/values/values.ts";
import { syncPath } from "../disk/durable.ts";
import { hasCode, ifExists } from "../disk/file-errors.ts";
import type { SharedSync } from "../disk/shared-sync.ts";
import { isInside, isPlainName } from "../layout.ts";
import { outputSuffixes } from "./job-directory.ts";

/** What is mapped: a job, and the execution that produced its results (relative ones; empty for a failed job). */
export type MappedJob = { readonly id: string; readonly executionId: string; readonly results: Results };

/**
 * Links a job's directory, log and status document to those of its execution, each when it exists. Run again, or over
 * the links of an earlier attempt, it ends with the new links, with never a moment without one.
 * Throws `forbidden` for a target outside the output directory, `conflict` for results of more than one execution.
 */
export async function mapLocations(
  job: MappedJob,
  settings: { readonly outputsDirectory: string; readonly sync?: SharedSync },
): Promise<{ readonly wpsId: string }> {
  checkIds(job);
  checkResults(job);
  const top = await realpath(settings.outputsDirectory);
  const mapped = outputSuffixes.map((suffix) => mapOne(top, `${job.id}${suffix}`, `${job.executionId}${suffix}`));
  // None goes on when this has failed: it may be called again at once.
  await Promise.allSettled(mapped);
  await Promise.all(mapped);
  await (settings.sync ?? syncPath)(top);
  return { wpsId: job.executionId };
}

async function mapOne(top: string, link: string, target: string): Promise<void> {
  const path = join(top, link);
  const [found, real] = await Promise.all([ifExists(lstat(path)), ifExists(realpath(join(top, target)))]);
  if (real === undefined) {
    // A link of an earlier attempt would show what this one did not produce; a plain file was never an attempt's.
    if (found?.isSymbolicLink() === true) await rm(path);
    return;
  }
  if (!isInside(top, real))
    throw new Problem("forbidden", `Cannot link "${link}": its target leaves the output directory`);
  if (link === target) return;
  if (found?.isSymbolicLink() === true && (await readlink(path)) === target) return;
  if (found?.isDirectory() === true)
    throw new Problem("conflict", `Cannot link "${link}": found a directory of that name`);
  const temporary = join(top, `.${link}.link`);
  try {
    await symlink(target, temporary);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    await rm(temporary, { force: true });
    await symlink(target, temporary);
  }
  await rename(temporary, path);
}

function checkIds(job: MappedJob): void {
  for (const id of [job.id, job.executionId]) {
    if (!isPlainName(id)) throw new Problem("forbidden", `Cannot link "${id}": it leaves the output directory`);
  }
}

/** The job's own id stands for its execution: other first parts of a reference are other executions. */
function checkResults(job: MappedJob): void {
  const others = new Set(Object.values(job.results).flatMap(ownersOf));
  others.delete(encodeURIComponent(job.id));
  others.delete(encodeURIComponent(job.executionId));
  const [other] = others;
  if (other === undefined) return;
  throw new Problem(
    "conflict",
    `Cannot map job "${job.id}": found results of "${other}", wanted those of one execution`,
  );
}

/** The first part of each relative reference of a result. */
function ownersOf(result: Result): readonly string[] {
  switch (result.kind) {
    case "value":
      return [];
    case "link":
      return ownerOf(result.href);
    case "file":
      return [...ownerOf(result.reference), ...(result.secondaryFiles ?? []).flatMap(ownersOf)];
    case "directory":
      return ownerOf(result.reference);
    case "list":
      return result.items.flatMap(ownersOf);
    case "record":
      return Object.values(result.members).flatMap(ownersOf);
    default:
      return result satisfies never;
  }
}

function ownerOf(reference: string): readonly string[] {
  return reference.startsWith("/") && !reference.startsWith("//") ? [reference.split("/")[1] ?? ""] : [];
}
