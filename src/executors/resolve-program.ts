import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { hasCode } from "../files/disk/file-errors.ts";

/** Where programs are looked for when the environment has no PATH, as execvp does. */
const defaultPath = "/bin:/usr/bin";

/**
 * Finds the program that a task's command names, as the task itself would: a name with a slash is a path from the
 * working directory, any other is looked for on the PATH of the task's environment. Undefined when no such program can run.
 */
export function resolveProgram(
  name: string,
  environment: Readonly<Record<string, string>>,
  workingDirectory: string,
): string | undefined {
  if (name === "") return undefined;
  if (name.includes("/")) return whenExecutable(resolve(workingDirectory, name));
  for (const entry of (environment.PATH ?? defaultPath).split(delimiter)) {
    const directory = isAbsolute(entry) ? entry : resolve(workingDirectory, entry);
    const found = whenExecutable(join(directory, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

function whenExecutable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? path : undefined;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG")) return undefined;
    throw error;
  }
}
