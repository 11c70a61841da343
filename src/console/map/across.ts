import { type Position, unwrappedRing } from "./antimeridian.ts";
import type { Geometry, Shown } from "./read-features.ts";

/** What is said of a shape that may be meant to lie across the 180th meridian. */
export const acrossWords = {
  asWritten: (count: number) =>
    count === 1
      ? "This shape spans more than half the world as it is written."
      : `${count} shapes span more than half the world as they are written.`,
  press: (count: number) => `Draw ${count === 1 ? "it" : "them"} over the 180th meridian`,
  take: "Take the box over the 180th meridian",
  byBox: (count: number) =>
    `${count === 1 ? "A shape is" : `${count} shapes are`} drawn over the 180th meridian, as the box (bbox) beside ${count === 1 ? "it" : "them"} says.`,
} as const;

/** Tells whether the box of a shape, or of its collection, goes over the antimeridian (RFC 7946, 5.2). */
export function isBoxAcross({ box }: Shown): boolean {
  return box !== undefined && box[0] > box[2];
}

/**
 * Gives a shape as it lies across the 180th meridian, its longitudes going on beyond 180 degrees; undefined for one that makes no sense
 * there. It does where edges jump by more than 180 degrees, as often to the east as to the west, and the shorter way of each makes a shape
 * that is narrower than half the world. What is in pieces on both sides (RFC 7946, 3.1.9), and what goes around a pole, has no such jumps.
 */
export function acrossOf(geometry: Geometry): Geometry | undefined {
  if ("geometries" in geometry) {
    const turned = geometry.geometries.map((one) => acrossOf(one));
    if (turned.every((one) => one === undefined)) return undefined;
    return { ...geometry, geometries: geometry.geometries.map((one, index) => turned[index] ?? one) };
  }
  const { type, coordinates } = geometry;
  const turned = turnedOf(type, coordinates);
  return turned === undefined ? undefined : { type, coordinates: turned };
}

function turnedOf(type: string, coordinates: unknown): unknown {
  if (!Array.isArray(coordinates)) return undefined;
  switch (type) {
    case "LineString":
      return turnedLine(placesOf(coordinates));
    case "Polygon":
      return turnedPolygon(coordinates.map(placesOf));
    case "MultiLineString":
    case "MultiPolygon": {
      const parts = coordinates.map((part: unknown) => turnedOf(type.slice("Multi".length), part));
      return parts.every((part) => part === undefined)
        ? undefined
        : coordinates.map((part: unknown, index) => parts[index] ?? part);
    }
    default:
      return undefined;
  }
}

/** Holes jump with the ring that they are in, and lie in the same world as it. */
function turnedPolygon(rings: readonly (readonly Position[])[]): readonly (readonly Position[])[] | undefined {
  const [outer = [], ...holes] = rings;
  const turned = turnedLine(outer);
  const [first, last] = [turned?.[0], turned?.at(-1)];
  // One that does not come back to where it began goes around a pole.
  if (turned === undefined || first?.[0] !== last?.[0]) return undefined;
  const [west, east] = boundsOf(turned);
  const inside = holes.map((hole) => {
    const own = jumpless(hole);
    const [left, right] = boundsOf(own);
    const turns = [0, 360, -360].find((by) => left + by >= west && right + by <= east) ?? 0;
    return own.map(([x, y]): Position => [x + turns, y]);
  });
  return [turned, ...inside];
}

function turnedLine(line: readonly Position[]): readonly Position[] | undefined {
  const jumps = line.some(([x], index) => Math.abs(x - (line[index - 1]?.[0] ?? x)) > 180);
  if (!jumps) return undefined;
  const turned = jumpless(line);
  const [west, east] = boundsOf(turned);
  // The whole world from -180 to 180 has no width when it is turned.
  return east - west > 0 && east - west < 180 ? turned : undefined;
}

/** Follows each edge the shorter way around the world. */
function jumpless(line: readonly Position[]): readonly Position[] {
  const open = unwrappedRing(line, 90);
  // What is added to close a ring along a pole is left out.
  return open.slice(0, line.length);
}

function boundsOf(line: readonly Position[]): readonly [number, number] {
  let [west, east] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [x] of line) [west, east] = [Math.min(west, x), Math.max(east, x)];
  return [west, east];
}

function placesOf(line: unknown): readonly Position[] {
  if (!Array.isArray(line)) return [];
  return line.map((position: unknown): Position => {
    const [x, y] = Array.isArray(position) ? position : [];
    return [Number(x), Number(y)];
  });
}

/** Counts the shapes that would lie across the 180th meridian if somebody asked, of those that no box speaks of. */
export function countOpen(features: readonly Shown[]): number {
  return features.filter(
    (one) => one.geometry !== undefined && !isBoxAcross(one) && acrossOf(one.geometry) !== undefined,
  ).length;
}

/** Gives a shape as it is drawn: as it is written, or across the 180th meridian where its box says so or somebody asked for it. */
export function drawnGeometry(shown: Shown, isAsked: boolean): Geometry | undefined {
  const { geometry } = shown;
  if (geometry === undefined || !(isAsked || isBoxAcross(shown))) return geometry;
  return acrossOf(geometry) ?? geometry;
}
