import { defined } from "../defined.ts";
import { isCreated } from "./job-search.ts";
import type { JobStatus } from "./job-state.ts";

/** The filters of a job list that words may stand for, each as its parameter has it; `q` is what is left of the words. */
export type MeantFilters = { readonly status?: JobStatus; readonly datetime?: string; readonly q?: string };

/** What people call the states of jobs. */
const statusNames: Readonly<Record<string, JobStatus>> = {
  accepted: "accepted",
  waiting: "accepted",
  queued: "accepted",
  pending: "accepted",
  running: "running",
  successful: "successful",
  succeeded: "successful",
  success: "successful",
  done: "successful",
  finished: "successful",
  completed: "successful",
  failed: "failed",
  failure: "failed",
  error: "failed",
  dismissed: "dismissed",
  cancelled: "dismissed",
  canceled: "dismissed",
};

/** The most words that a time is written with, as in `the last 30 days`. */
const mostWords = 4;

/**
 * Reads a state and a time of creation in words that were looked for, such as `failed yesterday`, `2026-11-30` or `30.11.2026 flood`;
 * undefined where they have neither.
 */
export function meantFilters(text: string): MeantFilters | undefined {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const statusAt = words.findIndex((word) => Object.hasOwn(statusNames, word.toLowerCase()));
  const status = statusNames[words[statusAt]?.toLowerCase() ?? ""];
  const others = words.filter((_, at) => at !== statusAt);
  const time = timeIn(others);
  if (status === undefined && time === undefined) return undefined;
  const left = time === undefined ? others : [...others.slice(0, time.from), ...others.slice(time.to)];
  const q = left.join(" ");
  return defined({ status, datetime: time?.text, q: q === "" ? undefined : q });
}

/** Finds the longest run of words that is a time. */
function timeIn(words: readonly string[]) {
  for (let count = Math.min(mostWords, words.length); count > 0; count -= 1) {
    for (let from = 0; from + count <= words.length; from += 1) {
      const text = words.slice(from, from + count).join(" ");
      if (isCreated(text)) return { text, from, to: from + count };
    }
  }
  return undefined;
}
