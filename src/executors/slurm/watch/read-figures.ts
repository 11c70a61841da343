import type { TaskFigures } from "../../executor.ts";

export type FiguresByJob = ReadonlyMap<string, TaskFigures>;

/** Reads lines of `sstat` or `sacct` with job, CPU time and memory: those of a job and its steps are one. */
export function readFigures(text: string): FiguresByJob {
  const found = new Map<string, TaskFigures>();
  for (const line of text.split("\n")) {
    const [step = "", time = "", memory = ""] = line.split("|");
    const id = step.replace(/\..*$/, "");
    const [cpuSeconds, peakMemoryBytes] = [secondsOf(time), bytesOf(memory)];
    if (!/^\d+(?:_\d+)?$/.test(id) || (cpuSeconds ?? peakMemoryBytes) === undefined) continue;
    const known = found.get(id) ?? { cpuSeconds: 0, peakMemoryBytes: 0 };
    found.set(id, {
      cpuSeconds: Math.max(known.cpuSeconds, cpuSeconds ?? 0),
      peakMemoryBytes: Math.max(known.peakMemoryBytes, peakMemoryBytes ?? 0),
    });
  }
  return found;
}

/** As Slurm writes it: days-hours:minutes:seconds, of which the first parts may be missing. */
function secondsOf(text: string): number | undefined {
  const [, days = "0", hours = "0", minutes = "0", seconds] =
    /^(?:(\d+)-)?(?:(\d+):)??(?:(\d+):)?(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (seconds === undefined) return undefined;
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}

const units = ["", "K", "M", "G", "T", "P"];

function bytesOf(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([KMGTP]?)$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  return Math.round(Number(number) * 1024 ** Math.max(0, units.indexOf(unit)));
}
