import type { Clock } from "../../domain/waiting/clock.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import {
  endsBySigterm,
  hasGroupMembers,
  type ProcessIdentity,
  type ProcessInfo,
  processesLedBy,
  processesNaming,
  signalProcess,
} from "./process-table.ts";

/** The pauses between two looks at what still lives: short at first, as most programs leave at once. */
const firstPauseMilliseconds = 5;
const longestPauseMilliseconds = 100;

/** How often tools are killed one by one before the whole group is: new ones may come as fast as they go. */
const singleRounds = 5;
/** How often a supervisor is waited for that has no tools left: about 3 s, in which it records their end and leaves. */
const sparedRounds = 30;

/** What is stopped: the group and session of a supervisor, and what names the task's directory in its environment. */
type Tree = { readonly leader: ProcessIdentity; readonly directory?: string };

/** Ends a whole tree: SIGTERM, after the grace period SIGKILL. Resolves when none of it lives. */
export async function stopProcesses(tree: Tree, graceSeconds: number, clock: Clock): Promise<void> {
  const { leader } = tree;
  const deadline = clock.elapsed() + graceSeconds * 1000;
  let living = processesOf(tree);
  let asked: ReadonlySet<number> | undefined;
  for (let round = 0; living.length > 0; round += 1) {
    // A supervisor that just begins a tool has not made its process yet, and in a sandbox that is just being made the tool
    // comes last. Once asked, it may need children to clean up.
    if (asked !== undefined) askAgain(leader, asked, living);
    else if (askToEnd(leader, living)) asked = new Set(living.map(({ pid }) => pid));
    if (clock.elapsed() >= deadline) break;
    await pause(round, deadline - clock.elapsed());
    living = processesOf(tree);
  }
  for (let round = 0; living.length > 0; round += 1) {
    const tools = living.filter(({ pid }) => pid !== leader.pid);
    if (round >= (tools.length > 0 ? singleRounds : sparedRounds)) signalAll(leader, living, "SIGKILL");
    else for (const { pid } of tools) signalProcess(pid, "SIGKILL");
    await pause(round, longestPauseMilliseconds);
    living = processesOf(tree);
  }
}

function processesOf({ leader, directory }: Tree): readonly ProcessInfo[] {
  const led = processesLedBy(leader);
  if (directory === undefined) return led;
  const known = new Set(led.map(({ pid }) => pid));
  return [...led, ...processesNaming(directory).filter(({ pid }) => !known.has(pid))];
}

/** Kills at once what a tool left behind in its group. Resolves when none of it lives, with whether there was any. */
export async function killLeftovers(leader: ProcessIdentity, clock: Clock): Promise<boolean> {
  if (!hasGroupMembers(leader.pid) || processesLedBy(leader).length === 0) return false;
  await stopProcesses({ leader }, 0, clock);
  return true;
}

/** A sandbox would take its tool along at once, and ends with it anyway: only what is in it is asked to end. */
const sandboxName = "bwrap";

/** Asks a tree to end. False when there is no tool in it yet that could hear. */
function askToEnd(leader: ProcessIdentity, living: readonly ProcessInfo[]): boolean {
  const open = living.filter(({ name }) => name !== sandboxName);
  const isBoxed = open.length < living.length;
  // A stopped process gets SIGTERM only when it goes on.
  for (const signal of ["SIGTERM", "SIGCONT"] as const) {
    if (isBoxed) for (const { pid } of open) signalProcess(pid, signal);
    else signalAll(leader, living, signal);
  }
  return open.some(({ pid }) => pid !== leader.pid);
}

/**
 * Asks again whom SIGTERM ends and who lives all the same: a shell that has just made the process of its tool still hears for itself,
 * and forgets what it heard when it becomes the tool. Who listens to the signal was asked, and may be cleaning up.
 */
function askAgain(leader: ProcessIdentity, asked: ReadonlySet<number>, living: readonly ProcessInfo[]): void {
  for (const { pid, name } of living) {
    if (pid === leader.pid || name === sandboxName || !asked.has(pid)) continue;
    if (endsBySigterm(pid)) signalProcess(pid, "SIGTERM");
  }
}

/** Signals the group as one, so that no child that is just being made is missed, then whoever left the group. */
function signalAll(leader: ProcessIdentity, living: readonly ProcessInfo[], signal: NodeJS.Signals): void {
  if (living.some(({ groupId }) => groupId === leader.pid)) signalProcess(-leader.pid, signal);
  const others = living.filter(({ groupId }) => groupId !== leader.pid);
  for (const { pid } of others) signalProcess(pid, signal);
}

async function pause(round: number, atMostMilliseconds: number): Promise<void> {
  const wanted = Math.min(longestPauseMilliseconds, firstPauseMilliseconds * 2 ** Math.min(round, 10));
  await sleep(Math.max(1, Math.min(wanted, atMostMilliseconds)));
}
