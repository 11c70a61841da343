import { expect, test } from "bun:test";
import type { JobEvent } from "../../../src/domain/jobs/job.ts";
import { reachedProgress, timelineOf } from "../../../src/http/answers/jobs/timeline-view.ts";

const event = (number: number, more: Partial<JobEvent>): JobEvent => ({
  jobId: "j",
  number,
  at: number * 1000,
  kind: "stage",
  status: "running",
  progress: 0,
  message: "",
  ...more,
});

const events: readonly JobEvent[] = [
  event(1, { kind: "status", status: "accepted" }),
  event(2, { stage: "monitorLoop", progress: 20 }),
  event(3, { kind: "progress", stage: "monitorLoop", progress: 41 }),
  event(4, { stage: "monitorError", progress: 85, message: "Job execution failed at stage monitorLoop: why" }),
  event(5, { stage: "monitorEnd", progress: 85 }),
  event(6, { stage: "notify", progress: 85 }),
  event(7, { kind: "status", status: "failed", progress: 85 }),
  event(8, { kind: "status", status: "accepted" }),
  event(9, { stage: "setup", progress: 1 }),
];

test("what follows a failure is told as failed, with how far the attempt came, and stages by their titles", () => {
  const told = timelineOf(events).map(({ status, stage, progress }) => [status, stage, progress]);
  expect(told).toEqual([
    ["accepted", undefined, 0],
    ["running", "monitorLoop", 20],
    ["failed", "monitorError", 41],
    ["failed", "monitorError", 41],
    ["failed", "notify", 41],
    ["failed", undefined, 41],
    ["accepted", undefined, 0],
    ["running", "setup", 1],
  ]);
  expect(timelineOf(events)[2]?.message).toBe('Job execution failed at the stage "Running": why');
});

test("how far the last attempt came is known where it failed", () => {
  expect(reachedProgress(events)).toBeUndefined();
  expect(reachedProgress(events.slice(0, 7))).toBe(41);
});
