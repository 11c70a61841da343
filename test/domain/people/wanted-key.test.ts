import { expect, test } from "bun:test";
import { refusedExecution, saysWantedKey } from "../../../src/domain/people/wanted-key.ts";

test.each([
  [401, true],
  [403, true],
  [400, false],
  [404, false],
  [409, false],
  [500, false],
  [undefined, false],
] as const)("an execution that is refused with status %p wants a key: %p", (status, wanted) => {
  const text = refusedExecution("it says no (status 401)", status);
  expect([text, saysWantedKey(text)]).toEqual([text, wanted]);
  expect(text).toEndWith(": it says no (status 401)");
});

test.each([
  ['Cannot read "http://x.example/processes/a": found status 401, wanted 200', true],
  ['Cannot read "http://x.example/processes/a": found status 403, wanted 200', true],
  ['Cannot read "http://x.example/processes/a": found status 503, wanted 200', false],
  ["The tool ended with exit code 401", false],
])("%p tells that the server wants a key: %p", (text, wanted) => {
  expect(saysWantedKey(text)).toBe(wanted);
});
