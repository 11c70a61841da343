import { expect, test } from "bun:test";
import { readPlace } from "../../../src/console/map/places/read-place.ts";

test.each([
  ["46.9, 7.4", 7.4, 46.9],
  ["46.9,7.4", 7.4, 46.9],
  [" 46.9   7.4 ", 7.4, 46.9],
  ["46,9 7,4", 7.4, 46.9],
  ["46,9, 7,4", 7.4, 46.9],
  ["46,9; 7,4", 7.4, 46.9],
  ["46,7", 7, 46],
  ["46.5, 8", 8, 46.5],
  ["46.9° / 7.4°", 7.4, 46.9],
  ["−8.5, −121.4", -121.4, -8.5],
  ["+46.9, +7.4", 7.4, 46.9],
  ["46.9 N 7.4 E", 7.4, 46.9],
  ["7.4E 46.9N", 7.4, 46.9],
  ["46,9 N 7,4 E", 7.4, 46.9],
  ["46.9°N, 7.4°W", -7.4, 46.9],
  ["N46.9 E7.4", 7.4, 46.9],
  ["S 33.9, E 18.4", 18.4, -33.9],
  ["33.9 south, 18.4 east", 18.4, -33.9],
  ["46°54'N, 7°24'E", 7.4, 46.9],
  ["46°54′0″ N 7°24′0″ E", 7.4, 46.9],
  ["lat 46.9, lon 7.4", 7.4, 46.9],
  ["lon: 7.4 lat: 46.9", 7.4, 46.9],
  // As the map itself tells where the pointer is.
  ["longitude -121.399°, latitude 39.834°", -121.399, 39.834],
  ["-90, 180", 180, -90],
])("%s is a place", (text, longitude, latitude) => {
  const read = readPlace(text);
  if (read === undefined || "fault" in read) throw new Error(JSON.stringify(read));
  expect(read.place[0]).toBeCloseTo(longitude, 9);
  expect(read.place[1]).toBeCloseTo(latitude, 9);
});

test.each([
  ["107, 46.9", "found latitude 107, wanted -90 to 90; without N or S, the latitude stands first"],
  ["7.4 E 95 N", "found latitude 95"],
  ["46.9, 200", "found longitude 200, wanted -180 to 180"],
  ["46.9 N 7.4 N", "found two latitudes, wanted one of each"],
  ["lon 1 lon 2", "found two longitudes"],
  ["7.4", "found one number, wanted a latitude and a longitude, such as 46.9, 7.4 or 46.9 N 7.4 E"],
  ["7,4,46,9", "found 4 numbers"],
  ["5 44 17 50", "found 4 numbers"],
])("%s is told what is wrong", (text, fault) => {
  expect(readPlace(text)).toEqual({ fault: expect.stringContaining(fault) });
});

test.each(["", "Switzerland", "São Tomé 1", "7.4 somewhere", "N", "1e3 2e3"])("%p is no place by numbers", (text) => {
  expect(readPlace(text)).toBeUndefined();
});
