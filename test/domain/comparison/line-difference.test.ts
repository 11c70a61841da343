import { describe, expect, test } from "bun:test";
import { type ComparedLine, compareLines } from "../../../src/domain/comparison/line-difference.ts";
import { createRandom } from "../../fuzz/random.ts";

function words(lines: readonly ComparedLine[]): readonly string[] {
  return lines.map((line) => (line.kind === "skipped" ? `(${line.count})` : `${line.kind[0]} ${line.text}`));
}

describe("the difference of two texts", () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

  test.each([
    ["nothing", "a\nb", "a\nb", ["(2)"]],
    ["a line in the middle", "a\nb\nc", "a\nx\nc", ["s a", "r b", "a x", "s c"]],
    ["a line that came", "a\nc", "a\nb\nc", ["s a", "a b", "s c"]],
    ["a line that went", "a\nb\nc", "a\nc", ["s a", "r b", "s c"]],
    ["lines that are repeated", "a\na\na", "a\na", ["s a", "s a", "r a"]],
    ["all", "a", "b", ["r a", "a b"]],
    ["the end of a text", "a\n", "a", ["s a", "r "]],
  ])("%s", (_, before, after, wanted) => {
    expect(words(compareLines(before, after).lines)).toEqual([...wanted]);
  });

  test("leaves out what is far from any change", () => {
    const before = numbers(20);
    const after = before.with(10, "x");
    expect(words(compareLines(before.join("\n"), after.join("\n")).lines)).toEqual([
      "(7)",
      ...["s 7", "s 8", "s 9", "r 10", "a x", "s 11", "s 12", "s 13"],
      "(6)",
    ]);
  });

  test("of made texts gives both back, and never more than it must", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = createRandom(seed);
      const make = () => Array.from({ length: 1 + random.below(12) }, () => "abc"[random.below(3)] ?? "");
      const [before, after] = [make(), make()];
      const { lines } = compareLines(before.join("\n"), after.join("\n"));
      if (lines.some(({ kind }) => kind === "skipped")) continue;

      const textOf = (kinds: readonly string[]) =>
        lines.flatMap((line) => (line.kind !== "skipped" && kinds.includes(line.kind) ? [line.text] : []));
      expect([seed, textOf(["same", "removed"])]).toEqual([seed, before]);
      expect([seed, textOf(["same", "added"])]).toEqual([seed, after]);
      expect([seed, textOf(["same"]).length]).toEqual([seed, longestCommon(before, after)]);
    }
  });

  test("of too many lines is told as a whole, and said to be", () => {
    const { lines, isExact } = compareLines("s\na\nb\ne", "s\nb\na\ne", 3);
    expect([isExact, words(lines)]).toEqual([false, ["s s", "r a", "r b", "a b", "a a", "s e"]]);
    expect(compareLines("s\na\nb\ne", "s\nb\na\ne", 4).isExact).toBe(true);
  });
});

function longestCommon(one: readonly string[], other: readonly string[]): number {
  const [first, ...rest] = one;
  if (first === undefined || other.length === 0) return 0;
  const at = other.indexOf(first);
  const without = longestCommon(rest, other);
  return at < 0 ? without : Math.max(without, 1 + longestCommon(rest, other.slice(at + 1)));
}
