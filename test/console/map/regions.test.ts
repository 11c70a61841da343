import { expect, test } from "bun:test";
import world from "world-atlas/countries-110m.json" with { type: "json" };
import { type Box, continuousBox, type Position } from "../../../src/console/map/antimeridian.ts";
import { countryName } from "../../../src/console/map/places/country-names.ts";
import { listTowns } from "../../../src/console/map/places/towns.ts";
import { lands } from "../../../src/console/map/regions/lands.ts";
import { partsOfCountries } from "../../../src/console/map/regions/parts-of-countries.ts";
import { partsOfEurope } from "../../../src/console/map/regions/parts-of-europe.ts";
import { listRegions, type Region } from "../../../src/console/map/regions/regions.ts";
import { smallLands } from "../../../src/console/map/regions/small-lands.ts";
import { waters } from "../../../src/console/map/regions/waters.ts";

const regions = listRegions();
const towns = listTowns();

/** What lies on both sides of the antimeridian. */
const overAntimeridian = [
  ...[
    "Alaska",
    "Aleutian Islands",
    "Asia",
    "Bering Sea",
    "Chukchi Sea",
    "Chukotka",

    "Eurasia",
    "Kiribati",
  ],
  ...["Melanesia", "Oceania", "Pacific Ocean", "Ross Sea", "Russian Far East", "Siberia"],
];

function regionOf(name: string, within?: string): Region {
  const found = regions.filter((one) => one.name === name && (within === undefined || one.within === within));
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new Error(`Cannot tell "${name}": found ${found.length} regions, wanted one`);
  return only;
}

function isWithin([longitude, latitude]: Position, box: Box): boolean {
  const [west, south, east, north] = continuousBox(box);
  const turned = longitude < west ? longitude + 360 : longitude;
  return turned >= west && turned <= east && latitude >= south && latitude <= north;
}

