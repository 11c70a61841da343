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

/** What the field says that moves a map to a place. */
export const searchWords = {
  label: "Country, or latitude and longitude",
  example: "Austria, or 46.5, 8",
  go: "Go",
  empty: "Type a country, or a latitude and a longitude.",
  usePoint: "Set the point there",
  useBox: (name: string) => `Use the box of ${name}`,
  fault: (fault: string) => `The map stays: ${fault}.`,
  none: (text: string) =>
    `No country is called "${text}" here. Only countries are known, and not the smallest ones: move the map, or type latitude and longitude, as 46.5, 8.`,
  several: (found: number, shown: number) =>
    `${found} countries may be meant${found > shown ? `, of which ${shown} are here` : ""}: choose one, or type more.`,
  place: ([longitude, latitude]: Position) =>
    `In the middle of the map is latitude ${latitude}°, longitude ${longitude}°.`,
  country: ({ name, box, isPart }: { readonly name: string; readonly box: Box; readonly isPart: boolean }) =>
    `The map shows ${name}${isPart ? ", without its parts far away" : ""}: about ${sayBox(box)}.`,
} as const;
