import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, ifExists } from "../files/file-errors.ts";
import { directoryMode, fileMode, type Layout, taskDirectory } from "../files/layout.ts";
import type { TaskEnd, TaskKey } from "./executor.ts";
import type { ProcessIdentity } from "./process-table.ts";

/** The first record of a try: whoever creates it decides whether a tool runs. */
export type StartRecord =
  | { readonly kind: "started"; readonly leader: ProcessIdentity; readonly bootId: string }
  /** Recovery came first: no tool may run in this try. */
  | { readonly kind: "abandoned" }
  /** Its writer has not finished it, or could not. */
  | { readonly kind: "incomplete" };

/** The last record of a try, written by its supervisor. */
export type ExitRecord = { readonly exitCode: number; readonly cpuSeconds: number };

/** Words a key: unique among all tries. */
export function taskName(key: TaskKey): string {
  return `${key.executionId}/${key.step}/${key.shard}/${key.try}`;
}

export function startRecordFile(layout: Layout, key: TaskKey): string {
  return join(taskDirectory(layout, key), "start");
}

export function exitRecordFile(layout: Layout, key: TaskKey): string {
  return join(taskDirectory(layout, key), "exit");
}

/** Reads the start record; undefined when there is none. */
export async function readStartRecord(layout: Layout, key: TaskKey): Promise<StartRecord | undefined> {
  const text = await ifExists(readFile(startRecordFile(layout, key), "latin1"));
  return text === undefined ? undefined : parseStartRecord(text);
}

/** Reads the exit record; undefined when there is none, or not all of it. */
export async function readExitRecord(layout: Layout, key: TaskKey): Promise<ExitRecord | undefined> {
  const text = await ifExists(readFile(exitRecordFile(layout, key), "latin1"));
  return text === undefined ? undefined : parseExitRecord(text);
}

/** Tells what a start record says. A text whose last line is not `end` is incomplete. */
export function parseStartRecord(text: string): StartRecord {
  if (text === "abandoned\nend\n") return { kind: "abandoned" };
  const found = /^pid (\d+)\nstarted (\d+)\nboot ([0-9a-f-]+)\nend\n$/.exec(text);
  const [, pid, startTime, bootId] = found ?? [];
  if (pid === undefined || startTime === undefined || bootId === undefined) return { kind: "incomplete" };
  return { kind: "started", leader: { pid: Number(pid), startTime }, bootId };
}

/** The unit of CPU times in /proc: USER_HZ, which is 100 on every Linux that Bun runs on. */
const ticksPerSecond = 100;

/** Tells what an exit record says; undefined when its last line is not `end`. */
export function parseExitRecord(text: string): ExitRecord | undefined {
  const found = /^code (\d+)\ncpu (\d+) (\d+)\nend\n$/.exec(text);
  if (found === null) return undefined;
  const [exitCode = 0, userTicks = 0, systemTicks = 0] = found.slice(1).map(Number);
  return { exitCode, cpuSeconds: (userTicks + systemTicks) / ticksPerSecond };
}

/** Words the end of a tool as its exit record does, from its exit code and its CPU time in ticks. */
export function exitedWith(exitCode: number, ticks: number): TaskEnd {
  return { kind: "exited", exitCode, cpuSeconds: ticks / ticksPerSecond };
}

/** Creates the start record saying that no tool may run in this try. False when someone else created it before. */
export async function claimAbandoned(layout: Layout, key: TaskKey): Promise<boolean> {
  await mkdir(taskDirectory(layout, key), { recursive: true, mode: directoryMode });
  try {
    await using file = await open(startRecordFile(layout, key), "wx", fileMode);
    await file.writeFile("abandoned\nend\n");
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Removes both records of a try. */
export async function removeRecords(directory: string): Promise<void> {
  await Promise.all(["start", "exit"].map((name) => rm(join(directory, name), { force: true })));
}
