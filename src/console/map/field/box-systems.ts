import { buffer, containsExtent } from "ol/extent.js";
import { get, transform, transformExtent } from "ol/proj.js";
import { type NamedSystem, wgs84 } from "../../../pages/form/crs.ts";
import { type Box, rounded } from "../antimeridian.ts";
import { knownProjection, middleOfZone } from "../projections.ts";

/** What is written of a box, or why nothing is. */
export type Turned = { readonly numbers: Box } | { readonly fault: string };

/** Edges of a box are curves in another system: so many points of each are looked at. */
const pointsOfEdge = 16;
/** What is turned there and back comes to the same place, by degrees, unless it lies outside of a system. */
const tolerance = 1e-4;

/** Turns a box of longitudes and latitudes into the least box around it in a reference system, longitude or easting first. */
export function boxIn({ code }: NamedSystem, box: Box): Turned {
  if (code === wgs84) return { numbers: box };
  const projection = knownProjection(code);
  if (projection === undefined) return { fault: `Nothing is written: ${unknownWords(code)}` };
  if (box[0] > box[2]) {
    return {
      fault: `Nothing is written: a box over the 180th meridian is none in ${code}. Draw one on one side of it.`,
    };
  }
  const turned = transformExtent([...box], wgs84, projection, pointsOfEdge);
  if (!isInside(box, turned, code)) {
    return {
      fault: `Nothing is written: the box lies outside of where ${code} is used. Draw a smaller one, or elsewhere.`,
    };
  }
  const digits = isInDegrees(code) ? rounded : inDecimeters;
  const [left = 0, bottom = 0, right = 0, top = 0] = turned.map(digits);
  return { numbers: [left, bottom, right, top] };
}

/** Words that a reference system is none of those that the page can turn coordinates into. */
export function unknownWords(name: string): string {
  return `this map does not know the reference system "${name}". It knows longitude and latitude, Web Mercator, UTM and some systems of single countries. Type the numbers, or name another system first.`;
}

/** Tells whether coordinates of a reference system are degrees. */
export function isInDegrees(code: string): boolean {
  const projection = knownProjection(code);
  return projection !== undefined && get(projection)?.getUnits() === "degrees";
}

/** Puts the two axes of a box in each other's place. */
export function turnedAxes([first, second, third, fourth]: Box): Box {
  return [second, first, fourth, third];
}

/** So far from the middle of its zone, numbers of UTM say nothing any more. */
const mostFromMiddle = 40;

function isInside([west, south, east, north]: Box, turned: readonly number[], code: string): boolean {
  const [longitude, latitude] = [(west + east) / 2, (south + north) / 2];
  const middle = middleOfZone(code);
  const isFar = (degrees: number) => middle !== undefined && Math.abs(degrees - middle) > mostFromMiddle;
  if (isFar(west) || isFar(east)) return false;
  const [left = 0, bottom = 0, right = 0, top = 0] = turned;
  const all = get(code)?.getExtent() ?? [left, bottom, right, top];
  if (!containsExtent(buffer(all, 1), [left, bottom, right, top])) return false;
  const places = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [longitude, latitude],
  ];
  return places.every((place) => comesBack(place, code));
}

function comesBack(place: readonly number[], projection: string): boolean {
  const there = transform([...place], wgs84, projection);
  if (!there.every(Number.isFinite)) return false;
  const back = transform(there, projection, wgs84);
  return back.every((one, axis) => Math.abs(one - (place[axis] ?? 0)) < tolerance);
}

function inDecimeters(meters: number): number {
  return Math.round(meters * 10) / 10 + 0;
}
