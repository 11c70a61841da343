import { describe, expect, test } from "bun:test";
import { preferredType } from "../../src/http/answers/negotiate.ts";

describe("preferredType() chooses", () => {
  const offered = ["text/plain", "application/json"];
  const cases: readonly [string | null, string | undefined][] = [
    [null, "text/plain"],
    ["", "text/plain"],
    ["*/*", "text/plain"],
    ["application/json", "application/json"],
    ["application/*", "application/json"],
    ["text/plain;q=0.5, application/json", "application/json"],
    ["text/plain, application/json", "text/plain"],
    ["*/*;q=0.1, application/json;q=0.2", "application/json"],
    ["application/json;q=0, */*", "text/plain"],
    ["TEXT/PLAIN", "text/plain"],
    ["image/png", undefined],
    ["*/*;q=0", undefined],
    ["text/plain;q=x", undefined],
  ];
  test.each(cases)("for %p: %p", (accept, wanted) => {
    expect(preferredType(accept, offered)).toBe(wanted);
  });
});
