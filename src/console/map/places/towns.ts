import type { Position } from "../antimeridian.ts";
import { townsText } from "../towns.macro.ts" with { type: "macro" };

/** A town by its name, and where its middle is. */
export type Town = {
  readonly name: string;
  /** Two letters of ISO 3166. */
  readonly country: string;
  /** Two letters of the state, in the United States. */
  readonly state: string;
  readonly place: Position;
};

/** Lists the towns of the world, the larger one first. Much text: it is imported when somebody looks for a place. */
export function listTowns(): readonly Town[] {
  const [names = [], countries = [], longitudes = [], latitudes = []] = townsText()
    .split("\n")
    .map((line) => line.split("|"));
  return names.map((name, index) => ({
    name: name.includes("\\") ? String(JSON.parse(`"${name}"`)) : name,
    country: countries[index]?.slice(0, 2) ?? "",
    state: countries[index]?.slice(2) ?? "",
    place: [Number(longitudes[index]) / 1000, Number(latitudes[index]) / 1000],
  }));
}
