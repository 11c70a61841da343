import { describe, expect, test } from "bun:test";
import { parseGlob, parsePart } from "../../../src/cwl/tool/glob-pattern.ts";

function fits(pattern: string, name: string): boolean {
  const part = parsePart(pattern);
  return part.kind === "name" ? part.name === name : part.matches(name);
}

describe("a part of a pattern", () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["a.c*", ["a.c", "a.cc"], ["abc"]],
    ["(a|b)*", ["(a|b)c"], ["a"]],
    ["?", ["x", "é", "😀"], ["", "xy", ".", "."]],
    ["*", ["x", "x.y", "a\nb"], [".x"]],
    ["**a**", ["a", "bab"], ["b"]],
    ["*a*b*c", ["abc", "xaxbxc", "abcabc"], ["acb", "abcx", "ac"]],
    ["ab*ab", ["abab", "abxab"], ["ab", "aba"]],
    [".*", [".x"], ["x"]],
    ["\\.*", [".x"], ["x"]],
    ["[.]x", [], [".x"]],
    ["[a-c]x", ["ax", "bx", "cx"], ["dx", "x"]],
    ["[!a-c]x", ["dx", "éx"], ["ax"]],
    ["[^a]", ["b"], ["a"]],
    ["[]a]", ["]", "a"], ["b"]],
    ["[!]a]", ["b"], ["]", "a"]],
    ["[a-]", ["a", "-"], ["b"]],
    ["[--0]", ["-", "0"], ["1"]],
    ["[z-a]", [], ["a", "m", "z"]],
    ["[\\]]", ["]"], ["\\", "a"]],
    ["[\\]-a]", ["]", "a", "^"], ["b"]],
    ["x[[:digit:]]", ["x7"], ["x", "xa", "x7]"]],
    ["x[[:alpha:]_]", ["xa", "xé", "x_"], ["x7"]],
    ["[![:space:]]", ["a"], [" "]],
    ["[[:upper:][:lower:]]", ["a", "A"], ["1"]],
    ["[[:none:]]", [], ["n", ":"]],
    ["[[.a.]-[.c.]]", ["b"], ["d"]],
    ["[[=a=]]", ["a"], ["="]],
    ["[😀-😂]", ["😁"], ["a"]],
    ["[a", ["[a"], ["a"]],
    ["*[a", ["x[a"], ["xa"]],
    ["a\\*", ["a*"], ["ab"]],
    ["*\\*", ["a*"], ["ab"]],
    ["a\\", ["a\\"], ["a"]],
    ["plain.txt", ["plain.txt"], ["plainxtxt"]],
  ];
  for (const [pattern, fitting, others] of cases) {
    test(`${pattern} fits what glob(3) says`, () => {
      expect(fitting.filter((name) => !fits(pattern, name))).toEqual([]);
      expect(others.filter((name) => fits(pattern, name))).toEqual([]);
    });
  }
});

test("a pattern that could be tried in very many ways ends", () => {
  const name = `${"a".repeat(254)}b`;
  for (const pattern of [
    `${"*a".repeat(12)}*c`,
    `${"*a".repeat(120)}*c`,
    `${"*[a-c]".repeat(120)}*c`,
    `${"*?".repeat(120)}*c`,
    `${"a*".repeat(120)}c`,
    `*${"[!c]".repeat(120)}*${"[[:alpha:]]".repeat(120)}c`,
  ]) {
    expect(fits(pattern, name)).toBe(false);
  }
  expect(fits(`${"*a".repeat(120)}*b`, name)).toBe(true);
});

test("patterns that are longer than a path can be are refused", () => {
  expect(() => parseGlob("*a".repeat(3000))).toThrow("found a pattern of 6000 characters, wanted at most 4096");
  expect(() => parseGlob("a/".repeat(65))).toThrow("found a pattern of 65 parts, wanted at most 64");
});
