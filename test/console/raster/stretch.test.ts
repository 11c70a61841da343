import { expect, test } from "bun:test";
import { paint, ramps, stretchOf, tableOf } from "../../../src/console/raster/stretch.ts";

test("a stretch leaves out no data, what is no number, and the few values that are far off", () => {
  const values = [
    ...Array.from({ length: 98 }, (_, index) => index + 1),
    1e9,
    -9999,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ];
  expect(stretchOf(values, -9999, 0)).toEqual({ least: 1, most: 1e9 });
  expect(stretchOf(values, -9999, 0.02)).toEqual({ least: 3, most: 97 });
  expect(stretchOf([5, 5, 5], undefined, 0.02)).toEqual({ least: 5, most: 5 });
  expect(stretchOf([Number.NaN, 7], 7, 0)).toBeUndefined();
});

test.each(["grey", "viridis", "terrain"] as const)("the ramp %s begins and ends with its own colours", (name) => {
  const table = tableOf(name);
  expect([...table.slice(0, 3), ...table.slice(-3)]).toEqual([
    ...(ramps[name].at(0) ?? []),
    ...(ramps[name].at(-1) ?? []),
  ]);
});

test("values become colours: the ends of the ramp beyond the stretch, and nothing for no data", () => {
  const look = { ramp: "grey", stretch: { least: 0, most: 10 }, noData: -1 } as const;
  const pixels = paint([[-5, 0, 5, 10, 99, -1, Number.NaN]], look);
  const colours = Array.from({ length: 7 }, (_, index) => [...pixels.slice(index * 4, index * 4 + 4)]);
  expect(colours[0]).toEqual([0, 0, 0, 255]);
  expect(colours[2]?.[0]).toBeWithin(126, 130);
  expect(colours[3]).toEqual([255, 255, 255, 255]);
  expect(colours[4]).toEqual([255, 255, 255, 255]);
  expect([colours[5]?.[3], colours[6]?.[3]]).toEqual([0, 0]);
});

test("three bands are red, green and blue", () => {
  const pixels = paint([[255], [0], [128]], { ramp: "grey", stretch: { least: 0, most: 255 }, noData: undefined });
  expect([...pixels]).toEqual([255, 0, 128, 255]);
});

test("a fourth band says how much is seen, and colours of the file stand for their values", () => {
  const look = { ramp: "grey", stretch: { least: 0, most: 255 }, noData: undefined } as const;
  expect([...paint([[255], [0], [128], [64]], look)]).toEqual([255, 0, 128, 64]);
  const palette = [1, 2, 3, 40, 50, 60];
  expect([...paint([[1, 0]], { ...look, palette })]).toEqual([40, 50, 60, 255, 1, 2, 3, 255]);
  expect([...paint([[7]], { ...look, palette })]).toEqual([0, 0, 0, 255]);
});