test("each box of a region has its west before its east, but over the antimeridian, and a size that one can look at", () => {
  const wrong = regions.filter(({ what, box }) => {
    const [west, south, east, north] = box;
    const isInBounds = [west, east].every((one) => Math.abs(one) <= 180) && south >= -90 && north <= 90;
    const [wide, high] = [continuousBox(box)[2] - west, north - south];
    const isSmall = ["country", "territory"].includes(what);
    const isOfHalves = box.every((degrees) => Number.isInteger(degrees * 2));
    // Places of half a degree are the smallest; only what goes around the world is wider than continents and oceans.
    const isPlausible = wide >= 0.5 && high >= 0.5 && (wide === 360 || wide <= 205) && (!isSmall || wide <= 60);
    return !isInBounds || !isOfHalves || !isPlausible || high > 180;
  });
  expect(wrong).toEqual([]);
  expect(
    regions
      .filter(({ box: [west, , east] }) => west >= east)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(overAntimeridian);
});

test("parts of a country are no larger than large countries are", () => {
  const large = regions.filter(({ within, box }) => within !== undefined && continuousBox(box)[2] - box[0] > 60);
  expect(large.map(({ name }) => name)).toEqual([]);
});

test("no two regions, and no region and a country of the atlas, are shown by the same name", () => {
  const shown = regions.map(({ name, within }) => (within === undefined ? name : `${name}, ${within}`));
  const countries = world.objects.countries.geometries.map(({ properties }) => countryName(properties.name));
  const all = [...shown, ...countries];
  expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
  expect(regions.length).toBeGreaterThan(500);
});

test("in each group of regions the names are in order", () => {
  const groups = [...lands, ...waters, ...smallLands, ...partsOfEurope, ...partsOfCountries];
  for (const { lines } of groups) {
    const names = lines
      .trim()
      .split("\n")
      .map((line) => line.replace(/^the /, "").replace(/(?:=.*)?(?: -?[\d.]+){4}$/, ""));
    expect(names).toEqual(names.toSorted((one, other) => one.localeCompare(other)));
  }
});

test("no region has its own name again among the others", () => {
  expect(regions.filter(({ name, others }) => others.includes(name) || new Set(others).size < others.length)).toEqual(
    [],
  );
});

test.each([
  ["Alps", ["AT Innsbruck", "FR Grenoble", "IT Bolzano"], ["IT Rome", "DE Berlin", "FR Paris"]],
  ["Pyrenees", ["AD Andorra la Vella", "ES Huesca"], ["FR Bordeaux"]],
  ["Carpathians", ["RO Braşov", "SK Poprad"], ["PL Warsaw", "UA Kyiv"]],
  ["Himalayas", ["NP Kathmandu", "BT Thimphu", "IN Gangtok"], ["IN Mumbai", "IN Kolkata"]],
  ["Andes", ["EC Quito", "PE Cusco", "BO La Paz", "CO Bogotá"], ["BR Brasília"]],
  ["Balkans", ["BG Sofia", "RS Belgrade", "GR Athens"], ["HU Budapest", "IT Rome"]],
  ["Scandinavia", ["SE Stockholm", "NO Oslo", "DK Copenhagen"], ["DE Berlin", "IS Reykjavík"]],
  ["Iberian Peninsula", ["ES Madrid", "PT Lisbon"], ["FR Bordeaux", "FR Paris"]],
  ["Middle East", ["EG Cairo", "IR Tehran", "YE Sanaa", "TR Istanbul"], ["IN Mumbai", "GR Athens"]],
  ["Western Africa", ["NG Lagos", "SN Dakar", "CV Praia", "NE Niamey"], ["CD Kinshasa", "KE Nairobi"]],
  ["Baltic Sea", ["EE Tallinn", "FI Helsinki", "SE Stockholm"], ["DE Berlin"]],
  ["Black Sea", ["UA Odessa", "RU Sochi"], ["GE Tbilisi"]],
  ["Caribbean", ["CU Havana", "BB Bridgetown", "JM Kingston"], ["MX Mexico City"]],
  ["Persian Gulf", ["KW Kuwait City", "QA Doha", "AE Dubai"], ["OM Muscat"]],
  ["Sahara", ["DZ Tamanrasset", "LY Sabhā"], ["NG Lagos", "KE Nairobi"]],
  ["Amazon basin", ["BR Manaus", "PE Iquitos"], ["BR São Paulo"]],
  ["Lake Victoria", ["UG Kampala", "TZ Mwanza", "KE Kisumu"], ["KE Nairobi", "RW Kigali"]],
  ["Mekong delta", ["VN Cần Thơ"], ["KH Phnom Penh", "VN Hanoi"]],
  ["Bavaria", ["DE Munich", "DE Nürnberg"], ["DE Berlin", "AT Vienna"]],
  ["California", ["US Los Angeles", "US San Francisco"], ["US Phoenix", "US Portland"]],
  ["Alaska", ["US Anchorage", "US Fairbanks"], ["CA Vancouver", "US Seattle"]],
  ["Kiribati", ["KI Tarawa"], ["FJ Suva"]],
  ["Chukotka", [], ["RU Magadan", "RU Petropavlovsk-Kamchatsky"]],
  ["Bering Sea", [], ["RU Magadan", "US Anchorage", "US Seattle"]],
  ["Tasmania", ["AU Hobart"], ["AU Melbourne", "AU Sydney"]],
  ["Hokkaido", ["JP Sapporo"], ["JP Aomori", "JP Tokyo"]],
] as const)("towns lie in or out of the box of %s", (name, inside, outside) => {
  const { box } = regionOf(name);
  const isIn = (named: string) => {
    const town = towns.find((one) => `${one.country} ${one.name}` === named);
    if (town === undefined) throw new Error(`Cannot check "${name}": found no town "${named}"`);
    return isWithin(town.place, box);
  };
  expect(inside.filter((one) => !isIn(one))).toEqual([]);
  expect(outside.filter(isIn)).toEqual([]);
});

test("each town of the United States lies in the box of its state", () => {
  const states = new Map(
    regions.flatMap(({ within, others: [letters = ""], box }) =>
      within === "United States" && letters.length === 2 ? [[letters, box] as const] : [],
    ),
  );
  const american = towns.filter(({ country, state }) => country === "US" && state !== "");
  expect(states.size).toBe(50);
  expect(american.length).toBeGreaterThan(2000);
  expect(american.filter(({ state, place }) => !isWithin(place, states.get(state) ?? [0, 0, 0, 0]))).toEqual([]);
});
