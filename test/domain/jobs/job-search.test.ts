import { describe, expect, test } from "bun:test";
import { readJobSearch } from "../../../src/domain/jobs/job-search.ts";

/** Reads a query string as the edge does. */
function search(query: string) {
  const parameters = new URLSearchParams(query);
  return readJobSearch(
    (name) =>
      parameters
        .getAll(name)
        .flatMap((value) => value.split(","))
        .filter((value) => value !== ""),
    noon,
  );
}

const noon = Date.parse("2026-03-02T12:00:00Z");

describe("readJobSearch() reads", () => {
  test.each([
    ["", {}],
    ["type=process", {}],
    ["processID=a,b&processID=c", { processIds: ["a", "b", "c"] }],
    ["status=failed,running", { statuses: ["failed", "running"] }],
    ["tags=x,y", { tags: ["x", "y"] }],
    ["provider=a&provider=b", { providerIds: ["a", "b"] }],
    ["q=%20flood%20%20map,storm,,", { text: [["flood", "map"], ["storm"]] }],
    ["q=%20,", {}],
    ["kept=true", { isKept: true }],
    ["kept=false", { isKept: false }],
    ["kept=", {}],
    ["minDuration=1&maxDuration=2", { minDurationSeconds: 1, maxDurationSeconds: 2 }],
    ["datetime=2026-03-02T12:00:00Z", { createdFrom: noon, createdTo: noon + 999 }],
    ["datetime=2026-03-02", { createdFrom: noon - 43_200_000, createdTo: noon + 43_199_999 }],
    ["datetime=2026-03-01/2026-03-02", { createdFrom: noon - 129_600_000, createdTo: noon + 43_199_999 }],
    ["datetime=2.3.2026", { createdFrom: noon - 43_200_000, createdTo: noon + 43_199_999 }],
    ["datetime=02.03.2026", { createdFrom: noon - 43_200_000, createdTo: noon + 43_199_999 }],
    ["datetime=01.03.2026/2026-03-02", { createdFrom: noon - 129_600_000, createdTo: noon + 43_199_999 }],
    ["datetime=2026-02", { createdFrom: Date.UTC(2026, 1), createdTo: Date.UTC(2026, 2) - 1 }],
    ["datetime=2025-12", { createdFrom: Date.UTC(2025, 11), createdTo: Date.UTC(2026, 0) - 1 }],
    ["datetime=2025-11/2026-01", { createdFrom: Date.UTC(2025, 10), createdTo: Date.UTC(2026, 1) - 1 }],
    ["datetime=../2025-12", { createdTo: Date.UTC(2026, 0) - 1 }],
    ["datetime=12h", { createdFrom: noon - 43_200_000 }],
    ["datetime=7d", { createdFrom: noon - 7 * 86_400_000 }],
    ["datetime=today", { createdFrom: noon - 43_200_000 }],
    ["datetime=yesterday", { createdFrom: noon - 129_600_000, createdTo: noon - 43_200_001 }],
    ["datetime=last 30 days", { createdFrom: noon - 30 * 86_400_000 }],
    ["datetime=30 days", { createdFrom: noon - 30 * 86_400_000 }],
    ["datetime=1 day", { createdFrom: noon - 86_400_000 }],
    ["datetime=The past 2  Weeks", { createdFrom: noon - 14 * 86_400_000 }],
    ["datetime=90 minutes ago", { createdFrom: noon - 5_400_000 }],
    ["datetime=last hour", { createdFrom: noon - 3_600_000 }],
    ["datetime=last 7d", { createdFrom: noon - 7 * 86_400_000 }],
    // 2 March 2026 is a Monday.
    ["datetime=this week", { createdFrom: noon - 43_200_000 }],
    ["datetime=last week", { createdFrom: noon - 43_200_000 - 7 * 86_400_000, createdTo: noon - 43_200_001 }],
    ["datetime=last month", { createdFrom: Date.UTC(2026, 1), createdTo: Date.UTC(2026, 2) - 1 }],
    ["datetime=Today (UTC)", { createdFrom: noon - 43_200_000 }],
    ["datetime=30d&datetime=", { createdFrom: noon - 30 * 86_400_000 }],
    ["datetime=../2026-03-02", { createdTo: noon + 43_199_999 }],
    ["datetime=2026-03-02T12:00:00Z/..", { createdFrom: noon }],
    ["datetime=2026-03-02T12:00:00Z/", { createdFrom: noon }],
    ["datetime=../2026-03-02T12:00:00.500Z", { createdTo: noon + 500 }],
    ["datetime=2026-03-02T13:00:00%2B01:00/2026-03-02T12:00:01Z", { createdFrom: noon, createdTo: noon + 1999 }],
  ] as const)("%s", (query, expected) => {
    expect(search(query)).toEqual(expected);
  });
});

describe("readJobSearch() refuses", () => {
  test.each([
    ["type=openeo", "process"],
    ["status=lost", "accepted"],
    ["minDuration=x", "seconds"],
    ["kept=yes", "true or false"],
    ["kept=TRUE", "true or false"],
    ["kept=1", "true or false"],
    ["kept=true,false", "true or false"],
    ["kept=true&kept=true", "true or false"],
    ["minDuration=5&maxDuration=2", "maxDuration"],
    ["datetime=7 moons", "a time ago, such as 12h, 7d or last 30 days"],
    ["datetime=last day of may", "a time ago, such as 12h, 7d or last 30 days"],
    ["datetime=7d/..", "a time ago, such as 12h, 7d or last 30 days"],
    ["datetime=7", "12h, 7d"],
    ["datetime=..", "2030-01-01/2030-01-31 (.. for an open end)"],
    ["datetime=2026-03-02T12:00:00Z/2026-03-01T12:00:00Z", "such as 2026-03-01T12:00:00Z/2026-03-02T12:00:00Z"],
    ["datetime=a/b/c", "2030-01-01/2030-01-31 (.. for an open end)"],
  ])("%s", (query, wanted) => {
    expect(() => search(query)).toThrow(wanted);
  });
});

test("a span whose end is before its start is told so; a day or a month that there is not, is no time", () => {
  const read = (datetime: string) => () =>
    readJobSearch((name) => (name === "datetime" ? [datetime] : []), Date.UTC(2026, 2, 2));
  for (const datetime of ["2026-03-02/2026-03-01", "2.3.2026/1.3.2026", "2026-03/2026-02"]) {
    expect(read(datetime)).toThrow(
      `found datetime "${datetime}", wanted a start that is not after its end, such as 20`,
    );
  }
  for (const datetime of [
    "2026-13",
    "2026-1",
    "32.01.2026",
    "1.13.2026",
    "1.1.26",
    "2026-03T12:00:00Z",
    "2026-02-29",
    "31.4.2026",
    "2026-02-30T00:00:00Z",
  ]) {
    expect(read(datetime)).toThrow("a day or a month, such as");
  }
});
