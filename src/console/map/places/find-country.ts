import { type Box, boxOfDrawn } from "../antimeridian.ts";
import { lettersOf } from "./country-letters.ts";

/** What people also call a country; names of other languages are those of the browser. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  "Bosnia and Herzegovina": ["Bosnia"],
  Congo: ["Republic of the Congo", "Congo-Brazzaville"],
  "Côte d'Ivoire": ["Ivory Coast"],
  Czechia: ["Czech Republic"],
  "Democratic Republic of the Congo": ["DRC", "DR Congo", "Congo-Kinshasa", "Zaire"],
  eSwatini: ["Swaziland"],
  "Falkland Islands": ["Malvinas"],
  Macedonia: ["North Macedonia"],
  Myanmar: ["Burma"],
  Netherlands: ["Holland"],
  "North Korea": ["DPRK"],
  Palestine: ["West Bank", "Gaza"],
  Russia: ["Russian Federation"],
  "South Korea": ["Republic of Korea"],
  "Timor-Leste": ["East Timor"],
  Turkey: ["Türkiye"],
  "United Arab Emirates": ["UAE"],
  "United Kingdom": ["UK", "Great Britain", "Britain"],
  "United States of America": ["USA", "US", "United States", "America"],
  Vietnam: ["Viet Nam"],
};

/** Makes a function that lists what else a country is called, by its name and its number of ISO 3166, in some languages. */
export function createOtherNames(languages: readonly string[]): (name: string, number: string) => readonly string[] {
  const spoken = [...new Set([...languages, "en"])].map((one) => new Intl.DisplayNames([one], { type: "region" }));
  return (name, number) => {
    const own = otherNames[name] ?? [];
    const letters = lettersOf(number);
    if (letters === undefined) return own;
    const said = spoken.flatMap((one) => one.of(letters) ?? []);
    return [...own, ...said.filter((one) => one !== name && one !== letters)];
  };
}

/** Parts of a country that are this near belong to what is shown of it, in degrees. */
const nearDegrees = 10;

/**
 * Finds the box of a country from those of its parts, the largest first: of that part with all that is near it, wider by what
 * the atlas leaves out of a coast, to a tenth of a degree outwards. `isPart` is true where something lies far away, such as a land over an ocean.
 */
export function boxOfParts(parts: readonly Box[]): { readonly box: Box; readonly isPart: boolean } | undefined {
  let [around, ...far] = parts;
  if (around === undefined) return undefined;
  for (;;) {
    const now: Box = around;
    const at = far.findIndex((part) => isNear(besideOf(part, now), now));
    const near = far[at];
    if (near === undefined) break;
    far = far.toSpliced(at, 1);
    around = bothOf(now, besideOf(near, now));
  }
  return { box: outwards(boxOfDrawn(widened(around))), isPart: far.length > 0 };
}

function bothOf(one: Box, other: Box): Box {
  const [west, south] = [Math.min(one[0], other[0]), Math.min(one[1], other[1])];
  return [west, south, Math.max(one[2], other[2]), Math.max(one[3], other[3])];
}

/** Turns a box around the world until it is as near as it can be to another one. */
function besideOf([west, south, east, north]: Box, other: Box): Box {
  const turns = Math.round((other[0] + other[2] - west - east) / 720) * 360;
  return [west + turns, south, east + turns, north];
}

function isNear(one: Box, other: Box): boolean {
  return (
    Math.max(one[0] - other[2], other[0] - one[2]) <= nearDegrees &&
    Math.max(one[1] - other[3], other[1] - one[3]) <= nearDegrees
  );
}

/** So far the coasts of the atlas lie beside the real ones at most, in degrees. */
const coastDegrees = 0.05;

function widened([west, south, east, north]: Box): Box {
  return [west - coastDegrees, south - coastDegrees, east + coastDegrees, north + coastDegrees];
}

function outwards([west, south, east, north]: Box): Box {
  const [down, up] = [
    (degrees: number) => Math.floor(degrees * 10) / 10,
    (degrees: number) => Math.ceil(degrees * 10) / 10,
  ];
  // The map ends before the poles.
  return [down(west), south < -85 ? -90 : down(south), up(east), north > 85 ? 90 : up(north)];
}
