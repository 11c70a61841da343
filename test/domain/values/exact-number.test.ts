import { describe, expect, test } from "bun:test";
import {
  compareNumbers,
  ExactNumber,
  fullText,
  isMultiple,
  isRounded,
  normalized,
  numberFault,
  numberOfText,
  readNumber,
  wholeNumber,
} from "../../../src/domain/values/exact-number.ts";
import {
  canonicalJson,
  type Json,
  mapExact,
  parseExact,
  withDoubles,
  withExactValues,
} from "../../../src/domain/values/json.ts";

const exact = (text: string) => new ExactNumber(text);
const textOf = (value: unknown) => String(value);

describe("only a number whose text a double would change is exact:", () => {
  const doubles = ["0", "5", "-7", "0.1", "123456789012345", "9007199254740992", "1.5", "-0", "0.000001", "1.25"];
  test.each(doubles)("%s is not", (text) => {
    expect(numberOfText(text)).toBe(Number(text));
  });

  const large = ["9007199254740993", "-9223372036854775808", "12345678901234567890.5", "1e400", "1e21", "1E5"];
  test.each([...large, "1.0", "-0.0", "0.10", "0.0000001", "0.12345678901234567"])("%s is", (text) => {
    expect(numberOfText(text)).toBeInstanceOf(ExactNumber);
    expect(JSON.stringify({ a: [numberOfText(text)] })).toBe(`{"a":[${text}]}`);
  });
});

test("JSON is parsed and written without a change to any number", () => {
  const text =
    '{"a":[1.0,2,9007199254740993,{"b":-9223372036854775808,"c":"1.0, 1e400"}],"d":1e400,"__proto__":0.10,"e":-0.0,"f":12345678901234567890.5}';
  expect(JSON.stringify(parseExact(text))).toBe(text);
  expect(JSON.stringify(parseExact("1.0"))).toBe("1.0");
  expect(JSON.stringify(parseExact("[\n  1.50]"), null, 0)).toBe("[1.50]");
  expect(canonicalJson(parseExact('{"b": 1.0, "a": 9007199254740993}'))).toBe('{"a":9007199254740993,"b":1.0}');
});

test("numbers of every form that the slower parser would keep are found by the scan", () => {
  const signs = ["", "-"];
  const wholes = ["0", "5", "12", "900719925474099", "9007199254740993", "123456789012345678901"];
  const fractions = ["", ".0", ".5", ".50", ".000", ".0000001", ".00000010", ".123456789012345", ".12345678901234567"];
  const powers = ["", "e0", "E5", "e-7", "e+21", "e400"];
  for (const around of ["#", "[#]", '{"a":#}', "[1, #]", '{"a": #}', "[\n#\n]"]) {
    for (const sign of signs)
      for (const whole of wholes)
        for (const fraction of fractions)
          for (const power of powers) {
            const number = sign + whole + fraction + power;
            const text = around.replace("#", number);
            const found: Json[] = [];
            mapExact(parseExact(text), (one) => {
              found.push(one);
              return one;
            });
            expect([text, ...found.map(textOf)]).toEqual([
              text,
              ...(numberOfText(number) instanceof ExactNumber ? [number] : []),
            ]);
          }
  }
});

test("numbers are compared by their digits", () => {
  expect(compareNumbers(exact("9223372036854775808"), exact("9223372036854775807"))).toBeGreaterThan(0);
  expect(compareNumbers(exact("9007199254740993"), 9007199254740992)).toBeGreaterThan(0);
  expect(compareNumbers(exact("1.0"), 1)).toBe(0);
  expect(compareNumbers(exact("1e21"), 1e21)).toBe(0);
  expect(compareNumbers(exact("-1.50"), -1.5)).toBe(0);
  expect(compareNumbers(exact("1e400"), 1)).toBeGreaterThan(0);
  expect(isMultiple(exact("9007199254740993"), 2)).toBe(false);
  expect(isMultiple(exact("9007199254740994.0"), 2)).toBe(true);
  expect(isMultiple(0.3, 0.1)).toBe(true);
  expect(isMultiple(-4, 2)).toBe(true);
  expect(isMultiple(4, -2)).toBe(false);
});

test("what a number is as a whole one, in full, in one way of writing, and rounded", () => {
  expect([exact("1.0"), exact("1e3"), exact("9007199254740993.0"), 5].map(wholeNumber)).toEqual([
    1n,
    1000n,
    9007199254740993n,
    5n,
  ]);
  expect([exact("1.50"), exact("1e400"), 0.5].map(wholeNumber)).toEqual([undefined, undefined, undefined]);
  expect(["1e21", "1.50e1", "0.05e1", "0e5", "-2.5e-3", "1.0"].map((text) => fullText(exact(text)))).toEqual([
    "1000000000000000000000",
    "15.0",
    "0.5",
    "0",
    "-0.0025",
    "1.0",
  ]);
  const same = ["12345678901234567890.5", "12345678901234567890.50", "123456789012345678905e-1"];
  expect(new Set(same.map((text) => textOf(normalized(exact(text))))).size).toBe(1);
  expect(normalized(exact("1.0"))).toBe(1);
  expect(["1.0", "1e21", "0.10"].map((text) => isRounded(exact(text)))).toEqual([false, false, false]);
  expect(["9007199254740993", "12345678901234567890.5"].map((text) => isRounded(exact(text)))).toEqual([true, true]);
});

test("what no double can hold, or has endless digits, is a fault", () => {
  for (const text of ["1e400", "-1e400", "9".repeat(400), `0.${"1".repeat(2000)}`, "0e999999999", "1e-999999999"]) {
    expect(numberFault(exact(text))).toContain("a number in the range of a double");
  }
  for (const text of ["1.0", "1e308", "1e-400", "9007199254740993"]) expect(numberFault(exact(text))).toBeUndefined();
});

test.each([
  ["+5", "5"],
  ["007", "7"],
  [".5", "0.5"],
  ["5.", "5"],
  [" 9007199254740993 ", "9007199254740993"],
  ["-1.0", "-1.0"],
  ["+1E5", "100000"],
  ["12345678901234567890e1", "12345678901234567890e1"],
  ["", undefined],
  [".", undefined],
  ["-", undefined],
  ["1e", undefined],
  ["0x10", undefined],
  ["INF", undefined],
])("a number is read as people write it: %p is %p", (text, read) => {
  const found = readNumber(text);
  expect(found === undefined ? undefined : textOf(found)).toBe(read);
});

test("a value without exact numbers stays the same object; documents keep them in their defaults only", () => {
  const plain: Json = { a: [1, { b: 2 }] };
  expect(withDoubles(plain)).toBe(plain);
  const document = parseExact('{"position":1.0,"inputs":[{"default":1.0,"minOccurs":1.0,"enum":[2.0]}]}');
  expect(JSON.stringify(withExactValues(document))).toBe(
    '{"position":1,"inputs":[{"default":1.0,"minOccurs":1,"enum":[2.0]}]}',
  );
});
