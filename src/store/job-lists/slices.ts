import { Problem } from "../../domain/problem.ts";
import { nextTurn } from "../../domain/waiting/timers.ts";
import type { Database } from "../database/database.ts";
import { type Question, wantsWordsTogether } from "./question.ts";

// The driver blocks the thread, so a hard question is answered in slices: stretches of numbers, with a turn for everything
// else between them. How long one takes is seen from those before it.

/** Numbers of a slice. */
const [fewestNumbers, mostNumbers] = [1024, 131_072];
/** A slice that took less is followed by a longer one, one that took more by a shorter one. */
const [shortMilliseconds, longMilliseconds] = [6, 25];
const growth = 4;

/** So long a list may take. */
const mostMilliseconds = 5000;

/** Runs the slices of one list. */
export type Slices = {
  /** How many numbers the next slice may have. */
  size(): number;
  /** Runs a slice, and lets everything else have its turn when it was not short. Throws `unavailable` when the time is over. */
  run<T>(work: () => Promise<T>): Promise<T>;
};

/** Begins the slices of a list. */
export function createSlices(database: Pick<Database, "elapsed">, question: Question): Slices {
  const end = database.elapsed() + mostMilliseconds;
  let size = fewestNumbers;
  const growsOnly = wantsWordsTogether(question);
  return {
    size: () => size,
    async run(work) {
      const start = database.elapsed();
      if (start > end)
        throw new Problem(
          "unavailable",
          `Cannot list jobs: found no end of the search within ${mostMilliseconds / 1000} s, ${hintFor(question)}`,
        );
      const result = await work();
      const took = database.elapsed() - start;
      if (growsOnly) size *= growth;
      else if (took < shortMilliseconds) size = Math.min(size * growth, mostNumbers);
      else if (took > longMilliseconds) size = Math.max(Math.round(size / 2), fewestNumbers);
      if (took >= shortMilliseconds) await nextTurn();
      return result;
    },
  };
}

/** The filters by which jobs are found at once, in the words of a request. */
const helpful = [
  ["processes", "processID"],
  ["leastCreated", "datetime"],
  ["firstTag", "tags"],
  ["statuses", "status"],
] as const satisfies readonly (readonly [keyof Question, string])[];

function hintFor(question: Question): string {
  const names = helpful.flatMap(([name, parameter]) => (question[name] === null ? [parameter] : []));
  return names.length === 0
    ? "wanted a shorter interval of datetime"
    : `wanted one of the filters ${names.join(", ")} beside those given`;
}
