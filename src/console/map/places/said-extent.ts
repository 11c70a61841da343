import { transformExtent } from "ol/proj.js";
import { type Box, boxAround, boxOfDrawn, continuousBox } from "../antimeridian.ts";
import { mapProjection, mostNorth } from "../base-map.ts";
import { partBoxes } from "../field/box-targets.ts";
import type { Said } from "../field/field-controls.ts";
import { knownProjection } from "../projections.ts";

/** Finds where what a field says lies, in the projection of maps: left, bottom, right, top. Undefined for what has no place there. */
export function extentOfSaid({ geometries, crs }: Said): readonly number[] | undefined {
  const around = boxAround(geometries.flatMap(partBoxes));
  const projection = crs === undefined ? "EPSG:4326" : knownProjection(crs);
  if (around === undefined || projection === undefined) return undefined;
  const extent = transformExtent(
    [...(crs === undefined ? cut(continuousBox(around)) : around)],
    projection,
    mapProjection,
  );
  return extent.every(Number.isFinite) ? extent : undefined;
}

/** Finds the longitudes and latitudes of what a field says in another reference system. */
export function degreesOfSaid(said: Said): Box | undefined {
  const extent = extentOfSaid(said);
  if (extent === undefined) return undefined;
  const [west = 0, south = 0, east = 0, north = 0] = transformExtent([...extent], mapProjection, "EPSG:4326");
  return boxOfDrawn([west, south, east, north]);
}

/** The poles have no place on the map. */
function cut([west, south, east, north]: Box): Box {
  return [west, Math.max(-mostNorth, south), east, Math.min(mostNorth, north)];
}
