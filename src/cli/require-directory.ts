import { access, constants, mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { errorText } from "../domain/problem.ts";
import { UsageError } from "./command.ts";

/** Creates the directory that an option names, where it is missing. Throws UsageError when nothing can be written to it. */
export async function requireDirectory(option: string, named: string): Promise<string> {
  const directory = resolve(named);
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK | constants.X_OK);
    return directory;
  } catch (cause) {
    const detail = `found "${named}" (${errorText(cause)}), wanted a directory that can be written to`;
    throw new UsageError(`Cannot use ${option}: ${detail}`, { cause });
  }
}
