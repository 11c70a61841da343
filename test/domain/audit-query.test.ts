import { expect, test } from "bun:test";
import { readAuditQuery } from "../../src/domain/audit-query.ts";

const now = Date.parse("2030-01-31T12:00:00Z");

test.each([
  ["90s", now - 90_000],
  ["30m", now - 30 * 60_000],
  ["12h", now - 12 * 3_600_000],
  ["7d", now - 7 * 86_400_000],
  ["2w", now - 14 * 86_400_000],
  ["2030-01-30", Date.parse("2030-01-30T00:00:00Z")],
  ["2030-01-30T10:00:00Z", Date.parse("2030-01-30T10:00:00Z")],
  ["2030-01-30T10:00:00.5+02:00", Date.parse("2030-01-30T08:00:00.500Z")],
])("since %s is read", (since, at) => {
  expect(readAuditQuery({ since }, now)).toEqual({ since: at });
});

test.each(["", "soon", "7", "7y", "-7d", "2030-13-01", "2030-02-30T25:00:00Z", "0x7d", "1e3s", "7d 3h"])(
  "since %j is refused, naming the field",
  (since) => {
    expect(() => readAuditQuery({ since }, now)).toThrow(`found since ${JSON.stringify(since)}, wanted a time ago`);
  },
);

test("an action that is misspelt is refused with the near one", () => {
  expect(() => readAuditQuery({ action: "deplyo" }, now)).toThrow('found action "deplyo", wanted deploy');
  expect(() => readAuditQuery({ action: "zzz" }, now)).toThrow("wanted one of execute, dismiss");
});
