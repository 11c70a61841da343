import { lstat, mkdir, realpath, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { hasCode, ifExists } from "../../files/file-errors.ts";
import { directoryMode, isInside } from "../../files/layout.ts";
import { CwlFailure } from "../values/failure.ts";
import type { ToolPlan } from "./tool-plan.ts";

/**
 * Checks the streams of a tool when everything is staged and nothing runs yet: stdin is a file that the tool sees among
 * its own, stdout and stderr are new files of its output directory, whose directories are made.
 * Gives the path to read stdin from. Throws CwlFailure naming the field, what was found and what is expected.
 */
export async function prepareStreams(plan: ToolPlan): Promise<string | undefined> {
  const { stdout, stderr } = plan.streams;
  if (stdout !== undefined) await requireNew(plan, "stdout", stdout);
  if (stderr !== undefined && stderr !== stdout) await requireNew(plan, "stderr", stderr);
  if (plan.stdin === undefined) return undefined;
  return requireStdin(plan, plan.stdin);
}

async function requireStdin(plan: ToolPlan, stdin: string): Promise<string> {
  const wanted = "expected an input of the tool or a file of its working directory";
  const path = outsidePath(plan, resolve(plan.visibleOutdir, stdin));
  const real = path.includes("\0") ? undefined : await realPathOf(path);
  const sources = await Promise.all(plan.view.mounts.map(({ source }) => ifExists(realpath(source))));
  const isSeen = real !== undefined && sources.some((source) => source !== undefined && isInside(source, real));
  // The same words whether it is missing or elsewhere: nothing of the machine can be probed.
  if (!isSeen) throw new CwlFailure(`Cannot read stdin from "${stdin}": found no such file among its own, ${wanted}`);
  if ((await stat(real)).isFile()) return plan.view.image === undefined ? path : real;
  throw new CwlFailure(`Cannot read stdin from "${stdin}": found no regular file, ${wanted}`);
}

/** Writes a path as the tool sees it as the path that it has here. */
function outsidePath({ view }: ToolPlan, path: string): string {
  const around = view.mounts.filter((mount) => isInside(mount.target, path));
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
async function requireNew({ outdir }: ToolPlan, field: "stdout" | "stderr", file: string): Promise<void> {
  const name = relative(outdir, file);
  const refuse = (found: string) =>
    new CwlFailure(`Cannot write ${field} to "${name}": found ${found}, expected a new name in the output directory`);
  try {
    await mkdir(dirname(file), { recursive: true, mode: directoryMode });
    if ((await realpath(dirname(file))) !== join(await realpath(outdir), dirname(name))) {
      throw refuse("a directory that was staged as a link");
    }
    if ((await ifExists(lstat(file))) === undefined) return;
  } catch (error) {
    if (hasCode(error, "EEXIST", "ENOTDIR")) throw refuse("a file where its directory would be");
    if (hasCode(error, "ENAMETOOLONG")) throw refuse("a name that is too long");
    throw error;
  }
  throw refuse("an entry of the working directory that has it");
}
