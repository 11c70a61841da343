import { describe, expect, test } from "bun:test";
import type { Results } from "../../../src/domain/values/values.ts";
import { directoryOfResults, isFileOfResults } from "../../../src/operations/deploy/shared-paths.ts";

const file = (path: string) =>
  ({ kind: "file", reference: path, basename: "f", mediaType: "text/plain", sizeBytes: 1 }) as const;
const listed = (path: string) => ({ path, mediaType: "text/plain", sizeBytes: 1 });
const results: Results = {
  one: {
    ...file("/j/one/a%20b.txt"),
    secondaryFiles: [{ ...file("/j/one/c.txt"), secondaryFiles: [file("/j/one/d")] }],
  },
  all: { kind: "directory", reference: "/j/all/d/", basename: "d", files: [listed("x.txt"), listed("s/100%.txt")] },
  both: {
    kind: "list",
    items: [
      { kind: "record", members: { m: file("/j/both/m.txt") } },
      { kind: "value", value: 1 },
    ],
  },
  far: { kind: "link", href: "https://far.example/j/one/z.txt" },
};

describe("paths of results", () => {
  test.each([
    [["j", "one", "a b.txt"], true],
    [["j", "one", "c.txt"], true],
    [["j", "one", "d"], true],
    [["j", "all", "d", "x.txt"], true],
    [["j", "all", "d", "s", "100%.txt"], true],
    [["j", "both", "m.txt"], true],
    [["j", "one", "a%20b.txt"], false],
    [["j", "one", "A b.txt"], false],
    [["k", "one", "a b.txt"], false],
    [["one", "a b.txt"], false],
    [["j", "one", "a b.txt", ""], false],
    [["j", "", "one", "a b.txt"], false],
    [["j", "all", "..", "one", "a b.txt"], false],
    [["j", "all", "d", "y.txt"], false],
    [["j", "all", "d"], false],
    [["j", "one", "z.txt"], false],
    [["j"], false],
    [[], false],
  ])("%j is a file of them: %p", (segments, isFile) => {
    expect(isFileOfResults(results, segments)).toBe(isFile);
  });

  test.each([
    [
      ["j", "all", "d"],
      ["x.txt", "s/100%.txt"],
    ],
    [["j", "all", "d", "s"], ["100%.txt"]],
    [["j", "all", "d", ""], undefined],
    [["j", "all", "d", "t"], undefined],
    [["j", "all", "d", "x.txt"], undefined],
    [["j", "all"], undefined],
    [["j", "all", "D"], undefined],
    [["j"], undefined],
    [["j", "one"], undefined],
  ])("%j is a directory of them with %j", (segments, files) => {
    expect(directoryOfResults(results, segments)?.files.map(({ path }) => path)).toEqual(files);
  });
});
