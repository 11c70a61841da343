import type { JobStatus } from "../domain/job-state.ts";
import type { StageName } from "../domain/progress.ts";

/** A sign for each state, so that nobody needs its colour. */
export const statusSigns: Readonly<Record<JobStatus, string>> = {
  accepted: "○",
  running: "▶",
  successful: "✓",
  failed: "✕",
  dismissed: "–",
};

/** What a job does in each stage, in the words of its reader. */
export const stageWords: Readonly<Record<StageName, string>> = {
  setup: "Preparing",
  describe: "Reading the process",
  getInputs: "Fetching inputs",
  getOutputs: "Preparing outputs",
  executeRequest: "Starting",
  statusLocation: "Starting",
  monitorStart: "Running",
  monitorLoop: "Running",
  monitorError: "Failed",
  monitorEnd: "Collecting results",
  notify: "Notifying",
  done: "Done",
};

/** Formats a duration in seconds. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const [minutes, hours] = [Math.floor(seconds / 60) % 60, Math.floor(seconds / 3600)];
  return hours === 0 ? `${minutes} min ${Math.floor(seconds) % 60} s` : `${hours} h ${minutes} min`;
}

const units = ["kB", "MB", "GB", "TB"] as const;

/** Formats a size in bytes. */
export function sizeText(bytes: number): string {
  let [value, unit] = [bytes, "bytes"];
  for (const larger of units) {
    if (value < 1000) break;
    [value, unit] = [value / 1000, larger];
  }
  return `${unit === "bytes" || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${bytes === 1 ? "byte" : unit}`;
}

/** Formats an instant (RFC 3339) in UTC. */
export function timeText(at: string): string {
  return at.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
}

/** Shortens an id. Ids of jobs begin with the time: those of one day differ at their ends. */
export function shortId(id: string): string {
  return id.slice(-8);
}
