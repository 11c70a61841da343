import { expect, test } from "bun:test";
import world from "world-atlas/countries-110m.json" with { type: "json" };
import { countryName, hasRoom, nameLines } from "../../../src/console/map/places/country-names.ts";
import { degreeWords, sayPlace } from "../../../src/console/map/words.ts";

test("each country of the atlas has a name that nothing is written short in", () => {
  const names = world.objects.countries.geometries.map(({ properties }) => countryName(properties.name));
  expect(names.filter((name) => name.includes("."))).toEqual([]);
  expect(names).toContain("Democratic Republic of the Congo");
  expect(names).toContain("Bosnia and Herzegovina");
  expect(names).toContain("French Southern Antarctic Lands");
  expect(names).toContain("Central African Republic");
  expect(names).toContain("Northern Cyprus");
  expect(new Set(names).size).toBe(names.length);
});

test.each([
  ["Chad", ["Chad"]],
  ["United States of America", ["United States", "of America"]],
  ["Democratic Republic of the Congo", ["Democratic", "Republic of", "the Congo"]],
  ["Liechtensteinischesland", ["Liechtensteinischesland"]],
])("%s is written in lines of few letters", (name, lines) => {
  expect(nameLines(name)).toEqual(lines);
});

test("a name is shown where its country is about as wide", () => {
  expect(hasRoom(["Austria"], 10)).toBe(false);
  expect(hasRoom(["Austria"], 40)).toBe(true);
  expect(hasRoom(["United States", "of America"], 40)).toBe(false);
});

test.each([
  [[-121.399_123_4, 39.834_567_8], 1, "longitude -121.39912°, latitude 39.83457°"],
  [[12.345_678, -8.5], 1000, "longitude 12.346°, latitude -8.500°"],
  [[12.345_678, 47], 78_271, "longitude 12.3°, latitude 47.0°"],
  [[12.345_678_9, 47], 0.001, "longitude 12.34568°, latitude 47.00000°"],
] as const)("a place is told in degrees, as finely as a pixel is", (place, resolution, words) => {
  expect(sayPlace([place[0], place[1]], resolution)).toBe(words);
});

test.each([
  [7.5, "7.5° E"],
  [-45, "45° W"],
  [0, "0°"],
  [-0, "0°"],
  [180, "180°"],
  [-180, "180°"],
  [0.1 + 0.2, "0.3° E"],
])("a line at %p degrees is called %p", (degrees, words) => {
  expect(degreeWords(degrees, ["E", "W"])).toBe(words);
});
