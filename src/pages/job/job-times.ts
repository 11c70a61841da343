import type { JobDocument } from "../../domain/documents/job.ts";
import { shortestWait } from "../../domain/jobs/job-times.ts";
import { durationText } from "../../domain/words/spans.ts";

/** How long a job that has not ended has waited and run, in seconds. */
export type SoFar = { readonly waitingSeconds?: number; readonly runningSeconds?: number };

/** How long the jobs of a list that have not ended have waited and run, by their ids. */
export type JobsSoFar = ReadonlyMap<string, SoFar>;

/** Words how long a job that has ended waited and ran; empty for one that never started. */
export function tookText({ waitingSeconds = 0, runningSeconds }: JobDocument): string {
  if (runningSeconds === undefined) return "";
  const ran = durationText(runningSeconds);
  return waitingSeconds < shortestWait ? ran : `waited ${durationText(waitingSeconds)}, ran ${ran}`;
}

/** Words what a job waits for and how many come before it; undefined for one that does not wait. */
export function waitText({ status, waitsFor, queuePosition }: JobDocument): string | undefined {
  if (status !== "accepted" && (status !== "running" || waitsFor === undefined)) return undefined;
  const place =
    queuePosition === undefined ? "" : queuePosition === 1 ? ": it is next" : `: ${queuePosition - 1} before it`;
  return `Waiting for ${waitsFor ?? "a free slot"}${place}`;
}
