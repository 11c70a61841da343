import { lstatSync } from "node:fs";
import { mkdir, realpath, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { hasCode, ifExists } from "../../files/disk/file-errors.ts";
import { directoryMode, isInside } from "../../files/layout.ts";
import type { Mount, Refusal, Task } from "../executor.ts";

/**
 * Checks the streams of a task when everything is staged and nothing runs yet: stdin is a file that it sees among its own,
 * stdout and stderr are new files, whose directories are made. Gives the path to read stdin from, if any, or what it refuses.
 */
export async function prepareStreams(task: Task): Promise<Refusal | { readonly stdin?: string }> {
  const { stdin, stdout, stderr } = task;
  const taken =
    (stdout === undefined ? undefined : await refuseTaken(task, "stdout", stdout)) ??
    (stderr === undefined || stderr === stdout ? undefined : await refuseTaken(task, "stderr", stderr));
  if (taken !== undefined) return taken;
  return stdin === undefined ? {} : requireStdin(task, stdin);
}

async function requireStdin({ view }: Task, stdin: string): Promise<Refusal | { readonly stdin: string }> {
  const path = outsidePath(view?.mounts ?? [], stdin);
  const real = path.includes("\0") ? undefined : await realPathOf(path);
  // The same words whether it is missing or elsewhere: nothing of the machine can be probed.
  if (real === undefined || !(await isShown(view?.mounts, real))) {
    return { about: "stdin", found: "no such file among its own" };
  }
  if (!(await stat(real)).isFile()) return { about: "stdin", found: "no regular file" };
  return { stdin: view?.image === undefined ? stdin : real };
}

/** Without a view all is shown. */
async function isShown(mounts: readonly Mount[] | undefined, real: string): Promise<boolean> {
  if (mounts === undefined) return true;
  const sources = await Promise.all(mounts.map(({ source }) => ifExists(realpath(source))));
  return sources.some((source) => source !== undefined && isInside(source, real));
}

/** Writes a path as a task sees it as the path that it has here. */
export function outsidePath(mounts: readonly Mount[], path: string): string {
  const around = mounts.filter((mount) => isInside(mount.target, path));
  const [mount] = around.toSorted((a, b) => b.target.length - a.target.length);
  return mount === undefined ? path : join(mount.source, relative(mount.target, path));
}

async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await ifExists(realpath(path));
  } catch (error) {
    if (hasCode(error, "ELOOP", "ENAMETOOLONG", "EACCES")) return undefined;
    throw error;
  }
}

/** A stream never goes through a link: what was staged may lead to an input, which is somebody's file. */
async function refuseTaken(
  { workingDirectory, view }: Task,
  about: "stdout" | "stderr",
  stream: string,
): Promise<Refusal | undefined> {
  const file = outsidePath(view?.mounts ?? [], stream);
  const name = relative(workingDirectory, file);
  try {
    if (name.includes("/")) {
      await mkdir(dirname(file), { recursive: true, mode: directoryMode });
      if ((await realpath(dirname(file))) !== join(await realpath(workingDirectory), dirname(name))) {
        return { about, found: "a directory that was staged as a link" };
      }
    }
    // Beside what was staged, where most are: waiting for this call costs more than it does.
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
    return { about, found: "an entry of the working directory that has it" };
  } catch (error) {
    if (hasCode(error, "EEXIST", "ENOTDIR")) return { about, found: "a file where its directory would be" };
    if (hasCode(error, "ENAMETOOLONG")) return { about, found: "a name that is too long" };
    throw error;
  }
}
