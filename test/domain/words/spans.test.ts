import { expect, test } from "bun:test";
import { join } from "node:path";
import { durationText, soFarText } from "../../../src/domain/words/spans.ts";

test.each([
  [0, "0 ms"],
  [-0.2, "0 ms"],
  [0.0002, "less than 1 ms"],
  [0.0005, "1 ms"],
  [0.036, "36 ms"],
  [0.1, "100 ms"],
  [0.9994, "999 ms"],
  [0.9996, "1.0 s"],
  [1.04, "1.0 s"],
  [3.25, "3.3 s"],
  [9.94, "9.9 s"],
  [9.96, "10 s"],
  [45.4, "45 s"],
  [59.4, "59 s"],
  [59.6, "1 min 0 s"],
  [75, "1 min 15 s"],
  [249, "4 min 9 s"],
  [3599.4, "59 min 59 s"],
  [3599.6, "1 h 0 min"],
  [7300, "2 h 1 min"],
  [180_000, "50 h 0 min"],
] as const)("a duration of %d seconds is worded %s", (seconds, words) => {
  expect(durationText(seconds)).toBe(words);
});

test("what goes on is told in whole minutes from one on", () => {
  expect([0.4, 59.9, 61, 3700].map(soFarText)).toEqual([
    "0 s so far",
    "59 s so far",
    "1 min so far",
    "1 h 1 min so far",
  ]);
});

test("what people read words no duration by itself: no other file gives a fraction of seconds a unit", async () => {
  const root = join(import.meta.dir, "../../../src");
  const own: string[] = [];
  for (const path of new Bun.Glob("{pages,console,http,cli,domain,operations}/**/*.{ts,tsx}").scanSync(root)) {
    const text = await Bun.file(join(root, path)).text();
    if (/\.toFixed\([^)]*\)\} (?:s|ms|min|seconds)\b|less than [\d.$]+ m?s\b/.test(text)) own.push(path);
  }
  expect(own).toEqual(["domain/words/spans.ts"]);
});
