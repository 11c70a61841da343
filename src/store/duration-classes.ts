import { sql } from "drizzle-orm";

// A list of jobs that took from so long to so long, the newest first: no single order serves a range of one column and
// the order of another. So durations fall into classes: the lists of the classes are merged, and only those at the ends
// of the range hold jobs that are not wanted. Classes are one second wide up to 16 seconds; from there on each doubling
// has four.

const narrowSeconds = 16;
const perDoubling = 4;
/** Up to 2^26 seconds, two years; longer ones fall in the last class. */
const doublings = 22;
const lastClass = narrowSeconds + doublings * perDoubling - 1;

/** The class of a finished job's duration: what `durationClassOf` tells of it; null without a start. */
export const durationClass = sql.raw(classText("(finished_at - started_at) / 1000"));

function classText(seconds: string): string {
  const cases = [
    `when ${seconds} is null then null`,
    `when ${seconds} < 0 then 0`,
    `when ${seconds} < ${narrowSeconds} then ${seconds}`,
  ];
  for (let doubling = 0; doubling < doublings; doubling += 1) {
    const from = narrowSeconds * 2 ** doubling;
    const first = narrowSeconds + doubling * perDoubling;
    cases.push(`when ${seconds} < ${from * 2} then ${first} + (${seconds} - ${from}) / ${from / perDoubling}`);
  }
  return `(case ${cases.join(" ")} else ${lastClass} end)`;
}

/** Tells the class of a duration in whole seconds. */
export function durationClassOf(seconds: number): number {
  if (seconds < narrowSeconds) return Math.max(0, seconds);
  const doubling = Math.floor(Math.log2(seconds / narrowSeconds));
  if (doubling >= doublings) return lastClass;
  const from = narrowSeconds * 2 ** doubling;
  return narrowSeconds + doubling * perDoubling + Math.floor((seconds - from) / (from / perDoubling));
}

/** Lists the classes that hold durations of a range, both ends included. */
export function durationClasses(leastSeconds = 0, mostSeconds = Number.MAX_SAFE_INTEGER): readonly number[] {
  const first = durationClassOf(leastSeconds);
  return Array.from({ length: durationClassOf(mostSeconds) - first + 1 }, (_, index) => first + index);
}
