import { expect, test } from "bun:test";
import { compareJson } from "../../../src/domain/comparison/json-difference.ts";
import { compareTables } from "../../../src/domain/comparison/table-difference.ts";
import { compareTexts, cutBeside } from "../../../src/domain/comparison/text-difference.ts";
import { parseExact } from "../../../src/domain/values/json.ts";
import { nextTurn } from "../../../src/domain/waiting/timers.ts";

const json = (a: string, b: string, most = 200) => compareJson(parseExact(a), parseExact(b), most);

test("values differ by the paths of what differs, with both sides", () => {
  expect(json('{"a":{"b/c":[1,2]},"x":true,"old":1}', '{"x":false,"a":{"b/c":[1,3]},"new":null}').differences).toEqual([
    { path: "/a/b~1c/1", a: 2, b: 3 },
    { path: "/x", a: true, b: false },
    { path: "/old", a: 1 },
    { path: "/new", b: null },
  ]);
  expect(json("1", '"1"').differences).toEqual([{ path: "", a: 1, b: "1" }]);
});

test("equal numbers are equal however they are written, and others are not by a digit that a double loses", () => {
  expect(json('{"a":1.0,"b":[1e2],"c":0.10}', '{"c":0.1,"b":[100],"a":1}').differences).toEqual([]);
  const [only] = json("[9007199254740993]", "[9007199254740992]").differences;
  expect(JSON.stringify(only)).toBe('{"path":"/0","a":9007199254740993,"b":9007199254740992}');
});

test("what was put into a list is the only difference", () => {
  expect(json('[{"n":1},{"n":2},{"n":3}]', '[{"n":1},{"n":9},{"n":2},{"n":3}]').differences).toEqual([
    { path: "/1", b: { n: 9 } },
  ]);
});

test("differences beyond the bound are counted, and long values are told by their size", () => {
  const list = (from: number) => JSON.stringify(Array.from({ length: 10 }, (_, index) => from + index));
  const { differences, more } = json(list(0), list(100), 3);
  expect([differences.length, more]).toEqual([3, 7]);
  const long = JSON.stringify({ a: Array.from({ length: 500 }, () => 1) });
  expect(json(long, '{"a":2}').differences).toEqual([
    { path: "/a", a: "(a list of 500, 1001 characters of JSON)", b: 2 },
  ]);
});

test("names that objects have of themselves are names like others", () => {
  expect(json('{"__proto__":{"a":1},"constructor":2}', "{}").differences).toEqual([
    { path: "/__proto__", a: { a: 1 } },
    { path: "/constructor", a: 2 },
  ]);
});

test("long texts are cut so that the first difference is seen", () => {
  const [a, b] = cutBeside(`${"x".repeat(1000)}A${"y".repeat(1000)}`, `${"x".repeat(1000)}B`, 100);
  expect(a).toBe(`…${"x".repeat(40)}A${"y".repeat(59)}… (2001 characters)`);
  expect(b).toBe(`…${"x".repeat(40)}B (1001 characters)`);
});

const table = (columns: string, ...rows: readonly string[]) => ({
  columns: columns.split(","),
  rows: rows.map((row, index) => ({ line: index + 2, cells: row.split(",") })),
});

test("rows of tables differ by line and by the names of columns", async () => {
  const a = table("id,rain", "a,1", "b,2", "c,3");
  const b = table("id,rain", "a,1", "b,5", "c,3", "d,4");
  expect(await compareTables(a, b, 200)).toEqual({
    onlyA: [],
    onlyB: [],
    rows: [
      { a: 3, b: 3, first: "b", cells: [{ column: "rain", a: "2", b: "5" }], moreCells: 0 },
      {
        b: 5,
        first: "d",
        cells: [
          { column: "id", b: "d" },
          { column: "rain", b: "4" },
        ],
        moreCells: 0,
      },
    ],
    more: 0,
  });
  expect(await compareTables(a, b, 1)).toMatchObject({ rows: [{ a: 3 }], more: 1 });
});

test("a row is known by its first cell, where both sides say the same", async () => {
  const [row] = (await compareTables(table("id,rain", "a,1"), table("id,rain", "b,2"), 200)).rows;
  expect(row).toMatchObject({ a: 2, b: 2 });
  expect(row).not.toHaveProperty("first");
});

