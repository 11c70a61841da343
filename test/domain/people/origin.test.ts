import { expect, test } from "bun:test";
import { clientKind, readOrigin, traceHeaders, traceIdOf, traceVariables } from "../../../src/domain/people/origin.ts";

const drawn = "01a223e3-4736-75ed-9c63-c8757021cc48";
const own = "01a223e3473675ed9c63c8757021cc48";
const span = "9c63c8757021cc48";
const trace = "4bf92f3577b34da6a3ce929d0e0e4736";

function originOf(headers: Readonly<Record<string, string>>) {
  return readOrigin(new Headers(headers), drawn);
}

test("a request that tells nothing has a new id, and begins a trace", () => {
  expect(originOf({})).toEqual({ requestId: drawn, traceparent: `00-${own}-${span}-01` });
});

test.each(["abc", "req_1", "A1._:+/=@-", "9".repeat(128)])("the request id %s is taken over", (id) => {
  expect(originOf({ "x-request-id": id }).requestId).toBe(id);
});

test.each([
  "a b",
  "a\tb",
  "",
  "-a",
  "a".repeat(129),
  'a"b',
  "a{b}",
  "ä",
  "a,b",
  "<a>",
  "a;b",
  "hdl_abc_def",
  "x-HDL_abc_def",
  "a%0ab",
])("the request id %j is not taken over", (id) => {
  expect(originOf({ "x-request-id": id }).requestId).toBe(drawn);
});

test("a trace goes on with a place of its own", () => {
  const origin = originOf({ traceparent: `00-${trace}-00f067aa0ba902b7-00`, tracestate: "a=1,b=2" });
  expect(origin).toMatchObject({ traceparent: `00-${trace}-${span}-00`, tracestate: "a=1,b=2" });
  expect(traceIdOf(origin)).toBe(trace);
  expect(traceHeaders(origin)).toEqual({ traceparent: origin.traceparent, tracestate: "a=1,b=2" });
  expect(traceVariables(origin)).toEqual({ TRACEPARENT: origin.traceparent, TRACESTATE: "a=1,b=2" });
});

test("of a later version of the standard the parts that are known count", () => {
  expect(originOf({ traceparent: `cc-${trace}-00f067aa0ba902b7-03-more` }).traceparent).toBe(`00-${trace}-${span}-01`);
});

test.each([
  `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
  `00-${trace}-${"0".repeat(16)}-01`,
  `ff-${trace}-00f067aa0ba902b7-01`,
  `00-${trace}-00f067aa0ba902b7-01-more`,
  `00-${trace.toUpperCase()}-00f067aa0ba902b7-01`,
  `00-${trace}-00f067aa0ba902b7`,
  "nonsense",
])("the traceparent %s begins a new trace, without its state", (traceparent) => {
  expect(originOf({ traceparent, tracestate: "a=1" })).toEqual({
    requestId: drawn,
    traceparent: `00-${own}-${span}-01`,
  });
});

test("a tracestate that is too long is left out", () => {
  const origin = originOf({ traceparent: `00-${trace}-00f067aa0ba902b7-01`, tracestate: "a".repeat(513) });
  expect(origin.tracestate).toBeUndefined();
});

test("an origin tells the kind of its client", () => {
  expect(originOf({ "user-agent": "curl/8.5.0" })).toMatchObject({ client: "curl/8.5.0" });
  expect(originOf({ "user-agent": "curl/8.5.0", traceparent: `00-${trace}-00f067aa0ba902b7-01` }).client).toBe(
    "curl/8.5.0",
  );
});

test.each([
  [null, undefined],
  ["", undefined],
  ["  ", undefined],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "browser"],
  ["Opera/9.80 (Windows NT 6.1)", "browser"],
  ["heddle-command", "command line"],
  ["heddle-command/0.2.0", "command line"],
  ["curl/8.5.0", "curl/8.5.0"],
  ["python-requests/2.31.0", "python-requests/2.31.0"],
  ["Wget/1.21 (linux-gnu) token=s3cret", "Wget/1.21"],
  ["okhttp", "okhttp"],
  ["QGIS Server", "QGIS"],
  ["a<script>alert(1)</script>", "a"],
  ["<script>alert(1)</script>", "other"],
  ["\u001b[2Jx", "other"],
  ["' or 1=1 --", "other"],
  ["münchen/1", "m"],
  ["hdl_abcd_efgh", "other"],
  ["x-hdl_abcd_efgh/1", "other"],
  ["curl/hdl_abcd_efgh", "other"],
  ["x-HDL_abcd_efgh", "other"],
  [`${"a".repeat(5000)}/1`, "a".repeat(100)],
])("of a client that calls itself %j the audit keeps %j", (said, kept) => {
  expect(clientKind(said)).toBe(kept);
});
