import { expect, test } from "bun:test";
import { inlineType, withDescribedType } from "../../../src/engines/inputs/input-format.ts";

const file = (basename: string, mediaType?: string) => ({
  kind: "file" as const,
  path: `/x/${basename}`,
  basename,
  sizeBytes: 1,
  ...(mediaType === undefined ? {} : { mediaType }),
});
const typeOf = (basename: string, mediaType: string | undefined, formats: readonly string[]) =>
  withDescribedType(file(basename, mediaType), formats).mediaType;

test("a file of a vague media type is taken for what its input is described with", () => {
  expect(typeOf("data", "text/plain; charset=utf-8", ["text/csv"])).toBe("text/csv");
  expect(typeOf("data", "application/octet-stream", ["text/csv"])).toBe("text/csv");
  expect(typeOf("data", undefined, ["text/csv"])).toBe("text/csv");
});

test("among several formats the name of the file decides, else the first is taken", () => {
  const formats = ["text/csv", "application/geo+json"];
  expect(typeOf("a.geojson", undefined, formats)).toBe("application/geo+json");
  expect(typeOf("a.bin", undefined, formats)).toBe("text/csv");
  expect(typeOf("a.png", undefined, ["image/*"])).toBeUndefined();
});

test("a media type that says something stays, and so does every one where anything is taken", () => {
  expect(typeOf("data.csv", "text/html", ["text/csv"])).toBe("text/html");
  expect(typeOf("data.csv", "text/plain", ["text/csv", "text/plain"])).toBe("text/plain");
  expect(typeOf("data.csv", "text/plain", ["application/octet-stream"])).toBe("text/plain");
  expect(typeOf("data.csv", undefined, ["application/octet-stream"])).toBeUndefined();
});

test("inline content without a media type has the one that is described", () => {
  expect(inlineType("a,b", ["text/csv"])).toBe("text/csv");
  expect(inlineType("a,b", ["application/octet-stream"])).toBe("text/plain");
  expect(inlineType({}, ["text/csv", "application/geo+json"])).toBe("application/geo+json");
  expect(inlineType({}, ["application/octet-stream"])).toBe("application/json");
});
