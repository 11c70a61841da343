import { expect, test } from "bun:test";
import { stepWords } from "../../../src/domain/jobs/step-words.ts";

test.each([
  ["count", "count"],
  ["count[0]", "count (part 1)"],
  ["count[11]", "count (part 12)"],
  ["each[2]/say", "each (part 3)/say"],
  ["each[2]/say[0]", "each (part 3)/say (part 1)"],
  ["each[1][0]", "each (part 2) (part 1)"],
  ["a[b]", "a[b]"],
  ["a[1]b", "a[1]b"],
  ["", ""],
])("the path %p is worded %p", (path, words) => {
  expect(stepWords(path)).toBe(words);
});
