import { expect, test } from "bun:test";
import { echo } from "../../src/engines/builtin/echo.ts";
import { createInputCheck, createInputChecks } from "../../src/engines/input-check.ts";

const check = createInputCheck({ description: echo.description, fileInputs: [] });
const files = createInputCheck({ description: echo.description, fileInputs: ["text"] });

test("a file input takes any content, and no bounding box", () => {
  expect(files.item("text", { kind: "value", value: { any: "thing" } }, "/inputs/text")).toEqual([]);
  expect(files.item("text", { kind: "value", value: "x", encoding: "zip" }, "/p")).toHaveLength(1);
  expect(files.item("text", { kind: "bbox", bbox: [1, 2, 3, 4], crs: "x" }, "/p")).toHaveLength(1);
});

test("references are not checked before they are read", () => {
  expect(check.item("number", { kind: "reference", href: "data:,x" }, "/inputs/number")).toEqual([]);
  expect(check.value("number", "x")).toHaveLength(1);
  expect(check.value("number", 3)).toEqual([]);
});

test("alternatives that differ by media type only all take the value", () => {
  expect(check.item("mixed", { kind: "value", value: "<a/>" }, "")).toEqual([]);
  expect(check.item("mixed", { kind: "value", value: "{}", mediaType: "application/geo+json" }, "")).toEqual([]);
});

test("checks are kept by revision, the newest ones", () => {
  const checks = createInputChecks(2);
  const process = (revision: string) => ({ revision, description: echo.description, fileInputs: [] });
  const first = checks.of(process("a"));
  expect(checks.of(process("a"))).toBe(first);
  checks.of(process("b"));
  checks.of(process("c"));
  expect(checks.of(process("a"))).not.toBe(first);
});
