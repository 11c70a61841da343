import { expect, test } from "bun:test";
import type { CwlType } from "../../../src/cwl/document/schema.ts";
import { canFeed, isOptional, typeFault, typeText, unionOf } from "../../../src/cwl/values/types.ts";

const int: CwlType = { kind: "int" };
const file: CwlType = { kind: "File" };
const optional = (type: CwlType): CwlType => ({ kind: "union", members: [{ kind: "null" }, type] });
const list = (type: CwlType): CwlType => ({ kind: "array", items: type });

test("values are checked with what was found and what was wanted", () => {
  expect(typeFault(int, 4)).toBeUndefined();
  expect(typeFault(int, 4.5)).toBe("found number 4.5, wanted int");
  expect(typeFault(int, 2 ** 31)).toBe("found number 2147483648, wanted int");
  expect(typeFault({ kind: "long" }, 2 ** 31)).toBeUndefined();
  expect(typeFault(file, "a.txt")).toBe('found string "a.txt", wanted File');
  expect(typeFault(list(int), [1, "2"])).toBe('item 1: found string "2", wanted int');
  expect(typeFault({ kind: "enum", symbols: ["a", "b"] }, "c")).toBe('found string "c", wanted one of a, b');
  expect(typeFault({ kind: "Any" }, null)).toBe("found null, wanted Any");
});

test("records are checked field by field", () => {
  const type: CwlType = {
    kind: "record",
    fields: [
      { name: "n", type: int, secondaryFiles: [], formats: [], loadContents: false },
      { name: "maybe", type: optional(int), secondaryFiles: [], formats: [], loadContents: false },
    ],
  };
  expect(typeFault(type, { n: 1 })).toBeUndefined();
  expect(typeFault(type, { maybe: 2 })).toBe("field n: found null, wanted int");
});

test("types are written as in a document", () => {
  expect(typeText(optional(list(file)))).toBe("File[]?");
  expect(isOptional(optional(file))).toBe(true);
  expect(isOptional(list(file))).toBe(false);
});

test("a link is refused only when it can never work", () => {
  expect(canFeed(int, { kind: "double" })).toBe(true);
  expect(canFeed({ kind: "double" }, int)).toBe(false);
  expect(canFeed(optional(file), file)).toBe(true);
  expect(canFeed(file, list(file))).toBe(false);
  expect(canFeed(file, { kind: "string" })).toBe(false);
  expect(canFeed({ kind: "Any" }, file)).toBe(true);
});

test("null alone makes no link between types that have nothing else in common", () => {
  const optional = (kind: "string" | "File") => unionOf([{ kind: "null" }, { kind: "array", items: { kind } }]);
  expect(canFeed(optional("string"), optional("File"))).toBe(false);
  expect(canFeed(optional("File"), optional("File"))).toBe(true);
  expect(canFeed({ kind: "null" }, optional("File"))).toBe(true);
  expect(canFeed(unionOf([{ kind: "null" }, { kind: "string" }]), { kind: "string" })).toBe(true);
});

test("what is wrong inside a list is told, also where it may be absent", () => {
  const directories = unionOf([{ kind: "null" }, { kind: "array", items: { kind: "Directory" } }]);
  expect(typeFault(directories, [null, null])).toBe("item 0: found null, wanted Directory");
  expect(typeFault(directories, "x")).toBe('found string "x", wanted Directory[]?');
});
