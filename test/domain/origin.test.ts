import { expect, test } from "bun:test";
import { readOrigin, traceHeaders, traceIdOf, traceVariables } from "../../src/domain/origin.ts";

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
