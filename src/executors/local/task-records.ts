import { mkdir, open, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode, ifExists } from "../../files/disk/file-errors.ts";
import { readOwn } from "../../files/disk/open-regular.ts";
import { directoryMode, fileMode, type Layout, taskRecordFile, taskRecordSuffix } from "../../files/layout.ts";
import type { TaskKey } from "../executor.ts";
import type { Host } from "./host.ts";
import type { ProcessIdentity } from "./process-table.ts";
import { localName } from "./supervisor-script.ts";

/** The first part of a try's record: whoever creates the file decides whether a tool runs. */
export type TaskRecord =
  | {
      readonly kind: "started";
      readonly leader: ProcessIdentity;
      readonly bootId: string;
      /** Where that process is; earlier versions did not say. */
      readonly host?: Host;
      /** How the tool ended; absent while its supervisor has not told, or not all of it. */
      readonly exit?: ExitRecord;
    }
  /** Recovery came first: no tool may run in this try. */
  | { readonly kind: "abandoned" }
  /** Another executor has it, and knows of it. */
  | { readonly kind: "foreign"; readonly executor: string }
  /** Its writer has not finished it, or could not. */
  | { readonly kind: "incomplete" };

/** The last part of a try's record, appended by its supervisor. */
export type ExitRecord = {
  readonly exitCode: number;
  readonly cpuSeconds?: number;
  /** When it was written, in seconds since the machine was started. */
  readonly upSeconds?: number;
};

/** Words a key: unique among all tries. */
export function taskName(key: TaskKey): string {
  return `${key.executionId}/${key.step}/${key.shard}/${key.try}`;
}

/** Reads the record of a try; undefined when there is none. */
export async function readTaskRecord(layout: Layout, key: TaskKey): Promise<TaskRecord | undefined> {
  const text = await readOwn(taskRecordFile(layout, key));
  return text === undefined ? undefined : parseTaskRecord(text);
}

/** Tells what a record says. Each of its parts ends with the line `end`; without it, it is incomplete, or not there yet. */
export function parseTaskRecord(text: string): TaskRecord {
  if (text === "abandoned\nend\n") return { kind: "abandoned" };
  const [start = "", end = ""] = text.split(/(?<=^end\n)/m);
  const executor = /^executor (\S+)$/m.exec(start)?.[1] ?? localName;
  if (executor !== localName) return { kind: "foreign", executor };
  const [, pid, startTime, bootId, hostId, hostName, before] = startForm.exec(start) ?? [];
  if (pid === undefined || startTime === undefined || bootId === undefined) return { kind: "incomplete" };
  const [, exitCode, up, after] = /^code (\d+)\n(?:up ([\d.]*)\n)?((?:.*\n)*?)end\n$/.exec(end) ?? [];
  const upSeconds = up === undefined || up === "" ? {} : { upSeconds: Number(up) };
  const exit =
    exitCode === undefined
      ? {}
      : { exit: { ...exitRecord(Number(exitCode), childSeconds(before), childSeconds(after)), ...upSeconds } };
  const host = hostId === undefined || hostName === undefined ? {} : { host: { id: hostId, name: hostName } };
  return { kind: "started", leader: { pid: Number(pid), startTime }, bootId, ...host, ...exit };
}

/** Earlier versions named neither executor nor host. */
const startForm =
  /^pid (\d+)\nstarted (\d+)\nboot ([0-9a-f-]+)\n(?:executor .*\nhost ([0-9a-f]+) (.*)\n)?((?:.*\n)*?)end\n$/;

/** Reads what the builtin `times` of a shell writes: the CPU time of all its children, in seconds. */
export function childSeconds(text = ""): number | undefined {
  const [, userMinutes, user, systemMinutes, system] = /^.*\n(\d+)m([\d.]+)s (\d+)m([\d.]+)s\n$/.exec(text) ?? [];
  if (system === undefined) return undefined;
  return (Number(userMinutes) + Number(systemMinutes)) * 60 + Number(user) + Number(system);
}

/** Words the end of a tool by its exit code and the CPU time of its supervisor's children before and after it. */
export function exitRecord(exitCode: number, before: number | undefined, after: number | undefined): ExitRecord {
  if (before === undefined || after === undefined) return { exitCode };
  return { exitCode, cpuSeconds: Math.round((after - before) * 1000) / 1000 };
}

/** Creates the record of a try saying that no tool may run in this try. False when someone else created it before. */
export async function claimAbandoned(layout: Layout, key: TaskKey): Promise<boolean> {
  const record = taskRecordFile(layout, key);
  await mkdir(dirname(record), { recursive: true, mode: directoryMode });
  try {
    await using file = await open(record, "wx", fileMode);
    await file.writeFile("abandoned\nend\n");
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Removes the records of all tries of an execution, whose tasks lie in this directory, one directory a step. */
export async function removeRecords(tasks: string): Promise<void> {
  for (const step of (await ifExists(readdir(tasks))) ?? []) {
    const names = (await ifExists(readdir(join(tasks, step)))) ?? [];
    const records = names.filter((name) => name.endsWith(taskRecordSuffix));
    await Promise.all(records.map((name) => rm(join(tasks, step, name), { force: true })));
  }
}
