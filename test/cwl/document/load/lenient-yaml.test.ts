import { describe, expect, test } from "bun:test";
import { readSource } from "../../../../src/cwl/document/load/source.ts";
import type { Json } from "../../../../src/domain/values/json.ts";

const read: readonly (readonly [string, string, Json])[] = [
  ["quoted text at column 0", 'a: "one\ntwo"\nb: 1\n', { a: "one two", b: 1 }],
  [
    "quoted text of many lines",
    `x:\n  a: 'one\n${"more\n".repeat(300)}''last'' '\n  b: 1\n`,
    { x: { a: `one ${"more ".repeat(300)}'last' `, b: 1 } },
  ],
  ["quoted text with other quotes", 'a: "it\'s\n\\"so\\"\nend"\nb: 1\n', { a: 'it\'s "so" end', b: 1 }],
  ["a list that closes at its parent's indent", "x:\n  a: [\n    1\n]\nb: 2\n", { x: { a: [1] }, b: 2 }],
  ["a map that closes at its parent's indent", "x:\n  y: {\n    c: 1\n}\n", { x: { y: { c: 1 } } }],
  [
    "an entry of a list that closes further left",
    "x:\n  a:\n    - b: [\n        1\n    ]\n",
    { x: { a: [{ b: [1] }] } },
  ],
  ["members of a list at column 0", "x:\n  a: [\n1,\n2\n  ]\n", { x: { a: [1, 2] } }],
  ["a tag that nobody knows", "a: !foo bar\n", { a: "bar" }],
  ["a directive that nobody knows", "%FOO bar\n---\na: 1\n", { a: 1 }],
  ["a mark of the byte order", "\ufeffa: 1\n", { a: 1 }],
];

describe("readSource() reads as others do", () => {
  for (const [name, text, value] of read) {
    test(name, () => {
      expect(readSource(text, "f.cwl").value).toEqual(value);
    });
  }

  test("and still says where something stands", () => {
    const { locate } = readSource('a: "one\ntwo"\nb: {\n  c: 1\n}\nd: [\n  {\n e: 2}]\n', "f.cwl");
    expect(locate(["b"])).toBe("f.cwl:3:1");
    expect(locate(["d", 0, "e"])).toBe("f.cwl:8:2");
  });
});

const refused: readonly (readonly [string, string, string])[] = [
  ["a bracket that is missing", "a: [1, 2\nb: 3", "f.cwl:2:1: Flow sequence"],
  ["a quote that is missing", 'a: "x\nb: 1\n', "Missing closing"],
  ["a map in the line of a key", "a: b: c\n", "f.cwl:1:4"],
  ["a tab as indent", "a:\n\tb: 1\n", "Tabs are not allowed"],
  ["a key that stands twice", "x:\n  a: 1\n  b: 2\n  a: 3\n", 'f.cwl:4:3: found the key "a" twice'],
  ["a quoted key that stands twice", '"a b": 1\n"a b": 2\n', 'found the key "a b" twice'],
  ["a member of JSON that stands twice", '{"a": 1, "a": 2}', 'found the key "a" twice'],
];

describe("readSource() refuses", () => {
  for (const [name, text, words] of refused) {
    test(name, () => {
      expect(() => readSource(text, "f.cwl")).toThrow(words);
    });
  }
});

test("a second document in a text is told by its line", () => {
  const read = () => readSource("a: 1\n---\nb: 2\n", "job.yml");
  expect(read).toThrow('Cannot read "job.yml": job.yml:2:1: found a second document, wanted one alone');
});
