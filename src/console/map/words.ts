import type { Box, Position } from "./antimeridian.ts";

/** Words a box for people. */
export function sayBox([west, south, east, north]: Box): string {
  const over = west > east ? ", over the antimeridian" : "";
  return `west ${west}, south ${south}, east ${east}, north ${north}${over}`;
}

/** Words a place for people, in no more digits than a pixel of the map has. `resolution` is the meters of one. */
export function sayPlace([longitude, latitude]: Position, resolution = 1): string {
  const degrees = resolution / 111_320;
  const digits = Math.max(0, Math.min(5, Math.ceil(-Math.log10(degrees))));
  return `longitude ${longitude.toFixed(digits)}°, latitude ${latitude.toFixed(digits)}°`;
}
