import type Projection from "ol/proj/Projection.js";
import { toLonLat, transform } from "ol/proj.js";
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
  { code, projection, facts }: Placed,
  coordinate: readonly number[],
): { readonly own: readonly number[]; readonly words: string } {
  if (code === undefined) {
    const [x = 0, y = 0] = coordinate;
    return { own: coordinate, words: `Column ${Math.floor(x) + 1}, row ${Math.floor(facts.height - y) + 1}` };
  }
  const [longitude = 0, latitude = 0] = toLonLat([...coordinate], mapProjection);
  return {
    own: transform([...coordinate], mapProjection, projection),
    words: `Longitude ${longitude.toFixed(4)}°, latitude ${latitude.toFixed(4)}°`,
  };
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
