import type { RasterFacts } from "./raster-messages.ts";

/** A name that is longer says too much for a line. */
const longest = 80;
const mostBands = 500;

/** Reads what GDAL notes of the bands in a file: what each is called, and the unit of its values. */
export function readBandNames(metadata: string): RasterFacts["names"] {
  const names: { name?: string; unit?: string }[] = [];
  for (const [, attributes = "", content = ""] of metadata.matchAll(/<Item\b([^<>]*)>([^<]*)<\/Item>/g)) {
    const sample = /\bsample="(\d{1,3})"/.exec(attributes)?.[1];
    const role = /\brole="(description|unittype)"/.exec(attributes)?.[1];
    const text = plainText(content);
    if (sample === undefined || role === undefined || text === "" || Number(sample) >= mostBands) continue;
    names[Number(sample)] = { ...names[Number(sample)], ...(role === "unittype" ? { unit: text } : { name: text }) };
  }
  return names.length === 0 ? undefined : Array.from(names);
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function plainText(xml: string): string {
  return xml
    .replaceAll(/&(amp|lt|gt|quot|apos);/g, (whole, name: string) => entities[name] ?? whole)
    .trim()
    .slice(0, longest);
}
