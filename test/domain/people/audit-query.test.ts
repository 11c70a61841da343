import { expect, test } from "bun:test";
import { readAuditQuery } from "../../../src/domain/people/audit-query.ts";

const now = Date.parse("2030-01-31T12:00:00Z");

test.each([
  ["90s", now - 90_000],
  ["30m", now - 30 * 60_000],
  ["12h", now - 12 * 3_600_000],
  ["7d", now - 7 * 86_400_000],
  ["2w", now - 14 * 86_400_000],
  ["yesterday", Date.parse("2030-01-30T00:00:00Z")],
  [" Today ", Date.parse("2030-01-31T00:00:00Z")],
  ["today (UTC)", Date.parse("2030-01-31T00:00:00Z")],
  ["last hour", now - 3_600_000],
  ["last week", Date.parse("2030-01-21T00:00:00Z")],
  ["this week", Date.parse("2030-01-28T00:00:00Z")],
  ["last month", Date.parse("2029-12-01T00:00:00Z")],
  ["this month", Date.parse("2030-01-01T00:00:00Z")],
  ["2030-01-30", Date.parse("2030-01-30T00:00:00Z")],
  ["2030-01-30T10:00:00Z", Date.parse("2030-01-30T10:00:00Z")],
  ["2030-01-30T10:00:00.5+02:00", Date.parse("2030-01-30T08:00:00.500Z")],
])("since %s is read", (since, at) => {
  expect(readAuditQuery({ since }, now)).toEqual({ since: at });
});

test.each([
  "",
  "soon",
  "7",
  "7y",
  "-7d",
  "2030-13-01",
  "2030-02-29",
  "2030-04-31T00:00:00Z",
  "2030-02-30T25:00:00Z",
  "0x7d",
  "1e3s",
  "7d 3h",
])("since %j is refused, naming the field", (since) => {
  expect(() => readAuditQuery({ since }, now)).toThrow(`found since ${JSON.stringify(since)}, wanted a time ago`);
});

test("an action that is misspelt is refused with the near one", () => {
  expect(() => readAuditQuery({ action: "deplyo" }, now)).toThrow('found action "deplyo", wanted deploy');
  expect(() => readAuditQuery({ action: "zzz" }, now)).toThrow("wanted one of execute, dismiss");
});

test.each([
  ["echo", { subject: "echo" }],
  [" echo ", { subject: "echo" }],
  ["0190b5a0", { subject: "0190b5a0", jobPart: "0190b5a0" }],
  ["0190B5A0-0000", { subject: "0190B5A0-0000", jobPart: "0190b5a0-0000" }],
  [
    "https://maps.example/jobs/0190b5a0-0000-7000-8000-00000000abcd?f=html",
    {
      subject: "https://maps.example/jobs/0190b5a0-0000-7000-8000-00000000abcd?f=html",
      jobPart: "0190b5a0-0000-7000-8000-00000000abcd",
    },
  ],
  ["key k1A", { subject: "k1A" }],
  ['key id "k1A"', { subject: "k1A" }],
  ["hdl_k1A_secret", { subject: "k1A" }],
  ["hdl_k1A", { subject: "k1A" }],
  ["keys", { subject: "keys" }],
])("the subject %j is read as %j", (subject, read) => {
  expect(readAuditQuery({ subject }, now)).toEqual(read);
});
