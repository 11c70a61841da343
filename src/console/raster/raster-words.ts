import type { RasterFacts } from "./raster-messages.ts";
import { isData } from "./stretch.ts";

/** Names a band for people: by its number, and by the name that the file has for it. */
export function bandText({ names }: Pick<RasterFacts, "names">, band: number): string {
  const name = names?.[band]?.name;
  return `band ${band + 1}${name === undefined ? "" : ` (${name})`}`;
}

/** Words the values of bands at one pixel, each with its unit where the file tells it. */
export function valuesText(
  facts: Pick<RasterFacts, "names" | "noData">,
  bands: readonly number[],
  values: readonly number[],
): string {
  const texts = values.map((value, at) => valueText(facts, bands[at] ?? 0, value));
  const isPlain = bands.every((band) => facts.names?.[band] === undefined);
  if (isPlain && bands.length > 1) return `bands ${bands.map((band) => band + 1).join(", ")}: ${texts.join(", ")}`;
  return bands.map((band, at) => `${bandText(facts, band)}: ${texts[at] ?? ""}`).join("; ");
}

function valueText({ names, noData }: Pick<RasterFacts, "names" | "noData">, band: number, value: number): string {
  const unit = names?.[band]?.unit;
  if (isData(value, noData)) return `${Number(value.toPrecision(7))}${unit === undefined ? "" : ` ${unit}`}`;
  return value === noData ? `no data (${noData} in the file)` : "no data";
}

/** Words what a raster is. `system` says where it lies. */
export function factsText({ width, height, bands, noData, levels }: RasterFacts, system: string): string {
  return [
    `${width} × ${height} pixels`,
    `${bands} ${bands === 1 ? "band" : "bands"}`,
    system,
    noData === undefined
      ? 'the file names no value that means "no data"'
      : `pixels of the value ${noData} have no data and are not drawn`,
    levels > 1
      ? `${levels - 1} smaller ${levels === 2 ? "version" : "versions"} inside (overviews)`
      : "no smaller versions inside",
  ].join(", ");
}
