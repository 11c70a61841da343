import { fetchText } from "../shared/fetch-limited.ts";
import { type Box, boxParts, readBbox } from "./antimeridian.ts";
import { type Geometry, isMembers, type Read, readFeatures, type Shown } from "./read-features.ts";

/** So many documents of one catalog are read. */
const mostDocuments = 100;
const mostBytes = 2_000_000;

type Parent = Readonly<Record<string, unknown>>;

/** Tells whether a document leads to items: a catalog or a collection of STAC. */
export function isStacParent(value: unknown): value is Parent {
  return (
    isMembers(value) &&
    typeof value.stac_version === "string" &&
    value.type !== "Feature" &&
    value.type !== "FeatureCollection"
  );
}

/** Lists the addresses of items and of parts of a catalog that lie beside it; others are not asked for. */
export function stacLinksOf({ links }: Parent, base: string): readonly string[] {
  if (!Array.isArray(links)) return [];
  return links.flatMap((link: unknown): readonly string[] => {
    if (!isMembers(link) || typeof link.href !== "string" || !["item", "child"].includes(String(link.rel))) return [];
    const url = URL.parse(link.href, base);
    return url !== null && url.origin === new URL(base).origin ? [url.href] : [];
  });
}

/** Reads what a catalog leads to: its items with their footprints; without any, the extent of the collection. */
export async function readStacLinks(parent: Parent, base: string): Promise<Read> {
  const asked = new Set([base]);
  const features: Shown[] = [];
  const sources: string[] = [];
  let open = stacLinksOf(parent, base);
  while (open.length > 0 && asked.size < mostDocuments) {
    const next = open.filter((url) => !asked.has(url)).slice(0, mostDocuments - asked.size);
    for (const url of next) asked.add(url);
    const read = await Promise.all(next.map(async (url) => ({ url, value: await readJson(url) })));
    for (const { url, value } of read) {
      const found = readFeatures(value)?.features ?? [];
      features.push(...found);
      if (found.length > 0) sources.push(url);
    }
    open = read.flatMap(({ url, value }) => (isStacParent(value) ? stacLinksOf(value, url) : []));
  }
  const shown = features.length > 0 ? features : extentsOf(parent);
  return {
    features: shown,
    total: shown.length,
    without: shown.filter(({ geometry }) => geometry === undefined).length,
    wrong: 0,
    sources,
  };
}

/** What cannot be read of a catalog is left out: the rest of it is shown. */
async function readJson(url: string): Promise<unknown> {
  try {
    return JSON.parse(await fetchText(url, mostBytes));
  } catch {
    return undefined;
  }
}

/** The boxes of a collection; a box of six numbers has heights. */
export function extentsOf({ id, title, extent }: Parent): readonly Shown[] {
  const spatial = isMembers(extent) ? extent.spatial : undefined;
  const boxes: readonly unknown[] = isMembers(spatial) && Array.isArray(spatial.bbox) ? spatial.bbox : [];
  return boxes.flatMap((numbers): readonly Shown[] => {
    const box = readBbox(numbers);
    return box === undefined ? [] : [{ geometry: areaOf(box), attributes: { id, title } }];
  });
}

/** Builds the geometry of a box, in two parts where it goes over the antimeridian. */
export function areaOf(box: Box): Geometry {
  const rings = boxParts(box).map(([west, south, east, north]) => [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ]);
  return { type: "MultiPolygon", coordinates: rings };
}
