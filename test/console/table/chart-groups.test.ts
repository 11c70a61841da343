import { expect, test } from "bun:test";
import { type Chosen, defaultColumns } from "../../../src/console/table/default-columns.ts";
import { groupColumns, groupsOf, usualGroups } from "../../../src/console/table/groups.ts";
import { readTable } from "../../../src/console/table/read-table.ts";
import { columnKind } from "../../../src/console/table/sort-rows.ts";

function tableOf(text: string) {
  const { columns, rows } = readTable(text, { separator: ",", hasHead: true, isCut: false });
  const decimal = ".";
  return { columns, rows, decimal, kinds: columns.map((_, index) => columnKind(rows, index, decimal)) } as const;
}

function usualOf(text: string): Chosen | undefined {
  const table = tableOf(text);
  const first = defaultColumns(table);
  return first === undefined ? undefined : usualGroups(table, first);
}

const levels = [
  "station,date,level",
  ...["Tulcea,2024-05-01,3.1", "Tulcea,2024-05-02,3.4", "Tulcea,2024-05-03,3.9"],
  ...["Sulina,2024-05-01,1.1", "Sulina,2024-05-02,", "Sulina,2024-05-03,1.3"],
].join("\n");

test("rows of several stations are a line for each, with what one of them lacks", () => {
  expect(usualOf(levels)).toEqual({ x: 1, y: 2, form: "curve", by: 0 });
  const groups = groupsOf(tableOf(levels), { x: 1, y: 2, by: 0 });
  expect(groups.map(({ name, points }) => [name, points.map(([, value]) => value)])).toEqual([
    ["Tulcea", [3.1, 3.4, 3.9]],
    ["Sulina", [1.1, null, 1.3]],
  ]);
});

test("a station that is a number is one as well", () => {
  const text = levels.replace("station", "station_id").replaceAll("Tulcea", "101").replaceAll("Sulina", "102");
  expect(usualOf(text)).toMatchObject({ x: 1, by: 0 });
});

test("one line stays one", () => {
  expect(usualOf("date,level,kind\n2024-05-01,1,a\n2024-05-02,2,b\n2024-05-03,3,a\n")).toEqual({
    ...{ x: 0, y: 1, form: "curve" },
  });
});

test("where no column tells the rows of one place apart, they are points", () => {
  const text = "date,level,kind\n2024-05-01,1,a\n2024-05-01,2,a\n2024-05-02,3,b\n2024-05-02,4,b\n";
  expect(usualOf(text)).toEqual({ x: 0, y: 1, form: "points" });
  expect(groupColumns(tableOf(text), { x: 0, y: 1 })).toEqual([]);
});

test("nobody tells more lines apart than eight", () => {
  const rows = (stations: number) =>
    Array.from({ length: stations }, (_, at) => [`s${at},2024-05-01,${at}`, `s${at},2024-05-02,${at + 1}`]).flat();
  const named = (stations: number) => usualOf(["station,date,level", ...rows(stations)].join("\n"));
  expect(named(8)?.by).toBe(0);
  expect(named(9)).toMatchObject({ form: "points" });
});
