import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { isInside } from "../../files/layout.ts";
import type { Task, TaskView } from "../executor.ts";
import { shell } from "../local/supervise.ts";
import {
  commandOf,
  environmentProgram,
  isDashHere,
  isDirectInDash,
  isDirectTask,
  redirections,
  unknownShell,
} from "../local/supervisor-script.ts";
import { type Bubblewrap, closedNamespaces } from "./bubblewrap.ts";
import { maxProcesses } from "./control-groups.ts";
import type { Hide, MachineOptions } from "./machine-view.ts";

/** What a sandbox has of its own, whatever lies below it. */
const ownDirectories = ["/tmp", "/var/tmp", "/proc", "/dev", "/run", "/sys"];

/** Mounts are looked through for each one that is made: 200 take a tenth of a second, 1,000 more than one. */
export const maxMounts = 1000;

/** What a tool of a server that runs as root is called inside: `daemon` on every Linux. Outside its files are root's. */
const plainUser = "1";

/** The bubblewrap that makes the sandbox. */
export type SandboxProgram = Extract<Bubblewrap, { kind: "found" }>;

/** A link costs less than a mount, but what is mounted below it would have another real path. */
const varTmpLink = ["--symlink", "../tmp", "/var/tmp"];

/** Where graphics processors lie that a node may have; which of them a job may use, its cluster decides. */
const gpuDevices = [
  ...["nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset", "nvidia-caps", "dri", "kfd"],
  ...Array.from({ length: 16 }, (_, index) => `nvidia${index}`),
].flatMap((name) => ["--dev-bind-try", `/dev/${name}`, `/dev/${name}`]);

/** What every sandbox is: no other process in sight, no rights, no network unless wanted; it ends with its supervisor. */
function boxOptions(program: SandboxProgram, boxed: Boxed): readonly string[] {
  const { task, view, privateDirectory } = boxed;
  const hasGpus = (task.gpus ?? 0) > 0;
  const temporary = temporaryOf(boxed);
  const holdsMounts = view.mounts.some(({ target }) => isInside("/var/tmp", target));
  return [
    ...["--unshare-all", "--die-with-parent", "--cap-drop", "ALL", ...(view.hasNetwork ? ["--share-net"] : [])],
    ...(program.closesNamespaces && view.ownNamespaces !== true ? closedNamespaces : []),
    // Who is root without its rights fails where others do not even try: tar would give files away.
    ...(process.getuid?.() === 0 ? ["--uid", plainUser, "--gid", plainUser] : []),
    ...["--proc", "/proc", "--dev", "/dev", ...(hasGpus ? gpuDevices : [])],
    // On the disk, where it counts as what the tool writes; in memory it would be bounded by nothing.
    ...["--bind", temporary, "/tmp", ...(holdsMounts ? ["--bind", temporary, "/var/tmp"] : varTmpLink)],
    ...["--bind", join(privateDirectory, "shm"), "/dev/shm"],
  ];
}

/**
 * What a sandbox shows as /tmp: the task's own directory for temporary files, unless something is to be mounted below it,
 * whose place would have to be made in it.
 */
function temporaryOf({ task, view, privateDirectory }: Boxed): string {
  const holdsMounts = view.mounts.some(({ target }) => isInside("/tmp", target) || isInside("/var/tmp", target));
  return holdsMounts || task.temporaryDirectory === undefined ? join(privateDirectory, "tmp") : task.temporaryDirectory;
}

/** Lists the directories that a sandbox needs of its own. The task's directories exist. */
export function ownPlaces(boxed: Boxed): readonly string[] {
  return [...new Set([temporaryOf(boxed), join(boxed.privateDirectory, "shm")])].filter(
    (path) => path !== boxed.task.temporaryDirectory,
  );
}

/** The mounts of a view; when they are made, what holds them cannot be written to any more. */
function mountOptions(view: TaskView, closing: readonly string[]): readonly string[] {
  const mounts = view.mounts.toSorted((a, b) => a.target.length - b.target.length);
  return [
    ...mounts.flatMap(({ source, target, isWritable }) => [isWritable ? "--bind" : "--ro-bind", source, target]),
    ...["--remount-ro", "/dev", "--remount-ro", "/", ...closing, "--chdir", view.workingDirectory],
  ];
}

/** Words bubblewrap with its options at file descriptor 3; what it did it tells by 4. */
function bubblewrapCommand({ program }: SandboxProgram): readonly string[] {
  return [program, "--json-status-fd", "4", "--args", "3", "--"];
}

/** What stands before the command of a task, and the options that it reads from file descriptor 3. */
export type Wrapping = {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly options: string;
  /** What is hidden besides, where it is there when the task starts. */
  readonly hides?: readonly Hide[];
  /** True when the streams of the task are opened inside, as the task sees them. */
  readonly opensStreams: boolean;
};

/** A task that is wrapped, and the directory for what its sandbox has of its own. */
export type Boxed = { readonly task: Task; readonly view: TaskView; readonly privateDirectory: string };

/** What of the machine a sandbox has: its system, and what /bin/sh is. */
export type BoxedMachine = MachineOptions & { readonly shellProgram: string };

/**
 * Wraps a task so that it sees the machine's system read-only and its own mounts, nothing else. The shell in it is the
 * first process of its namespace: with its end everything of the task has ended, whatever it left or hid from.
 */
