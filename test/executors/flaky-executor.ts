import { setTimeout as sleep } from "node:timers/promises";
import type { Executor, Refusal, TaskKey, TaskState } from "../../src/executors/executor.ts";
import { taskName } from "../../src/executors/local/task-records.ts";

/** How slow it is, in milliseconds: from a submission to the start, from poll to poll, from an end to its report. */
const delays = { start: 25, poll: 10, report: 30 };
/** Of so many questions the first ones are left without an answer. */
const unanswered = 3;

/**
 * Makes an executor behave as a batch system does on a bad day: tasks start late, submissions are answered so badly that
 * they have to be repeated, most questions stay without an answer, ends are reported late. Silence is never an end.
 */
export function createFlakyExecutor(steady: Executor): Executor {
  const submissions = new Map<string, Promise<Refusal | undefined>>();
  /** Resolve when the steady executor has a submission. */
  const late = new Map<string, Promise<void>>();
  let asked = 0;
  /** Asks until there is an answer. */
  const stateOf = async (key: TaskKey, signal?: AbortSignal): Promise<TaskState> => {
    await Promise.allSettled([submissions.get(taskName(key))]);
    for (;;) {
      signal?.throwIfAborted();
      asked += 1;
      if (asked % unanswered === 0) return steady.find(key);
      await sleep(delays.poll, undefined, signal === undefined ? {} : { signal });
    }
  };
  return {
    ...steady,
    submit(task, signal) {
      const start = sleep(delays.start);
      late.set(taskName(task.key), start);
      const submitted = (async () => {
        await start;
        const refusal = await steady.submit(task, signal);
        if (refusal !== undefined) return refusal;
        // The answer was lost: whoever asks again must not start it again.
        return steady.submit(task, signal);
      })();
      submissions.set(taskName(task.key), submitted);
      return submitted;
    },
    async ended(key, signal) {
      await Promise.allSettled([submissions.get(taskName(key))]);
      // Tasks are held to their limits all the same.
      const end = steady.ended(key, signal);
      end.catch(() => {});
      for (;;) {
        const state = await stateOf(key, signal);
        if (state.kind === "ended") {
          await sleep(delays.report, undefined, { signal });
          return end;
        }
        await sleep(delays.poll, undefined, { signal });
      }
    },
    find: (key) => stateOf(key),
    async cancel(key, graceSeconds) {
      await late.get(taskName(key));
      await sleep(delays.poll);
      await steady.cancel(key, graceSeconds);
    },
  };
}
