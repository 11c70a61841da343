import type { Box } from "../antimeridian.ts";
import { lands } from "./lands.ts";
import { partsOfCountries } from "./parts-of-countries.ts";
import { partsOfEurope } from "./parts-of-europe.ts";
import type { RegionGroup } from "./region-group.ts";
import { smallLands } from "./small-lands.ts";
import { waters } from "./waters.ts";

/** A region with a name of its own that a map can show. */
export type Region = {
  readonly name: string;
  readonly others: readonly string[];
  readonly within?: string;
  readonly what: string;
  /** "the " where people say it before the name. */
  readonly article: string;
  readonly box: Box;
};

/** Lists the regions that are known by their names. Throws for a line that is none. */
export function listRegions(): readonly Region[] {
  return [lands, waters, smallLands, partsOfEurope, partsOfCountries].flat().flatMap(regionsOf);
}

function regionsOf({ what, within, lines }: RegionGroup): readonly Region[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => {
      const { names = "", numbers = "" } = /^(?<names>.+?)(?<numbers>(?: -?[\d.]+){4})$/.exec(line)?.groups ?? {};
      const [west, south, east, north] = numbers.trim().split(" ").map(Number);
      if (west === undefined || south === undefined || east === undefined || north === undefined)
        throw new Error(`Cannot read a region: found "${line}", wanted names and four numbers`);
      const [written = "", others = ""] = names.split("=");
      const article = written.startsWith("the ") ? "the " : "";
      const [name = "", country = within] = written.slice(article.length).split(", ");
      return {
        ...{ name, what, article, box: [west, south, east, north] as const },
        ...(country === undefined ? {} : { within: country }),
        others: others === "" ? [] : others.split(","),
      };
    });
}
