import { expect, test } from "bun:test";
import { readExpiry } from "../../../src/domain/people/key-expiry.ts";

const now = Date.parse("2026-11-28T10:00:00Z");

test.each([
  ["90s", "2026-11-28T10:01:30Z"],
  ["30m", "2026-11-28T10:30:00Z"],
  ["12h", "2026-11-28T22:00:00Z"],
  ["30d", "2026-12-28T10:00:00Z"],
  ["2w", "2026-12-12T10:00:00Z"],
  ["2026-11-28", "2026-11-29T00:00:00Z"],
  ["2028-02-29", "2028-03-01T00:00:00Z"],
  ["2027-01-31T12:00Z", "2027-01-31T12:00:00Z"],
  ["2027-01-31T12:00:00+02:00", "2027-01-31T10:00:00Z"],
])("%s ends at %s", (text, end) => {
  expect(readExpiry(text, now)).toBe(Date.parse(end));
});

test.each([
  "",
  "0s",
  "30",
  "d",
  "-1d",
  "1.5h",
  "2026-11-27",
  "2027-02-29",
  "2027-02-29T12:00:00Z",
  "2027-13-01",
  "tomorrow",
  "999999999w",
])("%j is no end to come", (text) => {
  expect(readExpiry(text, now)).toBeUndefined();
});
