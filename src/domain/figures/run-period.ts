/** The periods for which figures of runs are told, with their days; `all` is as long as jobs are kept. */
export const runPeriods = {
  "7d": { words: "the last 7 days", days: 7 },
  "30d": { words: "the last 30 days", days: 30 },
  all: { words: "all that is kept", days: undefined },
} as const;

export type RunPeriod = keyof typeof runPeriods;

/** Reads the name of a period; undefined for what is none. */
export function readRunPeriod(text: string | undefined): RunPeriod | undefined {
  return text === "7d" || text === "30d" || text === "all" ? text : undefined;
}

const dayMilliseconds = 86_400_000;

/** Gives when a period began, in milliseconds since 1970; undefined for that of all jobs. */
export function beginOfPeriod(period: RunPeriod, now: number): number | undefined {
  const { days } = runPeriods[period];
  return days === undefined ? undefined : now - days * dayMilliseconds;
}

/** How the runs of a process in a period ended. */
export type PeriodFigures = {
  readonly runs: number;
  readonly failed: number;
  /** The id of the last one that failed; undefined without one. */
  readonly lastFailed?: string;
  /** Not told to who looks after the process, and sees no jobs of others. */
  readonly dismissed?: number;
  /** From 0 to 1, of those that were not dismissed; undefined without one. */
  readonly successRate?: number;
  /** How long those ran that succeeded and whose tools ran: usually, and at most; undefined without one. */
  readonly medianSeconds?: number;
  readonly longestSeconds?: number;
  /** There were more: these are the last ones. */
  readonly isCut: boolean;
};
