import { copyFile, mkdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Makes a root file system of some programs of this machine, with the libraries that they need. */
export async function makeRootFs(root: string, programs: readonly string[]): Promise<void> {
  const paths = new Set(programs.map((name) => Bun.which(name) ?? `/bin/${name}`));
  for (const program of [...paths]) {
    const listed = Bun.spawnSync(["ldd", program]).stdout.toString();
    for (const [, library] of listed.matchAll(/(\/\S+) \(0x/g)) if (library !== undefined) paths.add(library);
  }
  for (const path of paths) {
    const isProgram = !path.includes("/lib");
    const target = join(root, isProgram ? `/bin/${path.slice(path.lastIndexOf("/") + 1)}` : path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(await realpath(path), target);
  }
  for (const name of ["tmp", "etc", "proc", "sys", "dev"]) await mkdir(join(root, name), { recursive: true });
}