export function wrapInMachine(
  program: SandboxProgram,
  machine: BoxedMachine,
  { task, view, privateDirectory }: Boxed,
): Wrapping {
  const { there, hides } = hidden(machine, view);
  const options = [
    "--as-pid-1",
    ...boxOptions(program, { task, view, privateDirectory }),
    ...machine.system,
    ...there.flatMap(({ path, isDirectory }) => (isDirectory ? ["--tmpfs", path] : ["--ro-bind", "/dev/null", path])),
    ...(view.hasNetwork ? machine.resolver : []),
    ...mountOptions(
      view,
      there.flatMap(({ path, isDirectory }) => (isDirectory ? ["--remount-ro", path] : [])),
    ),
  ];
  // Counted by user and namespace, so only what is inside counts. Shells differ in how they call this limit.
  const limit = `ulimit -p ${maxProcesses} 2>/dev/null || ulimit -u ${maxProcesses} 2>/dev/null`;
  // What bubblewrap itself gets is harmless: names that mean nothing to it, nor to the loader of programs.
  const entries = Object.entries(task.environment).map(([name, value], index) => [`e${index}`, `${name}=${value}`]);
  const run = runOf(task, machine.shellProgram);
  // Opened in here, an input stays read-only also for who opens it again by its descriptor.
  const script = `${limit}; set -C; ${run} ${redirections(task)}; exit $?`;
  return {
    command: [...bubblewrapCommand(program), ...[shell, "-c", script, "tool"], ...commandOf(task)],
    environment: Object.fromEntries(entries),
    options: joined(options),
    ...(hides.length === 0 ? {} : { hides }),
    opensStreams: true,
  };
}

/** Parts what is hidden for certain from what is hidden where it is there. */
function hidden({ hides, isElsewhere }: BoxedMachine, { mounts }: TaskView) {
  if (!isElsewhere) return { there: hides, hides: [] };
  // What holds a mount of the task is on the disk that all machines share.
  const isThere = ({ path }: Hide) => mounts.some(({ target }) => isInside(path, target));
  const isCovered = ({ path }: Hide) =>
    hides.some((other) => other.path !== path && isInside(other.path, path)) &&
    !mounts.some(({ target }) => isInside(target, path));
  return { there: hides.filter(isThere), hides: hides.filter((hide) => !isThere(hide) && !isCovered(hide)) };
}

function runOf(task: Task, shellProgram: string): string {
  if (isDirectTask(task, shellProgram)) return directRun(task);
  if (shellProgram !== unknownShell || !isDirectInDash(task)) return cleanRun(task);
  return `if ${isDashHere}; then ${directRun(task)}; else ${cleanRun(task)}; fi`;
}

/** Words a start by a program that gives the tool its environment, and nothing else. */
function cleanRun({ environment }: Task): string {
  const words = Object.keys(environment).map((_, index) => `"$e${index}"`);
  return [environmentProgram, "-i", "--", ...words, '"$@"'].join(" ");
}

/** Words a start without that program: what the shell forks is given the tool's environment, and becomes the tool. */
function directRun({ environment }: Task): string {
  const entries = Object.keys(environment).map((name, index) => ({ name, kept: `e${index}` }));
  const exported = entries.map(({ name, kept }) => `export ${name}="\${${kept}#*=}"; unset ${kept}; `);
  return `(unset PATH PWD OLDPWD; ${exported.join("")}exec "$@")`;
}

/** Wraps a task so that it runs in an unpacked image: the image's root, read-only, with the mounts in it. */
export function wrapInImage(
  program: SandboxProgram,
  rootfs: string,
  { task, view, privateDirectory }: Boxed,
): Wrapping {
  const targets = [...view.mounts.map((mount) => mount.target), ...ownDirectories];
  const options = [
    ...boxOptions(program, { task, view, privateDirectory }),
    ...rootBinds(rootfs, "", targets),
    ...(view.hasNetwork ? ["--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf"] : []),
    ...mountOptions(view, []),
    ...Object.entries(task.environment).flatMap(([name, value]) => ["--setenv", name, value]),
  ];
  // An image may have no shell that could open streams.
  const command = [...bubblewrapCommand(program), ...task.command];
  return { command, environment: {}, options: joined(options), opensStreams: false };
}

function joined(options: readonly string[]): string {
  return options.map((option) => `${option}\0`).join("");
}

/** Binds the image's root part by part: below a directory that is bound as a whole nothing could be mounted. */
function rootBinds(rootfs: string, directory: string, targets: readonly string[]): readonly string[] {
  return readdirSync(join(rootfs, directory)).flatMap((name) => {
    const path = `${directory}/${name}`;
    if (targets.includes(path)) return [];
    const source = join(rootfs, path);
    const facts = lstatSync(source);
    const isParent = targets.some((target) => target.startsWith(`${path}/`));
    // Mounting through a link of the image would follow it on this machine.
    if (facts.isSymbolicLink()) return isParent ? [] : ["--symlink", readlinkSync(source), path];
    if (facts.isDirectory() && isParent) return ["--dir", path, ...rootBinds(rootfs, path, targets)];
    return ["--ro-bind", source, path];
  });
}
