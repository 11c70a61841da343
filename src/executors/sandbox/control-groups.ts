import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, readFile, readlink, rmdir, symlink, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorText } from "../../domain/problem.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import { hasCode, ifExists } from "../../files/disk/file-errors.ts";
import { directoryMode } from "../../files/layout.ts";
import type { TaskLimits } from "../executor.ts";

/** Control groups of version 2 that this process may make; the kernel holds what is in them to their limits. */
export type ControlGroups =
  | {
      readonly kind: "delegated";
      readonly directory: string;
      readonly controllers: readonly string[];
      /** The group that the groups of all tools are below that say no memory of their own: it is held as a whole. */
      readonly shared?: string;
    }
  | { readonly kind: "missing"; readonly reason: string };

/** Where nobody looked for control groups. */
export const noControlGroups: ControlGroups = { kind: "missing", reason: "control groups are not used" };

/** A group that limits tools must not hold processes itself: this process moves into one of its own. */
const ownGroup = "heddle-server";
/** Processes that one tool may have at once. */
export const maxProcesses = 4096;
/** The period in which cores are counted, in microseconds. */
const periodMicroseconds = 100_000;

/** Holds the groups of tools that say no memory of their own. */
const sharedGroup = "heddle-tools";
/** What is left of the machine's memory for everything else, in bytes. */
const sparedBytes = 2 ** 30;

/**
 * Finds the control group of this process and prepares it, where it was delegated (systemd: `Delegate=yes`).
 * `machineBytes` is the memory of the machine.
 */
export function findControlGroups(pid: number, machineBytes: number): ControlGroups {
  try {
    const mount = /^\S+ (\S+) cgroup2 /m.exec(readFileSync("/proc/self/mounts", "utf8"))?.[1];
    const own = /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1];
    if (mount === undefined || own === undefined) return missing("the machine has no control groups of version 2");
    return delegateFrom(join(mount, own), pid, machineBytes);
  } catch (error) {
    return missing(errorText(error));
  }
}

/** Prepares a control group for those of tools: its processes, which are only this one, move into one below it. */
export function delegateFrom(group: string, pid: number, machineBytes: number): ControlGroups {
  const directory = basename(group) === ownGroup ? dirname(group) : group;
  try {
    const offered = readFileSync(join(directory, "cgroup.controllers"), "utf8").trim().split(" ").filter(Boolean);
    const controllers = ["memory", "cpu", "pids"].filter((name) => offered.includes(name));
    if (!controllers.includes("memory")) {
      return missing(
        `the control group ${directory} has the controllers "${offered.join(" ")}", wanted memory, cpu, pids`,
      );
    }
    mkdirSync(join(directory, ownGroup), { recursive: true });
    writeFileSync(join(directory, ownGroup, "cgroup.procs"), String(pid));
    const handedOn = controllers.map((name) => `+${name}`).join(" ");
    writeFileSync(join(directory, "cgroup.subtree_control"), handedOn);
    const shared = join(directory, sharedGroup);
    mkdirSync(shared, { recursive: true });
    // Of a small machine half is left.
    const sharedBytes = Math.max(machineBytes - sparedBytes, Math.floor(machineBytes / 2));
    writeFileSync(join(shared, "memory.max"), String(sharedBytes));
    // Absent where the machine cannot swap.
    if (existsSync(join(shared, "memory.swap.max"))) writeFileSync(join(shared, "memory.swap.max"), "0");
    writeFileSync(join(shared, "cgroup.subtree_control"), handedOn);
    return { kind: "delegated", directory, controllers, shared };
  } catch (error) {
    return missing(`the control group ${directory} is not delegated: ${errorText(error)}`);
  }
}

/** Words how a server that runs holds its tools to memory and cores, by the control group that it is in. */
export function lookAtGroups(pid: number | undefined): {
  readonly about: "limits";
  readonly state: "good" | "warning";
  readonly detail: string;
} {
  const about = "limits";
  const text = pid === undefined ? undefined : readText(`/proc/${pid}/cgroup`);
  if (text === undefined)
    return { about, state: "good", detail: "how tools are held to theirs is known while the service runs" };
  const own = /^0::(.*)$/m.exec(text)?.[1] ?? "";
  if (basename(own) === ownGroup) {
    return {
      about,
      state: "good",
      detail: `the kernel holds tools to theirs, by control groups below ${dirname(own)}`,
    };
  }
  const detail =
    "memory of tools that ask for some is looked at each second, that of others and cores are not limited: the service has no control groups of its own (heddle service install asks for them with systemd 254 or later)";
  return { about, state: "warning", detail };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH", "EACCES")) return undefined;
    throw error;
  }
}

function missing(reason: string): ControlGroups {
  return { kind: "missing", reason };
}

/** Where a task's directory links to the control group that it runs in. */
function linkOf(taskDirectory: string): string {
  return join(taskDirectory, "cgroup");
}

/** Makes the control group of a task with its limits, and links it into the task's directory. */
export async function createControlGroup(
  { directory, controllers, shared = directory }: Extract<ControlGroups, { kind: "delegated" }>,
  name: string,
  taskDirectory: string,
  limits: TaskLimits,
): Promise<string> {
  const id = createHash("sha256").update(name).digest("hex").slice(0, 24);
  const group = join(limits.memoryMebibytes === undefined ? shared : directory, `heddle-task-${id}`);
  await mkdir(group, { recursive: true, mode: directoryMode });
  const set = (file: string, value: string) => writeFile(join(group, file), value);
  if (limits.memoryMebibytes !== undefined) {
    await set("memory.max", String(limits.memoryMebibytes * 2 ** 20));
    // Absent where the machine cannot swap.
    await ifExists(set("memory.swap.max", "0"));
  }
  if (limits.cores !== undefined && controllers.includes("cpu")) {
    await set("cpu.max", `${Math.ceil(limits.cores * periodMicroseconds)} ${periodMicroseconds}`);
  }
  if (controllers.includes("pids")) await set("pids.max", String(maxProcesses));
  await mkdir(taskDirectory, { recursive: true, mode: directoryMode });
  await symlink(group, linkOf(taskDirectory)).catch((error: unknown) => {
    if (!hasCode(error, "EEXIST")) throw error;
  });
  return group;
}

/** Looks at a group that was just killed: it is empty when its last process was reaped. */
const removalAttempts = 50;
const removalPauseMilliseconds = 20;

/**
 * Kills what is left in a task's control group, and removes it. Gives the most memory that it had, in bytes; undefined
 * when there is no group, or nobody counted (the kernel does from 5.19 on).
 */
export async function removeControlGroup(taskDirectory: string): Promise<number | undefined> {
  const group = await ifExists(readlink(linkOf(taskDirectory)));
  if (group === undefined) return undefined;
  const peak = await ifExists(readFile(join(group, "memory.peak"), "utf8"));
  for (let attempt = 1; ; attempt += 1) {
    try {
      await ifExists(writeFile(join(group, "cgroup.kill"), "1", { flag: "r+" }));
      await ifExists(rmdir(group));
      break;
    } catch (error) {
      if (attempt === removalAttempts || !hasCode(error, "EBUSY")) throw error;
      await sleep(removalPauseMilliseconds);
    }
  }
  await ifExists(unlink(linkOf(taskDirectory)));
  return peak === undefined ? undefined : Number(peak);
}

/** The memory that a task's control group has now, in bytes; undefined when it has none. */
export async function groupMemoryBytes(taskDirectory: string): Promise<number | undefined> {
  const text = await ifExists(readFile(join(linkOf(taskDirectory), "memory.current"), "utf8"));
  return text === undefined ? undefined : Number(text);
}
