import { defined } from "../../../domain/defined.ts";
import type { TimelineEntry } from "../../../domain/documents/job-view.ts";
import type { JobEvent } from "../../../domain/jobs/job.ts";
import { stageNames, stageTitles } from "../../../domain/jobs/progress.ts";

/**
 * Builds the history of a job as its page shows it. What follows a failure is told as a part of the failure, with how far the attempt
 * had come: its own stages and percentages (85 and more) are counted on for programs.
 */
export function timelineOf(events: readonly JobEvent[]): readonly TimelineEntry[] {
  const entries: TimelineEntry[] = [];
  let reached = 0;
  let hasFailed = false;
  for (const event of events) {
    const { at, kind, status, stage, message } = event;
    hasFailed = status !== "accepted" && (hasFailed || isFailure(event));
    if (!hasFailed) reached = event.progress;
    if (kind === "progress") continue;
    const shown = hasFailed && stage === "monitorEnd" ? "monitorError" : stage;
    entries.push({
      at: new Date(at).toISOString(),
      status: hasFailed && status === "running" ? "failed" : status,
      progress: hasFailed ? reached : event.progress,
      message: titledMessage(message),
      ...defined({ stage: shown }),
    });
  }
  return entries;
}

/** Tells how far the last attempt came before it failed, in percent; undefined where it never failed. */
export function reachedProgress(events: readonly JobEvent[]): number | undefined {
  const begin = events.findLastIndex(({ status }) => status === "accepted");
  const after = events.slice(begin + 1);
  const failed = after.findIndex(isFailure);
  return after.slice(0, Math.max(0, failed)).at(-1)?.progress;
}

function isFailure({ stage, status }: JobEvent): boolean {
  return stage === "monitorError" || status === "failed";
}

/** Jobs of earlier programs name the stage at which they failed by its internal name. */
function titledMessage(message: string): string {
  return message.replace(/ failed at stage (\w+): /, (whole, name) => {
    const stage = stageNames.find((one) => one === name);
    return stage === undefined ? whole : ` failed at the stage "${stageTitles[stage]}": `;
  });
}
