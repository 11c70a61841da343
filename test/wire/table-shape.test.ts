import { describe, expect, test } from "bun:test";
import { readCsvRows } from "../../src/wire/csv.ts";
import { columnNames, tableShapeOf } from "../../src/wire/table-shape.ts";

describe("the first row names the columns", () => {
  test.each([
    ["words over numbers", "day,rain\n1,2\n2,3\n"],
    ["words over words", "name,place\nx,y\n"],
    ["nothing above the names of rows", ",a,b\nx,1,2\n"],
    ["years over numbers", "station,2019,2020\nVienna,3.5,4\nGraz,2,3\n"],
    ["numbers from 0 on, nothing above those of the rows", ",0,1,2\n0,3.5,4,5\n1,2,3,4\n"],
    ["one row of words", "a,b\n"],
    ["a name over dates", "day,place\n2020-01-01,x\n"],
    ["nothing at all", ""],
  ])("%s", (_, text) => {
    expect(tableShapeOf(text).hasHead).toBe(true);
  });
});

describe("the first row is one of the others", () => {
  test.each([
    ["all numbers", "1,2\n3,4\n"],
    ["all numbers over words", "1,2\nx,y\n"],
    ["one row of numbers", "1,2,3\n"],
    ["a date and a number", "2020-01-01,3.5\n2020-01-02,4\n"],
    ["a word and a number over the same", "Vienna,3\nGraz,4\n"],
    ["years over years", "x,2020\ny,2021\nz,2022\n"],
    ["one column of numbers", "1\n2\n3\n"],
    ["decimal commas", "1,5;2,5\n3,5;4\n"],
    ["a mark of the byte order before a number", "\ufeff1,2\n3,4\n"],
  ])("%s", (_, text) => {
    expect(tableShapeOf(text).hasHead).toBe(false);
  });
});

describe("what divides cells, and how numbers are written", () => {
  test.each([
    ["commas", "a,b\n1.5,2\n", ",", "."],
    ["semicolons with decimal commas", "a;b\n1,5;2,25\n3;4,5\n", ";", ","],
    ["semicolons, without a head", "1,5;2,5\n3,5;4,5\n", ";", ","],
    ["semicolons with decimal points", "a;b\n1.5;2\n", ";", "."],
    ["tabs, beside commas in words", "a\tb\nx, y\t1\n", "\t", "."],
    ["commas, beside semicolons in some cells", "a,b\nx;y,1\nz,2\n", ",", "."],
    ["semicolons inside of quotes", 'a,b\n"x;y",1\n"z;w",2\n', ",", "."],
    ["line breaks inside of quotes", 'a;b\n"x\ny,z";1\n', ";", "."],
    ["nothing: one column", "a\n1\n2\n", ",", "."],
    ["rows that differ in length", "a,b,c\n1,2\n3,4,5\n", ",", "."],
  ])("%s", (_, text, separator, decimal) => {
    expect(tableShapeOf(text)).toMatchObject({ separator, decimal });
  });
});

test("what is written with any separator, with or without a head, is read as it was", () => {
  // A generator of its own: the same tables each time.
  let seed = 7;
  const next = (most: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % most;
  };
  for (let round = 0; round < 200; round += 1) {
    const separator = [",", ";", "\t"][next(3)] ?? ",";
    const [hasHead, width] = [next(2) === 0, 2 + next(4)];
    const decimal = separator === ";" ? "," : ".";
    const rows = Array.from({ length: 2 + next(5) }, () =>
      Array.from({ length: width }, () => `${next(900)}${decimal}${1 + next(9)}`),
    );
    const head = Array.from({ length: width }, (_, index) =>
      index === 0 ? 'a "name"\nof two lines' : `name ${index}`,
    );
    const all = hasHead ? [head, ...rows] : rows;
    const quoted = (cell: string) => (/["\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
    const text = all.map((row) => row.map(quoted).join(separator)).join("\r\n");
    expect(tableShapeOf(text)).toEqual({ separator, decimal, hasHead });
    expect(readCsvRows(text, 100)).toEqual(all);
  }
});

test("columns without names are numbered from one on", () => {
  expect(columnNames(2)).toEqual(["column 1", "column 2"]);
});
