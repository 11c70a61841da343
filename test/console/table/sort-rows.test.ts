import { expect, test } from "bun:test";
import { columnKind, instantOf, numberOf, sortedRows } from "../../../src/console/table/sort-rows.ts";

test("rows are sorted by number where cells are numbers, by letters elsewhere, and what is empty stands last both ways", () => {
  const rows = [["10"], ["9"], [""], ["-1.5e1"], ["x"]];
  expect(sortedRows(rows, undefined)).toEqual([0, 1, 2, 3, 4]);
  expect(sortedRows(rows, { column: 0, isDown: false })).toEqual([3, 1, 0, 4, 2]);
  expect(sortedRows(rows, { column: 0, isDown: true }).at(-1)).toBe(2);
  expect(sortedRows([["b"], [], ["a"]], { column: 0, isDown: false })).toEqual([2, 0, 1]);
});

test("a cell is a number, an instant, or neither", () => {
  expect(["1", " 2.5 ", "-1e3", ".5", "", "1,5", "0x10", "Infinity", "12 km"].map((cell) => numberOf(cell))).toEqual([
    ...[1, 2.5, -1000, 0.5, undefined, undefined, 16, undefined, undefined],
  ]);
  expect(instantOf("2012-01-02")).toBe(Date.parse("2012-01-02") / 1000);
  expect(instantOf("2012-01-02T03:04")).toBe(Date.parse("2012-01-02T03:04Z") / 1000);
  expect(instantOf("2012-01-02 03:04:05.5+02:00")).toBe(Date.parse("2012-01-02T01:04:05.5Z") / 1000);
  expect(["2012-03", "2012/03/01", "1.3.2012", "01.03.2012"].map(instantOf)).toEqual(
    Array.from({ length: 4 }, () => Date.parse("2012-03-01") / 1000),
  );
  expect(["2012-13-40", "today", "12", ""].map(instantOf)).toEqual([undefined, undefined, undefined, undefined]);
});

test("where a comma is the decimal sign, points stand between thousands", () => {
  expect(["1,5", "-0,25", "1.234,5", "1.234.567,5", "12", "1.5", "1,2,3"].map((cell) => numberOf(cell, ","))).toEqual([
    ...[1.5, -0.25, 1234.5, 1234567.5, 12, 1.5, undefined],
  ]);
  const rows = [["10,5"], ["9,25"], ["100"]];
  expect(sortedRows(rows, { column: 0, isDown: false }, ",")).toEqual([1, 0, 2]);
  expect(columnKind(rows, 0, ",")).toBe("number");
});

test("dates are sorted by their time, however they are written", () => {
  expect(sortedRows([["02.01.2021"], ["31.12.2020"], ["1.2.2020"]], { column: 0, isDown: false })).toEqual([2, 1, 0]);
});

test("a column is what most of its cells are", () => {
  const rows = Array.from({ length: 10 }, (_, index) => [
    `2020-01-0${index}`,
    String(index),
    index === 9 ? "n/a" : "4",
    "word",
  ]);
  expect([0, 1, 2, 3].map((column) => columnKind(rows, column))).toEqual(["instant", "number", "number", "text"]);
});
