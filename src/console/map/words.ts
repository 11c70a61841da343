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

/** Words the degrees of a line on a map, such as 7.5° E; `sides` are the letters beyond 0 and before it. */
export function degreeWords(degrees: number, [beyond, before]: readonly [string, string]): string {
  const shown = Math.abs(Math.round(degrees * 1000) / 1000);
  const side = shown === 0 || shown === 180 ? "" : ` ${degrees > 0 ? beyond : before}`;
  return `${shown}°${side}`;
}

/** What the field says that moves a map to a place. */
export const searchWords = {
  label: "Place, or latitude and longitude",
  example: "Alps, Bern, or 46.5, 8",
  go: "Go",
  empty: "Type a country, a region, a town, or a latitude and a longitude.",
  looking: (text: string) => `Looking for "${text}" …`,
  notLoaded: (text: string) =>
    `Cannot look for "${text}": the names of places could not be loaded. Load this page again, or type latitude and longitude.`,
  usePoint: "Set the point there",
  useBox: (name: string) => `Use the box of ${name}`,
  useTownBox: (name: string, kilometers: number) => `Use a box of ${kilometers} km around ${name}`,
  fault: (fault: string) => `The map stays: ${fault}.`,
  near: (text: string) => `No place is called "${text}" here. Did you mean one of these?`,
  none: (text: string, canDraw: boolean) =>
    `No place is called "${text}" here. Known are countries, large regions such as the Alps or the Baltic Sea, and towns of 15,000 inhabitants and more. You can also type latitude and longitude, as 46.5, 8, or move the map${canDraw ? " and draw" : ""}.`,
  several: (found: number, shown: number) =>
    `${found} places may be meant${found > shown ? `, of which ${shown} are here` : ""}: choose one, or type more.`,
  /** What a place that is offered is; `place` where another one has the same name and lies in the same country. */
  offer: ({ shown, what }: { readonly shown: string; readonly what: string }, place?: Position) =>
    `${shown} (${what}${place === undefined ? "" : ` near latitude ${place[1].toFixed(1)}°, longitude ${place[0].toFixed(1)}°`})`,
  place: ([longitude, latitude]: Position) =>
    `In the middle of the map is latitude ${latitude}°, longitude ${longitude}°.`,
  area: ({ name, box, isPart }: { readonly name: string; readonly box: Box; readonly isPart: boolean }) =>
    `The map shows ${name}${isPart ? ", without its parts far away" : ""}: about ${sayBox(box)}.`,
  town: (name: string, [longitude, latitude]: Position) =>
    `The map shows ${name}, with its middle at latitude ${latitude}°, longitude ${longitude}°.`,
  /** How the box of a town is made. */
  townBox: (kilometers: number) => `A box around it reaches ${kilometers} km north, south, east and west of there.`,
} as const;
