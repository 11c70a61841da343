import { lstat, readdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Logger } from "../../../domain/logger.ts";
import type { Clock } from "../../../domain/waiting/clock.ts";
import { sleep } from "../../../domain/waiting/timers.ts";
import { ifExists } from "../../../files/disk/file-errors.ts";
import { readOwn } from "../../../files/disk/open-regular.ts";
import type { EndRecord, JobFiles } from "../job-files.ts";

type LateDeps = {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: { readonly graceSeconds: number };
};

const pollMilliseconds = 500;

/** Of more files it is not looked whether they are there. */
const mostFiles = 20_000;

/**
 * Waits until this machine sees what an ended job left, with the sizes that it had there: network file systems show new
 * files late. Goes on after the grace period; whoever looks for what is missing says so. An abort of the signal rejects the
 * wait; without a signal it looks once, and false means that something is not seen yet.
 */
export async function untilSeen(
  deps: LateDeps,
  files: JobFiles,
  { hasList }: EndRecord,
  signal?: AbortSignal,
): Promise<boolean> {
  if (!hasList) return true;
  const { clock, logger, settings } = deps;
  const until = clock.elapsed() + settings.graceSeconds * 1000;
  let left: readonly string[] | undefined;
  for (;;) {
    left ??= await listOf(files);
    if (left !== undefined) left = await unseen(left);
    if (left?.length === 0) return true;
    if (signal === undefined) return false;
    if (clock.elapsed() >= until) break;
    for (const directory of new Set([files.files, ...(left ?? []).map(pathOf)].map((path) => dirname(path)))) {
      // A listing asks a network file system anew.
      await ifExists(readdir(directory));
    }
    await sleep(pollMilliseconds, { signal });
  }
  const [first] = left ?? [];
  logger.warn("Cannot see all that a job left", {
    job: files.name,
    file: first === undefined ? files.files : pathOf(first),
  });
  return true;
}

/** What stands last in the list of what a job left: no entry of it looks so. */
const lastEntry = "end";

/** Each with its size; undefined while the list is not whole. */
async function listOf({ files }: JobFiles): Promise<readonly string[] | undefined> {
  const entries = (await readOwn(files))?.split("\0") ?? [];
  if (entries.at(-1) !== "" || entries.at(-2) !== lastEntry) return undefined;
  return entries.slice(0, -2).slice(0, mostFiles);
}

function pathOf(line: string): string {
  return line.slice(line.indexOf(" ") + 1);
}

async function unseen(lines: readonly string[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (const line of lines) {
    const facts = await ifExists(lstat(pathOf(line)));
    if (facts === undefined || facts.size < Number(line.slice(0, line.indexOf(" ")))) left.push(line);
  }
  return left;
}
