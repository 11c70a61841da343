import { expect, test } from "bun:test";
import { boxIn } from "../../../src/console/map/field/box-systems.ts";
import { systemOf } from "../../../src/pages/form/crs.ts";

/** Twenty degrees of the Alps and what is north of them. */
const alps = [9, 46, 17, 49] as const;

function numbersIn(name: string, box: readonly [number, number, number, number]) {
  const system = systemOf(name);
  if (system === undefined) throw new Error(`${name} names no system`);
  const turned = boxIn(system, box);
  if ("fault" in turned) throw new Error(turned.fault);
  return turned.numbers;
}

// By PROJ (cs2cs): each edge at several points.
test.each([
  ["EPSG:32632", [500000, 5094047.5, 1119385.3, 5458365.8]],
  ["EPSG:3857", [1001875.4, 5780349.2, 1892431.3, 6274861.4]],
  ["CRS84", [9, 46, 17, 49]],
  ["EPSG:4326", [9, 46, 17, 49]],
  ["EPSG:4258", [9, 46, 17, 49]],
] as const)("a box is the least one around it in %s", (name, wanted) => {
  for (const [index, number] of numbersIn(name, alps).entries()) {
    expect(Math.abs(number - (wanted[index] ?? 0))).toBeLessThan(0.2);
  }
});

test("the whole map is a box in Web Mercator", () => {
  expect(numbersIn("EPSG:3857", [-180, -85, 180, 85]).map(Math.round)).toEqual([
    -20037508, -19971869, 20037508, 19971869,
  ]);
});

test("the curved edge of a box counts, not its corners alone", () => {
  // The parallel in the south bends down between its ends.
  const [, south] = numbersIn("EPSG:3035", [0, 46, 20, 49]);
  const [, ofCorner] = numbersIn("EPSG:3035", [0, 46, 0.001, 49]);
  expect(south).toBeLessThan(ofCorner - 10_000);
});

test.each([
  ["EPSG:99999", alps, 'does not know the reference system "EPSG:99999"'],
  ["EPSG:32632", [170, -20, -170, -10] as const, "over the 180th meridian"],
  ["EPSG:32632", [-170, -20, -160, -10] as const, "lies outside of where EPSG:32632 is used"],
  ["EPSG:3857", [0, 80, 10, 90] as const, "lies outside of where EPSG:3857 is used"],
] as const)("in %s, a box %j is not written", (name, box, words) => {
  expect(boxIn(systemOf(name) ?? { code: "", isNorthFirst: false }, box)).toEqual({
    fault: expect.stringContaining(words),
  });
});
