import { describe, expect, test } from "bun:test";
import { formatJobLogLine, type JobLogEntry } from "../../../src/domain/jobs/job-log.ts";

const entry: JobLogEntry = {
  at: Date.UTC(2021, 2, 2, 3, 32, 41, 999),
  level: "INFO",
  elapsedMilliseconds: 2900,
  progress: 8,
  status: "running",
  message: "Starting job process execution.",
};

describe("formatJobLogLine()", () => {
  test("writes time, level, elapsed time, percent, status and message in columns", () => {
    expect(formatJobLogLine(entry)).toBe(
      "[2021-03-02 03:32:41] INFO     [heddle.job] 0:00:02   8% running    Starting job process execution.",
    );
  });

  test("keeps the columns for the longest and the shortest values", () => {
    expect(formatJobLogLine({ ...entry, level: "WARNING", progress: 100, status: "successful", message: "x" })).toBe(
      "[2021-03-02 03:32:41] WARNING  [heddle.job] 0:00:02 100% successful x",
    );
    expect(formatJobLogLine({ ...entry, level: "ERROR", progress: 0, status: "failed", message: "x" })).toBe(
      "[2021-03-02 03:32:41] ERROR    [heddle.job] 0:00:02   0% failed     x",
    );
  });

  test("counts hours beyond a day, and never below zero", () => {
    const elapsed = (seconds: number) =>
      formatJobLogLine({ ...entry, elapsedMilliseconds: seconds * 1000 }).split(" ")[8];
    expect([-5, 59, 60, 3599, 3600, 90_061].map(elapsed)).toEqual([
      "0:00:00",
      "0:00:59",
      "0:01:00",
      "0:59:59",
      "1:00:00",
      "25:01:01",
    ]);
  });

  test("is one line whatever the message holds", () => {
    const line = formatJobLogLine({ ...entry, message: "a\nb\r\nc\u2028d\u0085e\\n" });
    expect(line).toEndWith(" running    a\\nb\\r\\nc\\u2028d\\u0085e\\n");
    expect(line.split(/[\n\r\u2028\u0085]/)).toHaveLength(1);
  });
});
