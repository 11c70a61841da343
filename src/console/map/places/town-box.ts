import { type Box, boxOfDrawn, type Position } from "../antimeridian.ts";

/** How long a degree of latitude is, everywhere; and one of longitude at the equator. */
const degreeKilometers = 111.32;

/**
 * Builds the box that reaches so many kilometers north, south, east and west of a place, to a thousandth of a degree outwards. Degrees of longitude are shorter in high
 * latitudes; the box may go over the antimeridian, and around the world near a pole.
 */
export function boxAroundPlace([longitude, latitude]: Position, kilometers: number): Box {
  const high = kilometers / degreeKilometers;
  const wide = high / Math.max(Math.cos((latitude * Math.PI) / 180), high / 180);
  const [down, up] = [
    (degrees: number) => Math.floor(degrees * 1000) / 1000,
    (degrees: number) => Math.ceil(degrees * 1000) / 1000,
  ];
  return boxOfDrawn([down(longitude - wide), down(latitude - high), up(longitude + wide), up(latitude + high)]);
}
