import { expect, test } from "bun:test";
import { readCsvRows, readNumberedRows } from "../../src/wire/csv.ts";

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

test("each row has the line on which it begins, past line breaks in quotes and empty lines", () => {
  const rows = readNumberedRows('a,b\r\n"x\r\ny",1\n\nz,2\n', 100, ",");
  expect(rows.map(({ line, cells }) => [line, cells[0]])).toEqual([
    [1, "a"],
    [2, "x\r\ny"],
    [5, "z"],
  ]);
});
