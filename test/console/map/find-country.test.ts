import { expect, test } from "bun:test";
import world from "world-atlas/countries-110m.json" with { type: "json" };
import { lettersOf } from "../../../src/console/map/places/country-letters.ts";
import { countryName } from "../../../src/console/map/places/country-names.ts";
import { boxOfParts, createOtherNames } from "../../../src/console/map/places/find-country.ts";
import { createFinder } from "../../../src/console/map/places/find-named.ts";

const namesOf = createOtherNames(["de-CH", "fr"]);
const countries = world.objects.countries.geometries.map(({ properties, ...one }) => {
  const name = countryName(properties.name);
  return { name, others: namesOf(name, "id" in one ? String(one.id) : "") };
});
const find = createFinder(countries);

test.each([
  ["switzerland", "Switzerland"],
  ["Switz", "Switzerland"],
  ["SCHWEIZ", "Switzerland"],
  ["Suisse", "Switzerland"],
  ["cote d'ivoire", "Côte d'Ivoire"],
  ["Ivory Coast", "Côte d'Ivoire"],
  ["usa", "United States of America"],
  ["america", "United States of America"],
  ["Vereinigte Staaten", "United States of America"],
  ["UK", "United Kingdom"],
  ["holland", "Netherlands"],
  ["guinea", "Guinea"],
  ["niger", "Niger"],
  ["congo", "Congo"],
  ["DRC", "Democratic Republic of the Congo"],
  ["czech republic", "Czechia"],
  ["turkiye", "Turkey"],
  ["kosovo", "Kosovo"],
])("%s is %s", (text, name) => {
  const { found, isOne } = find(text);
  expect([found[0]?.name, isOne]).toEqual([name, true]);
});

test("each country of the atlas that has a number has letters of its own", () => {
  const numbers = world.objects.countries.geometries.flatMap((one) => ("id" in one ? [String(one.id)] : []));
  const letters = numbers.map(lettersOf);
  expect(numbers.length).toBeGreaterThan(170);
  expect(letters.every((one) => one !== undefined && /^[A-Z]{2}$/.test(one))).toBe(true);
  expect(new Set(letters).size).toBe(numbers.length);
  expect([lettersOf("756"), lettersOf("75"), lettersOf("")]).toEqual(["CH", undefined, undefined]);
});

test("what may mean several is listed, what fits best first", () => {
  const names = (text: string) => find(text).found.map(({ name }) => name);
  expect(find("korea")).toMatchObject({ isOne: false });
  expect(names("korea")).toEqual(["North Korea", "South Korea"]);
  expect(names("guin").slice(0, 2)).toEqual(["Guinea", "Guinea-Bissau"]);
  expect(names("guin")).toContain("Papua New Guinea");
  for (const text of ["", "  ", "Atlantis", "?!"]) expect(names(text)).toEqual([]);
});

test("the box of a country has its parts that are near, and leaves out those far away", () => {
  const mainland = [-4.59, 42.31, 8.04, 51.12] as const;
  const [island, overseas] = [[8.58, 41.36, 9.55, 43.02] as const, [-54.61, 2.05, -51.65, 5.77] as const];
  expect(boxOfParts([mainland, overseas, island])).toEqual({ box: [-4.7, 41.3, 9.6, 51.2], isPart: true });
  expect(boxOfParts([mainland])).toEqual({ box: [-4.7, 42.2, 8.1, 51.2], isPart: false });
  expect(boxOfParts([])).toBeUndefined();
});

test("the box of a country over the antimeridian goes over it, on whichever side its parts are written", () => {
  const parts = [[177.28, -18.28, 178.75, -17.34] as const, [-180, -17.1, -179.8, -16.1] as const];
  expect(boxOfParts(parts)).toEqual({ box: [177.2, -18.4, -179.7, -16], isPart: false });
  expect(boxOfParts(parts.toReversed())).toEqual({ box: [177.2, -18.4, -179.7, -16], isPart: false });
  expect(boxOfParts([[-180, -85.06, 180, -63.27]])).toEqual({ box: [-180, -90, 180, -63.2], isPart: false });
});
