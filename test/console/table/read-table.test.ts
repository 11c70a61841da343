import { describe, expect, test } from "bun:test";
import { defaultColumns, placeOnAxis, pointsOf, rowNumber } from "../../../src/console/table/default-columns.ts";
import { limits, readTable } from "../../../src/console/table/read-table.ts";
import { columnKind } from "../../../src/console/table/sort-rows.ts";

const usual = { separator: ",", hasHead: true, isCut: false } as const;

describe("a table of text", () => {
  test("without names has numbered columns, and loses no row", () => {
    const { columns, rows, notes } = readTable("1,2\n3,4\n", { ...usual, hasHead: false });
    expect(columns).toEqual(["column 1", "column 2"]);
    expect(rows).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
    expect(notes.join()).toContain("columns are numbered");
  });

  test("keeps cells beyond its names, line breaks in quotes, and nothing of a mark of the byte order", () => {
    const { columns, rows } = readTable('\ufeffa;;\n"x\ny";"1,5";;3\n', { ...usual, separator: ";" });
    expect(columns).toEqual(["a", "column 2", "column 3", "column 4"]);
    expect(rows).toEqual([["x\ny", "1,5", "", "3"]]);
  });

  test("a separator behind each row makes no column", () => {
    expect(readTable("a,b,\n1,2,\n", usual).columns).toEqual(["a", "b"]);
  });

  test.each(["", "\ufeff", "\n\n"])("that is empty (%j) has neither columns nor rows", (text) => {
    for (const hasHead of [true, false]) {
      expect(readTable(text, { ...usual, hasHead })).toEqual({ columns: [], rows: [], notes: [] });
    }
  });

  test("that was cut loses only the row that has no end", () => {
    expect(readTable('a,b\n1,"x"\n2,"y\nz', { ...usual, isCut: true }).rows).toEqual([["1", "x"]]);
    expect(readTable("a,b\n1,2\n3,", { ...usual, isCut: true }).rows).toEqual([["1", "2"]]);
  });

  test("with more rows and columns than are shown says so with numbers", () => {
    const long = `a\n${"1\n".repeat(limits.rows + 3)}`;
    expect(readTable(long, usual).rows).toHaveLength(limits.rows);
    expect(readTable(long, usual).notes).toEqual([`Only the first ${limits.rows} rows are shown.`]);
    const wide = Array.from({ length: limits.columns + 5 }, (_, index) => `c${index}`).join(",");
    expect(readTable(`${wide}\n${wide}\n`, usual).notes).toEqual([
      `Only the first ${limits.columns} of ${limits.columns + 5} columns are shown.`,
    ]);
  });
});

function chosenOf(text: string, separator = ",") {
  const decimal = separator === ";" ? "," : ".";
  const { columns, rows } = readTable(text, { ...usual, separator });
  const kinds = columns.map((_, index) => columnKind(rows, index, decimal));
  const table = { columns, rows, kinds, decimal } as const;
  const chosen = defaultColumns(table);
  const nameOf = (index: number) => (index === rowNumber ? "row" : (columns[index] ?? ""));
  return { table, chosen, words: chosen && `${nameOf(chosen.y)} over ${nameOf(chosen.x)} as ${chosen.form}` };
}

const many = (row: (index: number) => string) => Array.from({ length: 100 }, (_, index) => row(index)).join("\n");

