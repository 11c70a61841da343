import { describe, expect, test } from "bun:test";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { validateJobParameters } from "../../../src/operations/submit/check-submission.ts";

function faultsOf(payload: unknown) {
  return validateJobParameters(payload, echo.description).faults;
}

test("validateJobParameters() gives mode and request of a body that is right", () => {
  const body = { mode: "async", response: "document", inputs: { text: "a" }, outputs: { text: {} } };
  expect<unknown>(validateJobParameters(body, echo.description)).toMatchObject({
    chosen: { isSync: false },
    faults: [],
    request: { response: "document", inputs: { text: { kind: "value", value: "a" } }, outputs: { text: {} } },
  });
});

describe("validateJobParameters() takes", () => {
  const text = { text: "a" };
  const bodies: readonly unknown[] = [
    { inputs: text },
    { inputs: text, mode: "sync" },
    { inputs: text, mode: "auto" },
    { inputs: text, response: "raw", outputs: { text: { transmissionMode: "value" } } },
    { inputs: text, response: "document", outputs: { text: { transmissionMode: "reference" } } },
    { inputs: [{ id: "text", data: "a" }], outputs: [{ id: "text" }] },
    { inputs: { ...text, date: "2021-05-24T20:40:13-05:00", flag: true, integer: 3 } },
    { inputs: { ...text, mixed: { value: "<a/>", mediaType: "application/gml+xml; version=3.2" } } },
    { inputs: { ...text, mixed: "<a/>", object: { value: "text" } } },
    { inputs: { ...text, object: { value: { a: 1 } }, bbox: { bbox: [1, 2, 3, 4, 5, 6], crs: "http://x" } } },
  ];
  test.each(bodies)("%j", (body) => {
    expect(faultsOf(body)).toEqual([]);
  });
});

test("validateJobParameters() says where, what was found and what was wanted", () => {
  expect(faultsOf({ inputs: { text: "a", array: [1, "two"], pause: -1 }, mode: "maybe" })).toEqual([
    { pointer: "/mode", detail: 'found "maybe", wanted one of sync, async, auto' },
    expect.objectContaining({ pointer: "/inputs/array/1", detail: expect.stringContaining('found "two"') }),
    expect.objectContaining({ pointer: "/inputs/pause", detail: expect.stringContaining('"minimum":0') }),
  ]);
});

test("a value that fits none of several alternatives names them all", () => {
  const [fault] = faultsOf({ inputs: { text: "a", object: [1] } });
  expect(fault?.detail).toContain('{"type":"object"}');
  expect(fault?.detail).toContain("text/plain");
});
