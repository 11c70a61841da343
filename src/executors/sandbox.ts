import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { resolveProgram } from "./resolve-program.ts";

/** A file or directory of this machine that a container sees. */
export type Mount = { readonly source: string; readonly target: string; readonly isWritable: boolean };

/** The container that a task runs in. */
export type TaskContainer = {
  /** The root of an unpacked image. */
  readonly rootfs: string;
  readonly mounts: readonly Mount[];
  readonly hasNetwork: boolean;
  /** Inside the container. */
  readonly workingDirectory: string;
};

/** The program that makes sandboxes; undefined when this machine has none. */
export function sandboxProgram(): string | undefined {
  return resolveProgram("bwrap", { PATH: "/usr/bin:/bin:/usr/local/bin" }, "/");
}

/** What every container has of its own, whatever its image says. */
const ownDirectories = ["/tmp", "/proc", "/dev", "/run", "/sys"];

/**
 * Words the command that runs another one in a container: the image's root, read-only, with the mounts in it; no
 * other process in sight, no network unless wanted; it ends with its supervisor.
 */
export function sandboxCommand(
  program: string,
  container: TaskContainer,
  command: readonly string[],
): readonly [string, ...string[]] {
  const mounts = container.mounts.toSorted((a, b) => a.target.length - b.target.length);
  const targets = [...mounts.map((mount) => mount.target), ...ownDirectories];
  return [
    program,
    ...["--unshare-all", "--die-with-parent", ...(container.hasNetwork ? ["--share-net"] : [])],
    ...rootBinds(container.rootfs, "", targets),
    ...["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"],
    ...(container.hasNetwork ? ["--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf"] : []),
    ...mounts.flatMap(({ source, target, isWritable }) => [isWritable ? "--bind" : "--ro-bind", source, target]),
    ...["--chdir", container.workingDirectory, "--", ...command],
  ];
}

/** Binds the image's root part by part: below a directory that is bound as a whole nothing could be mounted. */
function rootBinds(rootfs: string, directory: string, targets: readonly string[]): readonly string[] {
  return readdirSync(join(rootfs, directory)).flatMap((name) => {
    const path = `${directory}/${name}`;
    if (targets.includes(path)) return [];
    const source = join(rootfs, path);
    const facts = lstatSync(source);
    if (facts.isSymbolicLink()) return ["--symlink", readlinkSync(source), path];
    const isParent = targets.some((target) => target.startsWith(`${path}/`));
    if (facts.isDirectory() && isParent) return ["--dir", path, ...rootBinds(rootfs, path, targets)];
    return ["--ro-bind", source, path];
  });
}
