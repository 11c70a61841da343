import type Projection from "ol/proj/Projection.js";
import { get as getProjection, toLonLat, transform } from "ol/proj.js";
import { mapProjection } from "../map/base-map.ts";
import type { RasterFacts } from "./raster-messages.ts";

/** Where a raster stands: in a reference system that the map knows, or by its own rows and columns. */
export type Placed = {
  readonly code: string | undefined;
  readonly projection: string | Projection;
  readonly extent: readonly [number, number, number, number];
  readonly facts: RasterFacts;
};

/** Whole pixels of a raster, as many values as the map shows of them, and where they stand. */
export type GridPart = {
  readonly window: readonly [number, number, number, number];
  readonly width: number;
  readonly height: number;
  readonly extent: readonly [number, number, number, number];
};
export type Grid = GridPart & { readonly bands: readonly Float64Array<ArrayBuffer>[] };

const longestSide = 2048;

/** Finds the pixels that stand in an extent of the raster's reference system; undefined when none does. */
export function partOf({ extent, facts }: Placed, wanted: readonly number[], resolution: number): GridPart | undefined {
  const [left, bottom, right, top] = extent;
  const [pixelWidth, pixelHeight] = [(right - left) / facts.width, (top - bottom) / facts.height];
  const [wantedLeft = 0, wantedBottom = 0, wantedRight = 0, wantedTop = 0] = wanted;
  const within = (value: number, most: number) => Math.max(0, Math.min(most, value));
  const fromX = within(Math.floor((wantedLeft - left) / pixelWidth), facts.width);
  const toX = within(Math.ceil((wantedRight - left) / pixelWidth), facts.width);
  const fromY = within(Math.floor((top - wantedTop) / pixelHeight), facts.height);
  const toY = within(Math.ceil((top - wantedBottom) / pixelHeight), facts.height);
  if (toX <= fromX || toY <= fromY) return undefined;
  const sized = (pixels: number, size: number) =>
    Math.max(1, Math.min(longestSide, pixels, Math.round((pixels * size) / resolution)));
  return {
    window: [fromX, fromY, toX, toY],
    width: sized(toX - fromX, pixelWidth),
    height: sized(toY - fromY, pixelHeight),
    extent: [left + fromX * pixelWidth, top - toY * pixelHeight, left + toX * pixelWidth, top - fromY * pixelHeight],
  };
}

/** Returns a place of the map in the raster's reference system, and in words. */
export function placeOf(
  { code, projection, extent, facts }: Placed,
  coordinate: readonly number[],
): { readonly own: readonly number[]; readonly words: string } {
  if (code === undefined) {
    const [x = 0, y = 0] = coordinate;
    const [column, row] = [Math.floor(x) + 1, Math.floor(facts.height - y) + 1];
    return { own: coordinate, words: `Column ${column}, row ${row}${placeInFile(facts, x, y)}` };
  }
  const [longitude = 0, latitude = 0] = toLonLat([...coordinate], mapProjection);
  const own = transform([...coordinate], mapProjection, projection);
  const words = [
    `Longitude ${longitude.toFixed(4)}°, latitude ${latitude.toFixed(4)}°`,
    ...(getProjection(projection)?.getUnits() === "degrees" ? [] : [metresText(own)]),
    cellText({ extent, facts }, own),
  ];
  return { own, words: words.filter((one) => one !== "").join(", ") };
}

/** Says where a pixel lies in a reference system that the map cannot draw; nothing where the file has none. */
function placeInFile({ extent, width, height }: RasterFacts, x: number, y: number): string {
  if (extent === undefined) return "";
  const [left, bottom, right, top] = extent;
  const at = [left + (x / width) * (right - left), bottom + (y / height) * (top - bottom)];
  return `, x ${coordinateText(at[0])}, y ${coordinateText(at[1])} of its reference system`;
}

function metresText([easting, northing]: readonly number[]): string {
  return `easting ${coordinateText(easting)}, northing ${coordinateText(northing)}`;
}

function coordinateText(value = 0): string {
  return String(Number(value.toFixed(Math.abs(value) < 1000 ? 4 : 1)));
}

/** Names the pixel at a place of the raster's reference system; nothing beside it. */
function cellText({ extent, facts }: Pick<Placed, "extent" | "facts">, [x = 0, y = 0]: readonly number[]): string {
  const [left, bottom, right, top] = extent;
  const column = Math.floor(((x - left) / (right - left)) * facts.width) + 1;
  const row = Math.floor(((top - y) / (top - bottom)) * facts.height) + 1;
  const isInside = column >= 1 && row >= 1 && column <= facts.width && row <= facts.height;
  return isInside ? `column ${column}, row ${row}` : "";
}

/** Looks up the values at a place of the raster's reference system; undefined beside it. */
export function valuesAt(
  { extent, width, height, bands }: Grid,
  [x = 0, y = 0]: readonly number[],
): readonly number[] | undefined {
  const [left, bottom, right, top] = extent;
  const column = Math.floor(((x - left) / (right - left)) * width);
  const row = Math.floor(((top - y) / (top - bottom)) * height);
  if (column < 0 || row < 0 || column >= width || row >= height) return undefined;
  return bands.map((band) => band[row * width + column] ?? Number.NaN);
}
