import { expect, test } from "bun:test";
import { isTaken, systemOf, systemsOfBox } from "../../../src/pages/form/crs.ts";

test.each([
  ["", "EPSG:4326", false],
  ["CRS84", "EPSG:4326", false],
  ["OGC:CRS84", "EPSG:4326", false],
  ["http://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:4326", false],
  ["http://www.opengis.net/def/crs/OGC/0/CRS84h", "EPSG:4326", false],
  ["WGS 84", "EPSG:4326", false],
  ["EPSG:4326", "EPSG:4326", false],
  ["4326", "EPSG:4326", false],
  ["http://www.opengis.net/def/crs/EPSG/0/4326", "EPSG:4326", true],
  ["urn:ogc:def:crs:EPSG::4326", "EPSG:4326", true],
  ["[EPSG:4326]", "EPSG:4326", true],
  ["EPSG:32632", "EPSG:32632", false],
  ["32632", "EPSG:32632", false],
  ["http://www.opengis.net/def/crs/EPSG/0/32632", "EPSG:32632", false],
  ["epsg:3035", "EPSG:3035", false],
  ["http://www.opengis.net/def/crs/EPSG/9.9.1/3035", "EPSG:3035", true],
  ["urn:ogc:def:crs:EPSG:6.9:3035", "EPSG:3035", true],
  ["urn:ogc:def:crs:EPSG::2056", "EPSG:2056", false],
])("%p names %s; north first: %p", (text, code, isNorthFirst) => {
  expect(systemOf(text)).toEqual({ code, isNorthFirst });
});

test.each(["Lambert", "EPSG", "EPSG:abc", "http://x/EPSG/0/32632", "IGNF:LAMB93"])(
  "%s names no system by a code",
  (text) => {
    expect(systemOf(text)).toBeUndefined();
  },
);

test("a system is taken however it is spelled, and any where none are listed", () => {
  const taken = ["http://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:4326"];
  for (const text of ["", "CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", "epsg:4326"])
    expect([text, isTaken(text, taken)]).toEqual([text, true]);
  for (const text of ["EPSG:32632", "http://www.opengis.net/def/crs/EPSG/0/4326"])
    expect([text, isTaken(text, taken)]).toEqual([text, false]);
  expect(isTaken("EPSG:32632", [])).toBe(true);
});

test("the systems of a box are those that its schema lists: all of them, or some to choose from", () => {
  const box = (crs: object) => ({
    allOf: [{ format: "ogc-bbox" }, { type: "object", properties: { crs: { type: "string", ...crs } } }],
  });
  expect(systemsOfBox(box({ enum: ["CRS84", "EPSG:4326"] }))).toEqual({ names: ["CRS84", "EPSG:4326"], isAll: true });
  expect(systemsOfBox(box({ default: "CRS84", examples: ["CRS84"] }))).toEqual({ names: ["CRS84"], isAll: false });
  expect(systemsOfBox(box({}))).toBeUndefined();
  expect(systemsOfBox({ format: "ogc-bbox" })).toBeUndefined();
});
