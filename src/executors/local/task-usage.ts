import { readdirSync, readFileSync } from "node:fs";
import { hasCode } from "../../files/disk/file-errors.ts";
import { type Layout, taskDirectory } from "../../files/layout.ts";
import type { TaskKey } from "../executor.ts";
import { groupMemoryBytes } from "../sandbox/control-groups.ts";
import { isAlive } from "./process-table.ts";
import { readTaskRecord } from "./task-records.ts";

/** Adds up the memory of a task's processes; 0 when it does not run. `exactly`: what they share counts once. */
export async function taskMemoryBytes(layout: Layout, key: TaskKey, exactly: boolean): Promise<number> {
  const record = await readTaskRecord(layout, key);
  // Once it has ended, its supervisor may have another tool.
  if (record?.kind !== "started" || record.exit !== undefined || !isAlive(record.leader)) return 0;
  const group = await groupMemoryBytes(taskDirectory(layout, key));
  return group ?? (exactly ? proportionalBytes : residentBytes)(record.leader.pid);
}

/** Adds up the memory of a process and all below it that is in use now, in bytes; memory that they share counts each time. */
function residentBytes(pid: number): number {
  return descendantsOf(pid).reduce((sum, process) => sum + kibibytesOf(process, "status", "VmRSS"), 0) * 1024;
}

/** The same, with shared memory divided among those that share it; slower. */
function proportionalBytes(pid: number): number {
  return descendantsOf(pid).reduce((sum, process) => sum + kibibytesOf(process, "smaps_rollup", "Pss"), 0) * 1024;
}

/** Each thread has children of its own. */
function descendantsOf(pid: number): readonly number[] {
  const threads = unlessGone(() => readdirSync(`/proc/${pid}/task`), []);
  const lines = threads.map((thread) => read(`/proc/${pid}/task/${thread}/children`));
  const children = lines.join("").split(" ").filter(Boolean).map(Number);
  return [pid, ...children.flatMap(descendantsOf)];
}

function kibibytesOf(pid: number, file: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(read(`/proc/${pid}/${file}`))?.[1] ?? 0);
}

function read(path: string): string {
  return unlessGone(() => readFileSync(path, "utf8"), "");
}

function unlessGone<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch (error) {
    // Gone meanwhile, another user's, or a kernel without that file.
    if (hasCode(error, "ENOENT", "ESRCH", "EACCES", "EPERM")) return otherwise;
    throw error;
  }
}
