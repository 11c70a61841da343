import { describe, expect, test } from "bun:test";
import world from "world-atlas/countries-110m.json" with { type: "json" };
import { continuousBox } from "../../../src/console/map/antimeridian.ts";
import { createFinder } from "../../../src/console/map/places/find-named.ts";
import { boxAroundPlace } from "../../../src/console/map/places/town-box.ts";
import { otherNamesOfTowns } from "../../../src/console/map/places/town-names.ts";
import { listTowns } from "../../../src/console/map/places/towns.ts";
import { listAreas, listPlaces } from "../../../src/console/map/places.ts";

const atlas = world.objects.countries.geometries.map(({ properties, ...one }) => ({
  written: properties.name,
  number: "id" in one ? String(one.id) : "",
}));
const places = await listPlaces(atlas, ["de-CH"]);
const find = createFinder(places);
const saidOf = (text: string) => find(text).found.map(({ shown, what }) => `${shown} (${what})`);

test.each([
  ["Alps", "Alps (mountains)"],
  ["the alps", "Alps (mountains)"],
  ["Alpen", "Alps (mountains)"],
  ["Ostsee", "Baltic Sea (sea, gulf or strait)"],
  ["Mittelmeer", "Mediterranean Sea (sea, gulf or strait)"],
  ["Bayern", "Bavaria, Germany (state)"],
  ["Bern", "Bern, Switzerland (town)"],
  ["Switz", "Switzerland (country)"],
  ["germ", "Germany (country)"],
  ["Zürich", "Zürich, Switzerland (town)"],
  ["zurich", "Zürich, Switzerland (town)"],
  ["Lodz", "Łódź, Poland (town)"],
  ["St. Gallen", "Sankt Gallen, Switzerland (town)"],
  ["Köln", "Köln, Germany (town)"],
  ["Cologne", "Köln, Germany (town)"],
  ["Wien", "Vienna, Austria (town)"],
  ["Vienna, Austria", "Vienna, Austria (town)"],
  ["Wien Österreich", "Vienna, Austria (town)"],
  ["Georgia, USA", "Georgia, United States (state)"],
  ["Georgia, United States", "Georgia, United States (state)"],
  ["Cambridge UK", "Cambridge, United Kingdom (town)"],
  ["Cambridge, MA", "Cambridge, MA, United States (town)"],
  ["Cambridge, Massachusetts", "Cambridge, MA, United States (town)"],
  ["Cambridge, MA, United States", "Cambridge, MA, United States (town)"],
  ["Punjab, Pakistan", "Punjab, Pakistan (province)"],
  ["Lake Victoria", "Lake Victoria (lake)"],
  ["Malta", "Malta (country)"],
  ["The Hague", "The Hague, Netherlands (town)"],
])("%s is %s alone", (text, said) => {
  expect(find(text)).toMatchObject({ isOne: true, isNear: false });
  expect(saidOf(text)[0]).toBe(said);
});

test.each([
  ["Georgia", ["Georgia (country)", "Georgia, United States (state)"]],
  ["Luxembourg", ["Luxembourg (country)", "Luxembourg, Luxembourg (town)"]],
  ["New York", ["New York, United States (state)", "New York City, NY, United States (town)"]],
  [
    "Cambridge",
    [
      ...["Cambridge, United Kingdom (town)", "Cambridge, Canada (town)"],
      ...["Cambridge, MA, United States (town)", "Cambridge, New Zealand (town)"],
    ],
  ],
  ["Victoria", ["Lake Victoria (lake)", "Victoria, Australia (state or territory)", "Victoria, Canada (town)"]],
  ["Baltic", ["Baltic Sea (sea, gulf or strait)", "Baltic states (region)"]],
  ["Paris", ["Paris, France (town)", "Paris, TX, United States (town)"]],
  ["Punjab", ["Punjab, India (state or territory)", "Punjab, Pakistan (province)"]],
])("%s may mean several, which are said with what they are", (text, said) => {
  expect(find(text)).toMatchObject({ isOne: false, isNear: false });
  expect(saidOf(text).slice(0, said.length)).toEqual([...said]);
});

