import type { TaskFigures } from "../../executors/executor.ts";

/** Words what a task has taken; undefined where that was told lately, or is about what was told. */
export type FiguresTelling = (figures: TaskFigures, now: number) => string | undefined;

const restMilliseconds = 60_000;

/** Makes what words the figures of one task, as often as one of them has doubled and at most once a minute: a log stays short. */
export function createFiguresTelling(): FiguresTelling {
  let told: (TaskFigures & { readonly at: number }) | undefined;
  return (figures, now) => {
    const { cpuSeconds, peakMemoryBytes } = figures;
    const isNew =
      told === undefined ||
      (now - told.at >= restMilliseconds &&
        (cpuSeconds >= 2 * told.cpuSeconds || peakMemoryBytes >= 2 * told.peakMemoryBytes));
    if (!isNew || cpuSeconds + peakMemoryBytes === 0) return undefined;
    told = { ...figures, at: now };
    return `${Math.round(cpuSeconds)} s of CPU time, ${Math.ceil(peakMemoryBytes / 2 ** 20)} MiB of memory at most`;
  };
}
