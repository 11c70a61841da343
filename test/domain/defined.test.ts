import { expect, test } from "bun:test";
import { defined, unlessEmpty } from "../../src/domain/defined.ts";

test("defined() leaves out what is undefined, and nothing else", () => {
  const members: { a: number; b: string | undefined; c: null; d?: boolean } = { a: 0, b: undefined, c: null };
  const kept: { readonly a: number; readonly b?: string; readonly c: null; readonly d?: boolean } = defined(members);
  expect(Object.entries(kept)).toEqual([
    ["a", 0],
    ["c", null],
  ]);
});

test("unlessEmpty() leaves an empty list out", () => {
  expect([unlessEmpty([]), unlessEmpty([0])]).toEqual([undefined, [0]]);
});
