import { expect, test } from "bun:test";
import { type MeantFilters, meantFilters } from "../../../src/domain/jobs/meant-filters.ts";

const cases: readonly (readonly [text: string, meant: MeantFilters | undefined])[] = [
  ["2026-11-30", { datetime: "2026-11-30" }],
  ["30.11.2026", { datetime: "30.11.2026" }],
  ["2026-11", { datetime: "2026-11" }],
  ["2026-11-01/2026-11-30", { datetime: "2026-11-01/2026-11-30" }],
  ["2026-11-30T04:00:00Z", { datetime: "2026-11-30T04:00:00Z" }],
  ["yesterday", { datetime: "yesterday" }],
  ["last week", { datetime: "last week" }],
  ["the last 30 days", { datetime: "the last 30 days" }],
  ["failed yesterday", { status: "failed", datetime: "yesterday" }],
  ["Yesterday Failed", { status: "failed", datetime: "Yesterday" }],
  ["cancelled", { status: "dismissed" }],
  ["waiting", { status: "accepted" }],
  ["flood failed 30.11.2026", { status: "failed", datetime: "30.11.2026", q: "flood" }],
  ["error last 2 weeks storm", { status: "failed", datetime: "last 2 weeks", q: "storm" }],
  ["flood map", undefined],
  ["2026-13-45", undefined],
  ["45.11.2026", undefined],
  ["1.2.3", undefined],
  ["", undefined],
];

for (const [text, meant] of cases) {
  test(`words "${text}" mean ${meant === undefined ? "no filter" : JSON.stringify(meant)}`, () => {
    expect(meantFilters(text)).toEqual(meant);
  });
}
