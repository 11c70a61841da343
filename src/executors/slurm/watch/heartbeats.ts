import { stat } from "node:fs/promises";
import type { Clock } from "../../../domain/waiting/clock.ts";
import { ifExists } from "../../../files/disk/file-errors.ts";
import { readOwn } from "../../../files/disk/open-regular.ts";
import type { TaskFigures } from "../../executor.ts";
import type { SlurmCommands, SlurmSettings } from "../slurm-commands.ts";

/** Tells how often jobs are to give signs of life, in seconds; undefined for jobs that give none. */
export type HeartbeatPace = () => Promise<number | undefined>;

/** No job writes more often. */
const usualSeconds = 60;
/** How long it is not asked again of a controller that did not answer. */
const restMilliseconds = 60_000;

/** Makes what tells the pace of signs of life: that of the settings, else once a minute where Slurm does not tell which nodes failed. */
export function createHeartbeatPace(
  { limits }: Pick<SlurmCommands, "limits">,
  { heartbeatSeconds }: Pick<SlurmSettings, "heartbeatSeconds">,
  clock: Clock,
): HeartbeatPace {
  let asked: { readonly at: number; readonly isTold: Promise<boolean | undefined> } | undefined;
  let isTold: boolean | undefined;
  return async () => {
    if (heartbeatSeconds !== undefined) return heartbeatSeconds;
    if (isTold === undefined) {
      if (asked === undefined || clock.elapsed() - asked.at >= restMilliseconds) {
        asked = { at: clock.elapsed(), isTold: limits().then((found) => found?.tellsNodeFailures) };
      }
      isTold = await asked.isTold;
    }
    return isTold === false ? usualSeconds : undefined;
  };
}

/** The last sign of life of a job. */
export type Beat = {
  /** What differs between two signs. */
  readonly sign: string;
  /** When it was seen first here, and when it was looked at last: the clocks of nodes may differ. */
  readonly seenAt: number;
  readonly lookedAt: number;
  /** The pace that the job was told. */
  readonly everySeconds: number;
  readonly figures: TaskFigures;
};

/** Tells whether it is time to look for a sign of life. */
export function isBeatDue(clock: Clock, beat: Beat | undefined): boolean {
  return beat === undefined || clock.elapsed() - beat.lookedAt >= beat.everySeconds * 1000;
}

/** Reads the last sign of life of a job; the one before when there is nothing new. */
export async function readBeat(path: string, clock: Clock, before: Beat | undefined): Promise<Beat | undefined> {
  const lookedAt = clock.elapsed();
  const [text, facts] = [await readOwn(path), await ifExists(stat(path))];
  const [, every, cpu = "", peak = ""] = beatForm.exec(text ?? "") ?? [];
  if (every === undefined || facts === undefined) return before === undefined ? undefined : { ...before, lookedAt };
  const sign = `${facts.mtimeMs} ${text}`;
  const seenAt = before?.sign === sign ? before.seenAt : lookedAt;
  const figures = { cpuSeconds: Number(cpu) / 100, peakMemoryBytes: Number(peak) * 1024 };
  return { sign, seenAt, lookedAt, everySeconds: Number(every), figures };
}

const beatForm = /^every (\d{1,9}(?:\.\d{1,3})?)\nup \d{1,15}\ncpu (\d{1,12})\npeak (\d{1,12})\nend\n$/;

/** Signs that may be missing before a job counts as silent: a disk or a network may be slow for a while. */
const missingSigns = 5;

/** Tells for how many seconds a job has been silent; undefined while that is no reason to worry. */
export function silentSeconds(clock: Clock, { seenAt, everySeconds }: Beat): number | undefined {
  const seconds = (clock.elapsed() - seenAt) / 1000;
  return seconds >= everySeconds * missingSigns ? Math.round(seconds) : undefined;
}
