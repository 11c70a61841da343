import { formatJobLogLine } from "../../domain/jobs/job-log.ts";
import { stages, type WalkState } from "../../domain/jobs/progress.ts";
import { startTimer, type Timer } from "../../domain/waiting/timers.ts";
import { appendJobLog } from "../../files/jobs/job-log.ts";
import type { ExecuteDeps } from "../queue/claim.ts";

export type LogLevel = "INFO" | "WARNING" | "ERROR";

/** What a walk writes into the log of its execution. */
export type WalkLog = {
  /** Adds a line, after those before; nothing when the job has no log. */
  add(state: WalkState, level: LogLevel, text: string): void;
  /** Waits for the lines that were added since the last call. Rejects when one of them cannot be written. */
  written(): Promise<void>;
  /** Does a part of the job that is repeatable, and waits while the server is short of something: the log says so. */
  patiently<T>(state: () => WalkState, work: () => Promise<T>): Promise<T>;
};

/** Where preparing or publishing takes longer, their lines are there after this long. */
const gatherMilliseconds = 100;

/** Before a run, and after it, whoever waits for the lines comes soon: one write is made of them. Those beside a tool are live. */
function isEnding({ stage }: WalkState): boolean {
  return stages[stage].percent >= stages.monitorEnd.percent;
}

/** Creates the log of a walk. */
export function createWalkLog(deps: ExecuteDeps, hasLog: boolean): WalkLog {
  const { claim, clock, layout, logger, patience, signal } = deps;
  const { executionId, startedAt, job } = claim;
  let written: Promise<void> = Promise.resolve();
  /** Lines whose write has not begun, since it waits for the one before. */
  let batch: string[] | undefined;
  let gathering: { readonly begin: () => void; readonly timer: Timer } | undefined;
  let isPreparing = true;
  const warn = (words: string) => logger.warn(words, { jobId: job.id, executionId });

  const append = (state: WalkState, level: LogLevel, text: string, say: (words: string) => void) => {
    if (!hasLog) return;
    const at = clock.now();
    const status = state.hasFailed ? "failed" : state.isDone ? "successful" : "running";
    const elapsedMilliseconds = at - startedAt;
    // People read it: how a failed job is counted for programs would look as if it were so far done.
    const progress = state.reached ?? state.progress;
    const line = formatJobLogLine({ at, level, elapsedMilliseconds, progress, status, message: text });
    if (batch !== undefined) {
      batch.push(line);
      return;
    }
    const lines = [line];
    const begin = () => {
      written = written.then(() => {
        batch = undefined;
        return patience.during(() => appendJobLog(layout, executionId, lines), { signal, say });
      });
      // Whoever waits for the lines sees the failure; until then it must not end the server.
      written.catch(() => {});
    };
    batch = lines;
    if (isPreparing || isEnding(state)) gathering = { begin, timer: startTimer(gatherMilliseconds, flush).unref() };
    else begin();
  };
  const flush = () => {
    gathering?.timer.clear();
    gathering?.begin();
    gathering = undefined;
  };
  /** A line that waits is told by a line that, when it waits itself, is told to the operator only. */
  const sayWait = (state: WalkState) => (words: string) => {
    warn(words);
    append(state, "INFO", words, warn);
  };
  return {
    add: (state, level, text) => append(state, level, text, sayWait(state)),
    written() {
      isPreparing = false;
      flush();
      const lines = written;
      batch = undefined;
      written = Promise.resolve();
      return lines;
    },
    patiently: (state, work) => patience.during(work, { signal, say: (words) => sayWait(state())(words) }),
  };
}
