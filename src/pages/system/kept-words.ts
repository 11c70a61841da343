/** Words for how long something is kept, in days where they are whole, else in hours: "30 days", "36 hours". */
export function keptSpanText(seconds: number): string {
  const hours = Math.round(seconds / 3600);
  const [count, unit] = hours > 0 && hours % 24 === 0 ? [hours / 24, "day"] : [hours, "hour"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** Words how long one job, or all, are kept, in the same way on each page; without seconds, for ever. No full stop stands at the end. */
export function keptJobsText(seconds: number | undefined, isOne: boolean): string {
  const kept = isOne ? "This job is kept" : "Jobs that have ended are kept";
  if (seconds === undefined) return `${kept} until somebody removes ${isOne ? "it" : "them"}`;
  const [what, end] = isOne ? ["its results and its log", "its end"] : ["their results and logs", "their end"];
  return `${kept} with ${what} for ${keptSpanText(seconds)} after ${end}`;
}
