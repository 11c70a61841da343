import { expect, test } from "bun:test";
import { readSource, readValues } from "../../../src/cwl/document/load/source.ts";

const read = (text: string) => JSON.stringify(readValues(text, "job.yml").value);

test("numbers of YAML keep their text, as far as JSON can say it", () => {
  for (const [yaml, json] of [
    ["9007199254740993", "9007199254740993"],
    ["+9007199254740993", "9007199254740993"],
    ["-9223372036854775808", "-9223372036854775808"],
    ["0x20000000000001", "9007199254740993"],
    ["0o400000000000000001", "9007199254740993"],
    ["0x10", "16"],
    ["1.0", "1.0"],
    ["1.", "1"],
    [".50", "0.50"],
    ["1e21", "1e21"],
    ["007", "7"],
    ["5", "5"],
    ["12345678901234567890.5", "12345678901234567890.5"],
    ['"1.0"', '"1.0"'],
    ["v1.0", '"v1.0"'],
  ] as const) {
    expect([yaml, read(`a: ${yaml}`)]).toEqual([yaml, `{"a":${json}}`]);
    expect(read(`[${yaml}]`)).toBe(`[${json}]`);
  }
  expect(read("a: &one 9007199254740993\nb: *one\n1.0: c")).toBe('{"1":"c","a":9007199254740993,"b":9007199254740993}');
  for (const yaml of ["1e400", "-1e400", ".inf", ".nan"]) expect(() => read(`a: ${yaml}`)).toThrow("wanted");
});

test("of a document, defaults alone do: positions, counts and sizes are doubles", () => {
  const text = "inputs:\n  a: { type: double, default: 1.0, inputBinding: { position: 1.0 } }\nramMin: 1024.0\n";
  expect(JSON.stringify(readSource(text, "tool.cwl").value)).toBe(
    '{"inputs":{"a":{"type":"double","default":1.0,"inputBinding":{"position":1}}},"ramMin":1024}',
  );
});
