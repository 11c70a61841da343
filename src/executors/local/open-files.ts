import { readdirSync, readFileSync, statSync } from "node:fs";
import { Problem } from "../../domain/problem.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import { ifFound } from "../../files/disk/file-errors.ts";

/** A process that has a file open. */
export type FileHolder = { readonly pid: number; readonly command: string };

/** Whoever manages keys or writes a backup has the database open for a moment. */
const tries = 20;
const pauseMilliseconds = 250;

/**
 * Refuses a database that another process of this user has open: a lock alone tells nothing, its file may have been removed
 * under a server that runs. Waits a while for commands that come to their end. Throws `conflict`.
 */
export async function refuseOpenElsewhere(file: string, ownPid: number): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const [holder] = holdersOf(file, ownPid);
    if (holder === undefined) return;
    if (tried >= tries) {
      const { pid, command } = holder;
      const detail = `Cannot use database "${file}": found that process ${pid} (${command}) has it open, wanted nobody else`;
      throw new Problem("conflict", detail);
    }
    await sleep(pauseMilliseconds);
  }
}

/**
 * Lists the processes that have a file open under whatever name, but for one's own and those that it was started by: a program
 * that looks into a database and then starts the service is none itself. Those of other users cannot be seen.
 */
export function holdersOf(file: string, ownPid: number): readonly FileHolder[] {
  const identity = identityOf(file);
  const inode = quietly(() => statSync(file))?.ino;
  if (identity === undefined || inode === undefined) return [];
  const wanted = { inode, identity };
  const line = lineOf(ownPid);
  return ownProcesses()
    .filter((pid) => !line.has(pid) && hasOpen(pid, wanted))
    .map((pid) => ({ pid, command: commandOf(pid) }));
}

/** A process and those above it. */
function lineOf(pid: number): ReadonlySet<number> {
  const line = new Set<number>();
  for (let one = pid; one > 0 && !line.has(one); one = parentOf(one)) line.add(one);
  return line;
}

function parentOf(pid: number): number {
  const status = quietly(() => readFileSync(`/proc/${pid}/status`, "utf8")) ?? "";
  return Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1] ?? 0);
}

function ownProcesses(): readonly number[] {
  const user = process.getuid?.() ?? 0;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && ifFound(() => statSync(`/proc/${name}`))?.uid === user)
    .map(Number);
}

function hasOpen(pid: number, { inode, identity }: Wanted): boolean {
  const directory = `/proc/${pid}/fd`;
  return namesIn(directory).some((name) => {
    const path = `${directory}/${name}`;
    // There are thousands of them on some machines, and facts in whole numbers take much longer.
    return quietly(() => statSync(path))?.ino === inode && identityOf(path) === identity;
  });
}

/** A file: by a number that is rounded where it is large, and exactly. */
type Wanted = { readonly inode: number; readonly identity: string };

/** Undefined for what is gone, or is not for us to see. */
function identityOf(path: string): string | undefined {
  const facts = quietly(() => statSync(path, { bigint: true }));
  return facts === undefined ? undefined : `${facts.dev}:${facts.ino}`;
}

function namesIn(directory: string): readonly string[] {
  return quietly(() => readdirSync(directory)) ?? [];
}

function commandOf(pid: number): string {
  const text = quietly(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")) ?? "";
  const words = text.split("\0").filter((word) => word !== "");
  return words.slice(0, 3).join(" ").slice(0, 80);
}

/** A process may end, or be another user's in part, at any moment. */
function quietly<Found>(look: () => Found): Found | undefined {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}
