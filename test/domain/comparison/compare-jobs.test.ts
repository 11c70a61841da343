import { expect, test } from "bun:test";
import { comparePairs, inputMark, resultMark } from "../../../src/domain/comparison/compare-jobs.ts";

test("what both have is the same or not, and what one lacks differs", () => {
  const pairs = comparePairs(
    [
      { x: 1, y: 2, z: 0 },
      { y: 2, x: 3, w: 4 },
    ],
    (value) => (value === 0 ? undefined : String(value)),
  );
  expect(pairs).toEqual([
    { id: "x", same: false, a: 1, b: 3 },
    { id: "y", same: true, a: 2, b: 2 },
    { id: "z", same: false, a: 0 },
    { id: "w", same: false, b: 4 },
  ]);
  expect(comparePairs([{ z: 0 }, { z: 0 }], () => undefined)).toEqual([{ id: "z", a: 0, b: 0 }]);
});

test("names of objects are no inputs", () => {
  const first: Readonly<Record<string, number>> = { constructor: 1 };
  expect(comparePairs([first, {}], String)).toEqual([{ id: "constructor", same: false, a: 1 }]);
});

test("an upload is the same when its bytes are, wherever it stands in an input", () => {
  const digests = new Map([
    ["vault://one", "d1"],
    ["vault://two", "d1"],
    ["vault://three", "d3"],
  ]);
  const mark = (href: string) => inputMark([{ inner: { href, type: "text/csv" } }], digests);
  expect(mark("vault://one")).toBe(mark("vault://two"));
  expect(mark("vault://one")).not.toBe(mark("vault://three"));
  expect(inputMark({ href: "vault://one" }, digests)).toBe(
    inputMark({ href: "vault://two", type: "text/csv" }, digests),
  );
  expect(mark("https://a/")).not.toBe(mark("https://b/"));
  expect(inputMark({ b: 1, a: 2 }, digests)).toBe(inputMark({ a: 2, b: 1 }, digests));
});

test("results are the same by values and digests; without a digest nothing is told", () => {
  const file = {
    kind: "file",
    reference: "e/o/a.tif",
    basename: "a.tif",
    mediaType: "image/tiff",
    sizeBytes: 1,
  } as const;
  expect(resultMark(file)).toBeUndefined();
  const known = { ...file, sha256: "d" };
  expect(resultMark(known)).toBe(resultMark({ ...known, reference: "other/o/a.tif" }));
  expect(resultMark({ kind: "list", items: [known, file] })).toBeUndefined();
  expect(resultMark({ kind: "list", items: [known] })).not.toBe(resultMark({ kind: "list", items: [known, known] }));
  const record = (name: string) => resultMark({ kind: "record", members: { [name]: known } });
  expect(record("a")).not.toBe(record("b"));
  const directory = (path: string) =>
    resultMark({
      kind: "directory",
      reference: "e/o/d/",
      basename: "d",
      files: [{ path, mediaType: "text/plain", sizeBytes: 1, sha256: "d" }],
    });
  expect(directory("a")).not.toBe(directory("b"));
  expect(resultMark({ kind: "value", value: { b: 1, a: [2] } })).toBe(
    resultMark({ kind: "value", value: { a: [2], b: 1 } }),
  );
  expect(resultMark({ kind: "link", href: "x" })).toBe(resultMark({ kind: "link", href: "x" }));
});
