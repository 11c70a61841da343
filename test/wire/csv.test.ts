import { expect, test } from "bun:test";
import { readCsvRows } from "../../src/wire/csv.ts";

test.each([
  [
    "a,b\n1,2\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "a;b\r\n1;2,5",
    [
      ["a", "b"],
      ["1", "2,5"],
    ],
  ],
  [
    "a\tb\n\n1\t2",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    'a,b\n"x, ""y""","line\nbreak"\n',
    [
      ["a", "b"],
      ['x, "y"', "line\nbreak"],
    ],
  ],
  [
    "\ufeffa,b\n1,\n",
    [
      ["a", "b"],
      ["1", ""],
    ],
  ],
  [
    "a,b\n1,",
    [
      ["a", "b"],
      ["1", ""],
    ],
  ],
  ['a\n"open', [["a"], ["open"]]],
  ["", []],
] as const)("%j is read as rows", (text, rows) => {
  expect(readCsvRows(text, 100)).toEqual(rows.map((row) => [...row]));
});

test("no more rows are read than asked for", () => {
  expect(readCsvRows("a\nb\nc\n", 2)).toEqual([["a"], ["b"]]);
});
