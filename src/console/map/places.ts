import type { Box, Position } from "./antimeridian.ts";
import { lettersOf } from "./places/country-letters.ts";
import { countryName } from "./places/country-names.ts";
import { createOtherNames } from "./places/find-country.ts";
import type { Named } from "./places/find-named.ts";
import { otherNamesOfTowns } from "./places/town-names.ts";

/** A country as the atlas has it: its name, and its number of ISO 3166 where it has one. */
export type AtlasCountry = { readonly written: string; readonly number: string };

/** A place that has a name: what it is called and where people say it lies. */
export type Place = Country | Region | Town;

type Country = Named & {
  readonly kind: "country";
  readonly what: "country";
  readonly shown: string;
  /** As the atlas writes it. */
  readonly written: string;
  /** Two letters of ISO 3166, where it has them. */
  readonly letters: string | undefined;
};

type Region = Named & {
  readonly kind: "region" | "country";
  /** What it is, such as "lake". */
  readonly what: string;
  readonly shown: string;
  /** "the " where people say it before the name. */
  readonly article: string;
  readonly box: Box;
};

type Town = Named & {
  readonly kind: "town";
  readonly what: "town";
  readonly shown: string;
  readonly place: Position;
};

/** Lists countries and regions, by their names. `languages` are those of the reader, whose names of countries are known too. */
export async function listAreas(
  atlas: readonly AtlasCountry[],
  languages: readonly string[],
): Promise<readonly (Country | Region)[]> {
  const countries = listCountries(atlas, languages);
  const areas = [...countries, ...(await listRegions(countries))];
  return areas.toSorted((one, other) => one.shown.localeCompare(other.shown));
}

/** Lists countries, regions and towns; the larger town first. The towns are loaded when they are first wanted. */
export async function listPlaces(
  atlas: readonly AtlasCountry[],
  languages: readonly string[],
): Promise<readonly Place[]> {
  const areas = await listAreas(atlas, languages);
  const { listTowns } = await import("./places/towns.ts");
  const inCountry = createWithin(areas);
  const others = otherNamesOfTowns();
  const towns = listTowns().map(({ name, country, state, place }): Town => {
    const { shown, names } = inCountry(country);
    return {
      ...{ kind: "town", what: "town", name, place, others: others.get(`${country} ${name}`) ?? [] },
      shown: [name, ...(state === "" ? [] : [state]), shown].join(", "),
      within: state === "" ? names : [state, ...inCountry(`US-${state}`).names, ...names],
    };
  });
  return [...areas, ...towns];
}

/** Makes a function that names a country by its letters, or a state by those of the United States and its own. */
function createWithin(areas: readonly (Country | Region)[]) {
  const english = new Intl.DisplayNames(["en"], { type: "region" });
  const known = new Map<string, { readonly shown: string; readonly names: readonly string[] }>();
  for (const area of areas) {
    const names = [area.name, ...area.others];
    if ("letters" in area && area.letters !== undefined) {
      const shown = english.of(area.letters) ?? area.name;
      known.set(area.letters, { shown, names: [area.letters, shown, ...names] });
    }
    const [state] = area.others;
    if (area.kind === "region" && area.within?.[0] === "United States" && state !== undefined)
      known.set(`US-${state}`, { shown: area.name, names });
  }
  return (letters: string) => {
    const found = known.get(letters);
    if (found !== undefined) return found;
    const shown = letters.length === 2 ? (english.of(letters) ?? letters) : letters;
    const made = { shown, names: [letters, shown] };
    known.set(letters, made);
    return made;
  };
}

function listCountries(atlas: readonly AtlasCountry[], languages: readonly string[]): readonly Country[] {
  const namesOf = createOtherNames(languages);
  return atlas.map(({ written, number }) => {
    const name = countryName(written);
    const own = { kind: "country", what: "country", name, shown: name, written } as const;
    return { ...own, letters: lettersOf(number), others: namesOf(name, number) };
  });
}

async function listRegions(countries: readonly Country[]): Promise<readonly Region[]> {
  const regions = await import("./regions/regions.ts");
  return regions.listRegions().map(({ within, ...region }) => {
    const own = { ...region, kind: region.what === "country" ? "country" : "region" } as const;
    if (within === undefined) return { ...own, shown: region.name };
    const country = countries.find(({ name, others }) => name === within || others.includes(within));
    const names = country === undefined ? [] : [country.name, ...country.others, country.letters ?? ""];
    return { ...own, shown: `${region.name}, ${within}`, within: [within, ...names] };
  });
}
