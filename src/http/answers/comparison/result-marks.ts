import { resultMark } from "../../../domain/comparison/compare-jobs.ts";
import type { Result } from "../../../domain/values/values.ts";
import { nextTurn } from "../../../domain/waiting/timers.ts";

/** The marks of results: each is made once, and other work has its turn between two of them. */
export type ResultMarks = {
  /** Makes the marks of some results. */
  add(results: Iterable<Result>): Promise<void>;
  /** Gives the mark that a result has by `resultMark`. */
  of(result: Result): string | undefined;
};

/** Creates the marks of one answer. */
export function createResultMarks(): ResultMarks {
  const known = new Map<Result, string | undefined>();
  const of = (result: Result) => {
    const mark = known.has(result) ? known.get(result) : resultMark(result);
    known.set(result, mark);
    return mark;
  };
  return {
    of,
    async add(results) {
      for (const result of results) {
        if (known.has(result)) continue;
        of(result);
        await nextTurn();
      }
    },
  };
}
