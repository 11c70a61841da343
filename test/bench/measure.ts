import { readdirSync, readFileSync } from "node:fs";
import type { Sample } from "./row.ts";

/** Length of a tick of /proc in milliseconds. */
const tickMilliseconds = 10;

type ProcessTime = { readonly parent: number; readonly ticks: number };

function processTimes(): ReadonlyMap<number, ProcessTime> {
  const found = new Map<number, ProcessTime>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const text = statOf(name);
    // The name of the program stands in parentheses, and may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    if (fields.length < 15) continue;
    // Its own time and that of its children that ended: user and system.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    found.set(Number(name), { parent: Number(fields[1]), ticks });
  }
  return found;
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return ""; // It has just ended.
  }
}

/** Lists processes and all their descendants. */
export function processTree(roots: readonly number[]): readonly number[] {
  const times = processTimes();
  const isBelow = (pid: number): boolean =>
    roots.includes(pid) || (times.has(pid) && isBelow(times.get(pid)?.parent ?? 0));
  return [...times.keys()].filter(isBelow);
}

/** Reads the processor time that processes and their descendants, ended ones too, have used: milliseconds. */
export function treeCpu(roots: readonly number[]): number {
  const times = processTimes();
  return processTree(roots).reduce((sum, pid) => sum + (times.get(pid)?.ticks ?? 0), 0) * tickMilliseconds;
}

/** Reads the proportional set size of processes and their descendants: bytes. */
export function treeSize(roots: readonly number[]): number {
  const sizes = processTree(roots).map((pid) => {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Reads this program's own processor time: milliseconds. */
export function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Makes calls, `width` at a time, until so many seconds are over or `most` were made. Returns how many. */
export async function callFor(
  limit: { readonly width: number; readonly seconds: number; readonly most?: number },
  call: (n: number) => Promise<void>,
): Promise<number> {
  const end = performance.now() + limit.seconds * 1000;
  let next = 0;
  const worker = async () => {
    while (performance.now() < end && next < (limit.most ?? Number.POSITIVE_INFINITY)) await call(next++);
  };
  await Promise.all(Array.from({ length: limit.width }, worker));
  return next;
}

/** Runs work of several requests on a server. Returns requests a second, with the cost of each. */
export async function rate(pids: () => readonly number[], work: () => Promise<number>): Promise<Sample> {
  const before = { cpu: treeCpu(pids()), own: ownCpu(), at: performance.now() };
  const count = await work();
  const seconds = (performance.now() - before.at) / 1000;
  return {
    value: count / seconds,
    cpuMilliseconds: (treeCpu(pids()) - before.cpu) / count,
    loadCpuMilliseconds: (ownCpu() - before.own) / count,
  };
}

/** Returns the value below which a share of all values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Returns the middle one of values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Makes a run that several lines take their values from: each line asks for the next round, and each round runs once. */
export function sharedRounds<T>(run: () => Promise<T>): () => () => Promise<T> {
  const runs: Promise<T>[] = [];
  return () => {
    let round = 0;
    return () => {
      const result = runs[round] ?? run();
      runs[round] = result;
      round += 1;
      return result;
    };
  };
}
