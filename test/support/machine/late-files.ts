import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../jobs.ts";

const program = join(import.meta.dir, "../../slurm/late_files.py");
const python = "/usr/bin/python3";

/** Tells why there can be no file system here that shows files late; undefined when there can. */
export function noLateFiles(): string | undefined {
  if (process.getuid?.() !== 0) return "it needs root";
  const hasFuse =
    Bun.spawnSync([python, "-c", "import fusepy; open('/dev/fuse')"], { stderr: "ignore" }).exitCode === 0;
  return hasFuse ? undefined : "no FUSE for Python here (python3-fusepy, fuse)";
}

/** Mounts a view of a directory that shows what others make in it some seconds late. */
export async function mountLate(directory: string, mountpoint: string, seconds: number): Promise<AsyncDisposable> {
  await mkdir(mountpoint, { recursive: true });
  const child = Bun.spawn([python, program, directory, mountpoint, String(seconds)], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  await until(`${mountpoint} is mounted`, () => Bun.spawnSync(["mountpoint", "-q", mountpoint]).exitCode === 0);
  return {
    async [Symbol.asyncDispose]() {
      Bun.spawnSync(["umount", "-l", mountpoint]);
      child.kill();
      await child.exited;
    },
  };
}
