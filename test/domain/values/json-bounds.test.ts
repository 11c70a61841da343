import { describe, expect, test } from "bun:test";
import type { Json } from "../../../src/domain/values/json.ts";
import { excessOfText } from "../../../src/domain/values/json-bounds.ts";

function countValues(value: Json): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, member) => sum + countValues(member), 1);
}

describe("values are counted before JSON is parsed", () => {
  const texts = [
    "1",
    "[]",
    "{}",
    "[[],{}]",
    "[1,2,3]",
    ' { "a" : [ 1 , { } ] , "b" : "x,y[{" } ',
    '"a\\"b,c"',
    '["\\\\",1]',
    `["${"x".repeat(300)}\\"${"y".repeat(300)},",2]`,
    `["${"x".repeat(300)}\\\\",2]`,
    `["${"\\\\".repeat(300)}",2]`,
    `["${"x".repeat(255)}\\"",2]`,
    `["${"x".repeat(254)}\\"",2]`,
    `["${"x".repeat(256)}\\"${"é".repeat(300)}",{"a":{}}]`,
    '{"a":{"b":{"c":[null,true,false,[[]]]}}}',
  ];
  for (const text of texts) {
    test(text.slice(0, 60), () => {
      const count = countValues(JSON.parse(text));
      expect(excessOfText(text, { maxValues: count, maxDepth: 100 })).toBeUndefined();
      expect(excessOfText(text, { maxValues: count - 1, maxDepth: 100 })).toMatchObject({
        kind: "values",
        found: `more than ${count - 1} values`,
      });
    });
  }

  test("levels are counted too", () => {
    expect(excessOfText("[[[]]]", { maxValues: 10, maxDepth: 3 })).toBeUndefined();
    expect(excessOfText('{"a":[{}]}', { maxValues: 10, maxDepth: 2 })).toEqual({
      kind: "depth",
      found: "more than 2 levels",
    });
    expect(excessOfText('"[[[["', { maxValues: 10, maxDepth: 1 })).toBeUndefined();
  });

  test("what is no JSON is left to the parser", () => {
    for (const text of ["", "   ", '"', '"\\', "]]]", "{,", '["abc'])
      expect(excessOfText(text, { maxValues: 10, maxDepth: 3 })).toBeUndefined();
  });
});