test.each([
  ["Himalya", "Himalayas (mountains)"],
  ["Scandinvia", "Scandinavia (region)"],
  ["Pyrenes", "Pyrenees (mountains)"],
  ["Swizerland", "Switzerland (country)"],
  ["Zuerich", "Zürich, Switzerland (town)"],
  ["Viktoriasse", "Lake Victoria (lake)"],
  ["Reykajvik", "Reykjavík, Iceland (town)"],
  ["Stutgart", "Stuttgart, Germany (town)"],
  ["Berlin, Switzerland", "Berlin, Germany (town)"],
])("%s is no place, and nearly %s", (text, said) => {
  expect(find(text)).toMatchObject({ isOne: false, isNear: true });
  expect(saidOf(text)[0]).toBe(said);
});

test.each(["", " ", "?!", ",", "Qwertyuiop", "xyz, Switzerland", "Lumerlandia"])('nothing is called "%s"', (text) => {
  expect(find(text).found).toEqual([]);
});

test("a name of four letters is found as it is only", () => {
  expect(find("Peux").found).toEqual([]);
  expect(find("Qomm").found).toEqual([]);
});

test("towns have names, letters of a country and places, the largest first", () => {
  const towns = listTowns();
  expect(towns.length).toBeGreaterThan(20_000);
  const isRight = ({ name, country, state, place: [longitude, latitude] }: (typeof towns)[number]) =>
    /^[^|\\]+$/.test(name) &&
    /^[A-Z]{2}$/.test(country) &&
    /^(?:[A-Z]{2})?$/.test(state) &&
    Math.abs(longitude) <= 180 &&
    Math.abs(latitude) <= 90;
  expect(towns.filter((town) => !isRight(town))).toEqual([]);
  expect(towns.find(({ name }) => name === "Bern")).toEqual({
    ...{ name: "Bern", country: "CH", state: "", place: [7.447, 46.948] },
  });
  const at = (name: string) => towns.findIndex((one) => one.name === name);
  expect(at("Tokyo") >= 0 && at("Tokyo") < at("Munich") && at("Munich") < at("Bern")).toBe(true);
  // Seats of governments are known, however small they are.
  expect(towns.some(({ name }) => name === "Vaduz")).toBe(true);
});

test("each other name of a town is of a town that is known", () => {
  const known = new Set(listTowns().map(({ name, country }) => `${country} ${name}`));
  expect([...otherNamesOfTowns().keys()].filter((town) => !known.has(town))).toEqual([]);
});

test("the list to choose from has countries and regions, by the names that find them", async () => {
  const areas = await listAreas(atlas, ["en"]);
  expect(areas.length).toBeLessThan(1200);
  const lost = areas.filter(({ shown }) => !find(shown).found.some((one) => one.shown === shown));
  expect(lost).toEqual([]);
});

describe("the box of a town", () => {
  const kilometersOf = (place: readonly [number, number], box: ReturnType<typeof boxAroundPlace>) => {
    const [west, south, east, north] = continuousBox(box);
    const wide = (east - west) * 111.32 * Math.cos((place[1] * Math.PI) / 180);
    return [wide, (north - south) * 111.32];
  };

  test.each([
    [[7.447, 46.948], "Bern"],
    [[-78.5, 0], "the equator"],
    [[25.748, 71.031], "Honningsvåg"],
    [[15.635, 78.223], "Longyearbyen"],
    [[-68.31, -54.81], "Ushuaia"],
    [[179.98, -16.8], "Fiji, at the antimeridian"],
    [[-179.99, 65.5], "Chukotka, at the antimeridian"],
  ] as const)("is as wide as it is high: %p, %s", (place) => {
    const sizes = kilometersOf(place, boxAroundPlace(place, 10));
    expect(sizes.filter((kilometers) => kilometers < 20 || kilometers > 20.25)).toEqual([]);
  });

  test("goes over the antimeridian, and around the world at a pole", () => {
    const [west, , east] = boxAroundPlace([179.98, -16.8], 10);
    expect([west, east].map((one) => Math.round(one * 100) / 100)).toEqual([179.89, -179.93]);
    expect(boxAroundPlace([10, 89.99], 10)).toEqual([-180, 89.9, 180, 90]);
    expect(boxAroundPlace([10, -90], 10)).toEqual([-180, -90, 180, -89.91]);
  });
});
