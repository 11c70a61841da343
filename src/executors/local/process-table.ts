import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { hasCode } from "../../files/disk/file-errors.ts";

/** Names one process for the time of one boot: a process id alone is used again. */
export type ProcessIdentity = {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of /proc/<pid>/stat. */
  readonly startTime: string;
};

/** What /proc tells of a process. */
export type ProcessInfo = ProcessIdentity & {
  /** The program's name, cut to 15 characters. */
  readonly name: string;
  readonly state: string;
  readonly parentId: number;
  readonly groupId: number;
  readonly sessionId: number;
};

/** Reads the line of /proc/<pid>/stat. The name in it may hold blanks and parentheses: fields are counted after the last `)`. */
export function parseProcessStat(line: string): ProcessInfo | undefined {
  const pid = Number.parseInt(line, 10);
  const fields = line
    .slice(line.lastIndexOf(")") + 1)
    .trim()
    .split(" ");
  // The first field after the name is number 3.
  const [state, parentId, groupId, sessionId, startTime] = [fields[0], fields[1], fields[2], fields[3], fields[19]];
  if (Number.isNaN(pid) || state === undefined || startTime === undefined) return undefined;
  const name = line.slice(line.indexOf("(") + 1, line.lastIndexOf(")"));
  return {
    pid,
    name,
    state,
    parentId: Number(parentId),
    groupId: Number(groupId),
    sessionId: Number(sessionId),
    startTime,
  };
}

/** Tells what is known of a process; undefined when it is gone. A zombie is gone. */
export function findProcess(pid: number): ProcessInfo | undefined {
  const line = readProcFile(`/proc/${pid}/stat`);
  const info = line === undefined ? undefined : parseProcessStat(line);
  return info === undefined || info.state === "Z" || info.state === "X" ? undefined : info;
}

/** Tells whether exactly this process still lives. */
export function isAlive(identity: ProcessIdentity): boolean {
  return findProcess(identity.pid)?.startTime === identity.startTime;
}

/**
 * Lists the living processes of the group and the session that a process leads or led. The session counts because
 * programs such as `timeout` make groups of their own inside it.
 */
export function processesLedBy(leader: ProcessIdentity): readonly ProcessInfo[] {
  const holder = findProcess(leader.pid);
  // The kernel gives a number away again only when neither a group nor a session has it any more.
  if (holder !== undefined && holder.startTime !== leader.startTime) return [];
  return allProcessIds()
    .map(findProcess)
    .filter((info) => info !== undefined)
    .filter((info) => info.groupId === leader.pid || info.sessionId === leader.pid);
}

/**
 * Lists the living processes in whose environment a value is a path of a try, below its directory or beside it with a
 * suffix: those of a tool that left its session too, unless they cleared their environment.
 */
export function processesNaming(taskDirectory: string): readonly ProcessInfo[] {
  return allProcessIds()
    .filter((pid) => {
      const environment = readProcFile(`/proc/${pid}/environ`) ?? "";
      return ["/", ".", "-"].some((next) => environment.includes(`=${taskDirectory}${next}`));
    })
    .map(findProcess)
    .filter((info) => info !== undefined);
}

/** Tells cheaply whether a process group has a member, a zombie included. */
export function hasGroupMembers(groupId: number): boolean {
  return signalProcess(-groupId, 0);
}

/** Reads the start time of a process; undefined when it is gone. */
export function startTimeOf(pid: number): string | undefined {
  return findProcess(pid)?.startTime;
}

/** More than so many new processes are not asked for one by one. */
const maxAsked = 64;

/**
 * Tells whether a group or session has living processes besides its leader, of those that were made after the machine's
 * newest process was `before` and until it was `after`. A tool that made no process itself costs nothing to look at.
 */
export function hasStrangers(
  leaderPid: number,
  { before, after }: { readonly before: number; readonly after: number },
): boolean {
  const made = after - before;
  // One is the tool itself. Ids begin anew at some time; then all processes are looked at.
  if (made === 1) return false;
  const isStranger = (pid: number) => {
    // Most are gone already, and what is told without an error costs less.
    const info = pid === leaderPid || !existsSync(`/proc/${pid}`) ? undefined : findProcess(pid);
    return info?.groupId === leaderPid || info?.sessionId === leaderPid;
  };
  if (made < 1 || made > maxAsked) return allProcessIds().some(isStranger);
  return Array.from({ length: made }, (_, index) => before + 1 + index).some(isStranger);
}

/** Tells whether some living process has a file open. */
export function isOpenSomewhere(file: string): boolean {
  return allProcessIds().some((pid) => {
    const names = readProcDirectory(`/proc/${pid}/fd`);
    return names.some((name) => readProcLink(`/proc/${pid}/fd/${name}`) === file);
  });
}

/**
 * Sends a signal to a process, or to a whole group when the number is negative. False when nobody is there; true also
 * for a process that took another user's rights and is out of reach.
 */
export function signalProcess(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal);
  } catch (error) {
    if (hasCode(error, "ESRCH")) return false;
    if (hasCode(error, "EPERM")) return true;
    throw error;
  }
}

const sigtermBit = 1n << 14n;

/** Tells whether SIGTERM would end a process at once: it neither listens to the signal, nor ignores or blocks it. False when it is gone. */
export function endsBySigterm(pid: number): boolean {
  const masks = readProcFile(`/proc/${pid}/status`)?.matchAll(/^Sig(?:Blk|Ign|Cgt):\t([0-9a-f]+)$/gm);
  const found = [...(masks ?? [])].map(([, mask]) => BigInt(`0x${mask}`));
  return found.length > 0 && found.every((mask) => (mask & sigtermBit) === 0n);
}

/** Reads the id of this boot of the machine. */
export function readBootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
}

function allProcessIds(): readonly number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

function readProcFile(path: string): string | undefined {
  return unlessGone(() => readFileSync(path, "utf8"));
}

function readProcDirectory(path: string): readonly string[] {
  return unlessGone(() => readdirSync(path)) ?? [];
}

function readProcLink(path: string): string | undefined {
  return unlessGone(() => readlinkSync(path));
}

function unlessGone<Found>(look: () => Found): Found | undefined {
  try {
    return look();
  } catch (error) {
    // Gone meanwhile, or another user's.
    if (hasCode(error, "ENOENT", "ESRCH", "EACCES", "EPERM")) return undefined;
    throw error;
  }
}
