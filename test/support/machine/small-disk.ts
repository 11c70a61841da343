import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "../temporary-directory.ts";

/** A file system of its own. */
export type SmallDisk = AsyncDisposable & {
  /** Mounts it anew: `ro`, `rw`, or another size. */
  remount(options: string): void;
};

/** Mounts a file system of its own of a few MiB. */
export async function mountSmall(directory: string, mebibytes: number): Promise<SmallDisk> {
  await mkdir(directory, { recursive: true });
  run(["mount", "-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", directory]);
  return {
    remount: (options) => run(["mount", "-o", `remount,${options}`, directory]),
    [Symbol.asyncDispose]: async () => void Bun.spawnSync(["umount", "-l", directory]),
  };
}

function run(command: string[]): void {
  const done = Bun.spawnSync(command);
  if (done.exitCode !== 0) throw new Error(`Cannot mount: ${done.stderr.toString()}`);
}

/** Tells whether this user may mount file systems. */
export async function mayMount(): Promise<boolean> {
  await using folder = await temporaryDirectory();
  try {
    await using _disk = await mountSmall(join(folder.path, "disk"), 1);
    return true;
  } catch {
    return false;
  }
}
