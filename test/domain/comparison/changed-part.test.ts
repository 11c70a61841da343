import { expect, test } from "bun:test";
import { changedParts } from "../../../src/domain/comparison/changed-part.ts";

const rows = [
  ["a word in the middle", "gdal -of GTiff a b", "gdal -of COG a b", ["gdal -of ", "GTiff", " a b"], "COG"],
  ["a word more", "sort -u a", "sort a", ["sort ", "-u ", "a"], ""],
  ["a word behind", "a", "a b", ["a", "", ""], " b"],
  ["a word before", "b", "a b", ["", "", "b"], "a "],
  [
    "a part of a word, as the whole word",
    "run --level=1 x",
    "run --level=2 x",
    ["run ", "--level=1", " x"],
    "--level=2",
  ],
  ["white space", "a  b", "a b", ["a", "  ", "b"], " "],
  ["all", "a", "b", ["", "a", ""], "b"],
  ["a word that is there twice", "a a", "a a a", ["a a", "", ""], " a"],
  ["nothing", "a b", "a b", ["a b", "", ""], ""],
  ["all of it", "a b", "", ["", "a b", ""], ""],
] as const;

test.each(rows)("two texts differ in %s", (_, a, b, parts, other) => {
  const [one, two] = changedParts(a, b);
  expect([...one]).toEqual([...parts]);
  expect(two[1]).toBe(other);
  expect([one.join(""), two.join("")]).toEqual([a, b]);
});
