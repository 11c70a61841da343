import { describe, expect, test } from "bun:test";
import { acrossOf, countOpen, drawnGeometry } from "../../../src/console/map/across.ts";
import { type Geometry, readFeatures, type Shown } from "../../../src/console/map/read-features.ts";

type Ring = readonly (readonly [number, number])[];

const rectangle = (west: number, east: number, [south, north] = [0, 10]): Ring => [
  [west, south ?? 0],
  [east, south ?? 0],
  [east, north ?? 10],
  [west, north ?? 10],
  [west, south ?? 0],
];
const polygon = (...rings: readonly Ring[]): Geometry => ({ type: "Polygon", coordinates: rings });
const shownOf = (value: object): readonly Shown[] => readFeatures(value)?.features ?? [];
const featureOf = (geometry: Geometry, more: object = {}) => ({ type: "Feature", properties: {}, geometry, ...more });

describe("a shape that may lie across the 180th meridian", () => {
  test("goes on beyond 180 degrees by the shorter way, with its holes in the same world", () => {
    expect(acrossOf(polygon(rectangle(170, -170)))).toEqual(polygon(rectangle(170, 190)));
    expect(acrossOf(polygon(rectangle(-170, 170)))).toEqual(polygon(rectangle(-170, -190)));
    expect(acrossOf(polygon(rectangle(170, -170), rectangle(-178, -175, [2, 4])))).toEqual(
      polygon(rectangle(170, 190), rectangle(182, 185, [2, 4])),
    );
    expect(acrossOf({ type: "MultiPolygon", coordinates: [[rectangle(170, -170)], [rectangle(0, 5)]] })).toEqual({
      type: "MultiPolygon",
      coordinates: [[rectangle(170, 190)], [rectangle(0, 5)]],
    });
    const track = [
      [175, 1],
      [-175, 2],
      [-160, 3],
    ];
    expect(acrossOf({ type: "LineString", coordinates: track })).toEqual({
      type: "LineString",
      coordinates: [
        [175, 1],
        [185, 2],
        [200, 3],
      ],
    });
    expect(
      acrossOf({ type: "GeometryCollection", geometries: [polygon(rectangle(170, -170)), polygon(rectangle(0, 1))] }),
    ).toEqual({ type: "GeometryCollection", geometries: [polygon(rectangle(170, 190)), polygon(rectangle(0, 1))] });
  });

  test.each<[string, Geometry]>([
    ["it lies on one side", polygon(rectangle(170, 180))],
    ["it is the whole world", polygon(rectangle(-180, 180))],
    [
      "it is half the world and more the other way too",
      polygon([
        [-100, 0],
        [0, 0],
        [100, 0],
        [-100, 10],
        [-100, 0],
      ]),
    ],
    [
      "no edge of it jumps",
      polygon([
        [-170, 0],
        [0, 0],
        [170, 0],
        [170, 9],
        [0, 9],
        [-170, 9],
        [-170, 0],
      ]),
    ],
    [
      "it goes around a pole",
      polygon([
        [0, -80],
        [120, -80],
        [-120, -80],
        [0, -80],
      ]),
    ],
    [
      "it is cut in two, as it should be",
      {
        type: "MultiPolygon",
        coordinates: [[rectangle(170, 180)], [rectangle(-180, -170)]],
      },
    ],
    ["its longitudes go on beyond 180 degrees", polygon(rectangle(170, 190))],
    ["it is a point", { type: "Point", coordinates: [180, 0] }],
    ["it has no corner", { type: "Polygon", coordinates: [] }],
  ])("is none where %s", (_, geometry) => {
    expect(acrossOf(geometry)).toBeUndefined();
  });

  test("is drawn there where its box, or that of its collection or geometry, says so, and else as it is written", () => {
    const over = polygon(rectangle(170, -170));
    const turned = polygon(rectangle(170, 190));
    const box = [170, 0, -170, 10];
    const heights = [170, 0, -5, -170, 10, 5];
    for (const value of [
      featureOf(over, { bbox: box }),
      featureOf(over, { bbox: heights }),
      { type: "FeatureCollection", bbox: box, features: [featureOf(over)] },
      featureOf({ ...over, ...{ bbox: box } }),
      { ...over, bbox: box },
    ]) {
      const shown = shownOf(value);
      expect(shown.map((one) => drawnGeometry(one, false))).toEqual([turned]);
      expect(countOpen(shown)).toBe(0);
    }
    for (const bbox of [undefined, [-170, 0, 170, 10], [170, 0, -170], "170,0,-170,10", [170, 0, null, 10]]) {
      const shown = shownOf(featureOf(over, { bbox }));
      expect(shown.map((one) => drawnGeometry(one, false))).toEqual([expect.objectContaining(over)]);
      expect(shown.map((one) => drawnGeometry(one, true))).toEqual([turned]);
      expect(countOpen(shown)).toBe(1);
    }
    // The box of a feature counts before that of its collection.
    const own = { type: "FeatureCollection", bbox: box, features: [featureOf(over, { bbox: [-170, 0, 170, 10] })] };
    expect(shownOf(own).map((one) => drawnGeometry(one, false))).toEqual([over]);
  });
});