test("a row is named by the columns whose values together tell it from all others", async () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[], readonly string[] | undefined])[] = [
    ["station,date,level", ["T,1,3", "T,2,3", "G,1,3"], ["T,1,3", "T,2,9", "G,1,3"], ["T", "2"]],
    ["country,station,date,level", ["R,T,1,3", "R,T,2,3", "R,G,1,3"], ["R,T,1,3", "R,T,2,9", "R,G,1,3"], ["T", "2"]],
    ["level,station,date", ["1,T,1", "2,T,2", "3,G,1"], ["5,T,1", "6,T,2", "7,G,1"], ["T", "1"]],
    ["name,code,level", ["x,a,1", "x,b,2"], ["x,a,1", "x,b,9"], ["b"]],
    // The first cell by itself is enough.
    ["id,name,level", ["1,a,1", "2,b,2"], ["1,a,1", "2,b,9"], undefined],
    // Nothing tells one from another.
    ["station,level", ["T,1", "T,1", "T,2"], ["T,1", "T,1", "T,9"], undefined],
    [
      "a,b,c,d,level",
      ["1,1,1,2,0", "1,1,2,1,0", "1,2,1,1,0", "2,1,1,1,0"],
      ["1,1,1,2,0", "1,1,2,1,0", "1,2,1,1,0", "2,1,1,1,9"],
      ["2", "1", "1"],
    ],
  ];
  for (const [columns, a, b, names] of cases) {
    const [row] = (await compareTables(table(columns, ...a), table(columns, ...b), 200)).rows;
    expect([columns, row?.named?.map(({ text }) => text)]).toEqual([
      columns,
      names === undefined ? undefined : [...names],
    ]);
  }
});

test("one row of each table is named by the first column in which both agree", async () => {
  const [row] = (await compareTables(table("level,station", "1,T"), table("level,station", "2,T"), 200)).rows;
  expect(row?.named).toEqual([{ column: "station", text: "T" }]);
});

test("large tables are named and compared in parts, between which other work has its turn, and no columns are tried for nothing", async () => {
  const columns = "a,b,c,d,e,f,g,h,i,j,k,l,m";
  const rows = (last: number) =>
    Array.from({ length: 20_000 }, (_, at) => `1,1,1,1,1,1,1,1,1,1,${at % 200},${Math.floor(at / 200)},${last}`);
  const compared = compareTables(table(columns, ...rows(1)), table(columns, ...rows(2)), 200);
  let [turns, isDone] = [0, false];
  const counting = async () => {
    for (; !isDone; turns += 1) await nextTurn();
  };
  const counted = counting();
  const { rows: found, more } = await compared;
  isDone = true;
  await counted;
  expect([found.length, more]).toEqual([200, 19_800]);
  expect(found[199]?.named).toEqual([
    { column: "k", text: "199" },
    { column: "l", text: "0" },
  ]);
  // A turn for each column that is tried, and for each that may be left out.
  expect(turns).toBeGreaterThan(24);
});

test("a row that was left out moves no other, and a column that was put in changes none", async () => {
  const a = table("id,rain", "a,1", "b,2", "c,3");
  expect((await compareTables(a, table("id,rain", "b,2", "c,3"), 200)).rows).toMatchObject([{ a: 2 }]);
  expect(await compareTables(a, table("id,wind,rain", "a,9,1", "b,9,2", "c,9,3"), 200)).toEqual({
    onlyA: [],
    onlyB: ["wind"],
    rows: [],
    more: 0,
  });
  expect((await compareTables(table("id"), table("id", "a"), 200)).rows).toHaveLength(1);
});

test("lines of a text are bounded in number and length", () => {
  const lines = (mark: string) => Array.from({ length: 50 }, (_, index) => `${mark} ${index}`).join("\n");
  expect(compareTexts(lines("a"), lines("b"), 10)).toMatchObject({ more: 90, isExact: true });
  const [line] = compareTexts("x".repeat(5000), "y", 10).lines;
  expect(line).toEqual({ kind: "removed", text: `${"x".repeat(400)}… (5000 characters)` });
});
