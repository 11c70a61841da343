import { expect, test } from "bun:test";
import { wordsOf, wordsToFind } from "../../../src/store/job-lists/words.ts";

/** Whether a text says all words that are asked for. */
function says(text: string, asked: string): boolean {
  const words = wordsToFind(asked);
  return words.length > 0 && words.every((word) => wordsOf(text).has(word));
}

test.each([
  ["Flood map", "flood"],
  ["Flood map", "MAP"],
  ["ÜBERSCHWEMMUNG", "uberschwemmung"],
  ["Uberschwemmung", "Überschwemmung"],
  ["ran buffer-tool.cwl", "buffer"],
  ["ran buffer-tool.cwl", "buffer-tool"],
  ["ran buffer-tool.cwl", "tool.cwl"],
  ["ran buffer-tool.cwl", "buffer_tool"],
  ["/tmp/x/process-1/out.txt", "process-1"],
  ["洪水 地図", "地図"],
  ["हिन्दी में", "हिन्दी"],
  ["ﬁle", "file"],
  ["line\tone\nline two", "one"],
])("%p says %p", (text, asked) => {
  expect(says(text, asked)).toBeTrue();
});

test.each([
  ["Flood map", "floo"],
  ["flood-map", "map-flood"],
  ["tool buffer", "buffer-tool"],
  ["buffer tool", "buffer-tool"],
  ["हिन्दी", "हनद"],
  ["flood", "-"],
  ["flood", ""],
])("%p does not say %p", (text, asked) => {
  expect(says(text, asked)).toBeFalse();
});

test("words that are longer than 64 characters count by their beginning", () => {
  const long = "x".repeat(5000);
  expect([...wordsOf(long)]).toEqual(["x".repeat(64)]);
  expect(says(long, `${long}y`)).toBeTrue();
});