describe("what is drawn first", () => {
  test.each([
    ["dates", "id,day,rain\n1,2020-01-01,3\n2,2020-01-02,4\n3,2020-01-03,1", "rain over day as curve"],
    ["months", "month,n\n2020-01,3\n2020-02,4", "n over month as curve"],
    ["days first", "d,n\n1.2.2020,3\n3.2.2020,4", "n over d as curve"],
    ["years, not drawn as values", "year,temp\n1990,3\n1991,5\n1992,4", "temp over year as curve"],
    ["an id, not drawn as a value", "id,temp\n1,3\n2,5\n3,4", "temp over id as curve"],
    ["a depth that only grows", "depth,temp\n0,3\n5,2.5\n9,2", "temp over depth as curve"],
    ["one that only falls", "p,temp\n900,3\n800,2.5\n700,4", "temp over p as curve"],
    ["few names", "name,id,n\nx,7,3\ny,4,2\nz,9,1", "n over name as bars"],
    ["names that come again", "name,n,m\nx,7,3\nx,4,2\nx,9,5", "n over row as curve"],
    ["names that come again beside years", "name,year,m\nx,2000,3\nx,2001,2\nx,2002,1", "m over year as curve"],
    ["one column", "n\n3\n1\n2", "n over row as curve"],
    ["one column that grows", "n\n1\n2\n3", "n over row as curve"],
    ["only an id", "id\n1\n2\n3", "id over row as curve"],
    [
      "dates beside a day of the year",
      "year,day,date,temp\n2020,2,2020-01-02,5\n2020,1,2020-01-01,4",
      "temp over date as curve",
    ],
    [
      "dates beside months",
      "month,date,rain\n1,2020-01-31,5\n2,2020-02-29,4\n1,2021-01-31,2",
      "rain over date as curve",
    ],
    ["days that begin again", "month,day,rain\n1,30,5\n1,31,4\n2,1,3\n2,2,2.5", "rain over row as curve"],
    ["days that only grow", "doy,rain\n30,5\n31,4\n33,3.5", "rain over doy as curve"],
    ["a count beside values", "station,count,level\na,3,1.5\nb,4,2.5\nc,3,0.5", "level over station as bars"],
    ["a count alone", "station,count\na,3\nb,4\nc,3", "count over station as bars"],
    ["values that are all the same", "station,base,level\na,1,1.5\nb,1,2.5\nc,1,0.5", "level over station as bars"],
    ["a day alone", "day\n3\n1\n2", "day over row as curve"],
    ["a day that is measured", "name,day\nx,1.5\nx,2\nx,1", "day over row as curve"],
    ["many names", `name,n\n${many((index) => `w${index},${(index * 7) % 13}`)}`, "n over row as curve"],
  ])("is drawn over what fits: %s", (_, text, words) => {
    expect(chosenOf(text).words).toBe(words);
  });

  test("stands in the order of its dates, however the rows do", () => {
    const { table, chosen, words } = chosenOf(
      "date,temp\n2020-03-01,3\n2020-01-01,1\nnever,9\n2020-02-01,\n2020-02-02,2\n2020-04-01,5",
    );
    expect(words).toBe("temp over date as curve");
    const points = chosen === undefined ? [] : pointsOf(table, chosen);
    expect(points.map(([at, value]) => [new Date(at * 1000).toISOString().slice(0, 10), value])).toEqual([
      ["2020-01-01", 1],
      ["2020-02-01", null],
      ["2020-02-02", 2],
      ["2020-03-01", 3],
      ["2020-04-01", 5],
    ]);
  });

  test("is nothing where no column holds numbers", () => {
    expect(chosenOf("name,place\nx,y\nz,w").chosen).toBeUndefined();
    expect(chosenOf("day,place\n2020-01-01,y\n2020-01-02,w").chosen).toBeUndefined();
  });

  test("with decimal commas stands at its values", () => {
    const { table, words } = chosenOf("t;n\n0,5;3,5\n1,5;1\n2,25;2", ";");
    expect(words).toBe("n over t as curve");
    expect([0, 1, 2].map((row) => placeOnAxis(table, 0, row))).toEqual([0.5, 1.5, 2.25]);
    expect(placeOnAxis(table, rowNumber, 0)).toBe(1);
  });

  test("is never an id or a year beside another column of numbers, and always a column of numbers, wherever these stand", () => {
    const all = {
      id: (row: number) => String(row + 1),
      station_id: (row: number) => String(1000 + row * 3),
      year: (row: number) => String(1990 + row),
      name: (row: number) => `n${row % 3}`,
      value: (row: number) => String((row * 37) % 11),
      day: (row: number) => `2020-01-${String(row + 1).padStart(2, "0")}`,
    } as const;
    const names = ["id", "station_id", "year", "name", "value", "day"] as const;
    for (let subset = 1; subset < 64; subset += 1) {
      for (let turn = 0; turn < names.length; turn += 1) {
        const turned = [...names.slice(turn), ...names.slice(0, turn)];
        const columns = turned.filter((name) => (subset >> names.indexOf(name)) & 1);
        const rows = Array.from({ length: 8 }, (_, row) => columns.map((name) => all[name](row)).join(","));
        const { chosen } = chosenOf([columns.join(","), ...rows].join("\n"));
        const y = chosen === undefined ? undefined : columns[chosen.y];
        if (columns.includes("value")) expect([columns, y]).toEqual([columns, "value"]);
        if (y !== undefined) expect(["id", "station_id", "year", "value"]).toContain(y);
        if (chosen !== undefined) expect(chosen.x).not.toBe(chosen.y);
        if (chosen !== undefined && columns.includes("day")) expect(columns[chosen.x]).toBe("day");
        expect(chosen === undefined).toBe(!columns.some((name) => name !== "name" && name !== "day"));
      }
    }
  });
});
