import { describe, expect, test } from "bun:test";
import {
  areaOfDrawn,
  type Box,
  boxAround,
  boxOfDrawn,
  boxParts,
  continuousBox,
  faultOfBox,
  joinedBox,
  type Position,
  readBox,
  unwrappedRing,
} from "../../../src/console/map/antimeridian.ts";
import { areaTaken, fitted, noteOf } from "../../../src/console/map/what-is-taken.ts";

describe("boxes over the antimeridian", () => {
  test("are one box that goes on, and two that do not", () => {
    expect(continuousBox([170, -20, -170, 10])).toEqual([170, -20, 190, 10]);
    expect(boxParts([170, -20, -170, 10])).toEqual([
      [170, -20, 180, 10],
      [-180, -20, -170, 10],
    ]);
    expect(boxParts([10, 40, 12, 50])).toEqual([[10, 40, 12, 50]]);
  });

  test.each([
    ["in the middle", [10, 40, 12, 50], [10, 40, 12, 50]],
    ["over the antimeridian", [170, -20, 190, 10], [170, -20, -170, 10]],
    ["on the next world of the map", [370, -20, 372, 10], [10, -20, 12, 10]],
    ["on the world before", [-190, -20, -175, 10], [170, -20, -175, 10]],
    ["up to the antimeridian", [170, 0, 180, 10], [170, 0, 180, 10]],
    ["wider than the world", [-300, -95, 300, 95], [-180, -90, 180, 90]],
    ["with more digits than a map can show", [10.123456789, 0, 11, 1], [10.12346, 0, 11, 1]],
  ] as const)("what was drawn %s has its own numbers", (_, drawn, box) => {
    expect(boxOfDrawn(drawn)).toEqual(box);
  });

  test("the two parts of one box are drawn as one, and other polygons as they are", () => {
    const ringOf = ([west, south, east, north]: Box): Position[][] => [
      [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
      ],
    ];
    const [near, far] = boxParts([174.5, -21.8, -178.1, -12.4]).map(ringOf);
    if (near === undefined || far === undefined) throw new Error("wanted two parts");
    expect(joinedBox([near, far])).toEqual([174.5, -21.8, 181.9, -12.4]);
    expect(joinedBox([far, near])).toEqual([174.5, -21.8, 181.9, -12.4]);
    expect(joinedBox([near])).toBeUndefined();
    expect(joinedBox([near, ringOf([-180, -21, -178, -12.4])])).toBeUndefined();
    expect(joinedBox([near, ringOf([-179, -21.8, -178, -12.4])])).toBeUndefined();
    expect(joinedBox([near, far.map((ring) => ring.toSpliced(1, 1, [-179, -21]))])).toBeUndefined();
    expect(joinedBox([near, far, ringOf([0, 0, 1, 1])])).toBeUndefined();
    expect(joinedBox([])).toBeUndefined();
  });

  test("the box around pieces on both sides leaves out the world between them", () => {
    expect(
      boxAround([
        [177, -19, 180, -16],
        [-180, -19, -178, -16],
      ]),
    ).toEqual([177, -19, 182, -16]);
    expect(
      boxAround([
        [10, 40, 12, 50],
        [14, 30, 15, 41],
      ]),
    ).toEqual([10, 30, 15, 50]);
    expect(boxAround([[-180, -90, 180, 90]])).toEqual([-180, -90, 180, 90]);
    expect(boxAround([])).toBeUndefined();
  });

  test("four numbers are read however packages write them, and nothing else is", () => {
    for (const text of ["1,2,3,4", " 1, 2, 3, 4 ", "1 2 3 4", "[1, 2, 3, 4]", "1;2;3;4"]) {
      expect(readBox(text)).toEqual([1, 2, 3, 4]);
    }
    for (const text of ["", "1,2,3", "1,2,3,4,5", "1,,3,4", "a,2,3,4", "1,2,3,NaN", "1,2,3,1e999"]) {
      expect([text, readBox(text)]).toEqual([text, undefined]);
    }
  });

  test("what is no box of longitudes and latitudes is told with its numbers", () => {
    expect(faultOfBox([200, 0, 201, 1])).toContain("Found west 200 and east 201");
    expect(faultOfBox([0, -91, 1, 1])).toContain("south -91");
    expect(faultOfBox([0, 5, 1, 1])).toContain("south 5 above north 1");
    expect(faultOfBox([170, 0, -170, 1])).toBeUndefined();
  });
});

describe("areas that were drawn", () => {
  test("end where they begin, against the clock", () => {
    const area = areaOfDrawn([
      [0, 0],
      [0, 10],
      [10, 10],
      [10, 0],
    ]);
    expect(area).toEqual({
      type: "Polygon",
      coordinates: [
        [
          [10, 0],
          [10, 10],
          [0, 10],
          [0, 0],
          [10, 0],
        ],
      ],
    });
  });

  test("are split at the antimeridian", () => {
    const { type, coordinates } = areaOfDrawn([
      [170, 0],
      [190, 0],
      [190, 10],
      [170, 10],
    ]);
    expect(type).toBe("MultiPolygon");
    const [[near = []] = [], [far = []] = []] = type === "MultiPolygon" ? coordinates : [];
    expect(near.map(([x]) => x).every((x) => x >= 170 && x <= 180)).toBe(true);
    expect(far.map(([x]) => x).every((x) => x >= -180 && x <= -170)).toBe(true);
    expect([near, far].map((ring) => ring.length)).toEqual([5, 5]);
  });

  test("on another world of the map are brought back", () => {
    expect(
      areaOfDrawn([
        [370, 0],
        [371, 0],
        [371, 1],
      ]),
    ).toMatchObject({
      coordinates: [
        [
          [10, 0],
          [11, 0],
          [11, 1],
          [10, 0],
        ],
      ],
    });
  });
});

describe("rings of lands", () => {
  test("that jump over the antimeridian go on beyond it", () => {
    expect(
      unwrappedRing(
        [
          [179, 0],
          [-179, 0],
          [-179, 1],
          [179, 1],
          [179, 0],
        ],
        85,
      ),
    ).toEqual([
      [179, 0],
      [181, 0],
      [181, 1],
      [179, 1],
      [179, 0],
    ]);
    expect(
      unwrappedRing(
        [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 0],
        ],
        85,
      ),
    ).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 0],
    ]);
  });

  test("around a pole are closed where the map ends", () => {
    expect(
      unwrappedRing(
        [
          [-180, -70],
          [-60, -70],
          [60, -89],
          [170, -70],
          [-180, -70],
        ],
        85,
      ),
    ).toEqual([
      ...([
        [-180, -70],
        [-60, -70],
        [60, -85],
        [170, -70],
        [180, -70],
      ] as const),
      ...([
        [180, -85],
        [-180, -85],
        [-180, -70],
      ] as const),
    ]);
  });
});

describe("what an input gets of an area across the antimeridian", () => {
  const across = [
    [170, 0],
    [190, 0],
    [190, 10],
    [170, 10],
  ] as const;
  const takes = (...types: readonly string[]) => ({ types, isBounded: false });

  test("is cut in two where a MultiPolygon is taken", () => {
    for (const taken of [
      takes("MultiPolygon"),
      takes("Polygon", "MultiPolygon"),
      { types: undefined, isBounded: false },
    ]) {
      expect(areaTaken(across, taken)).toMatchObject({ geometries: [{ type: "MultiPolygon" }] });
    }
  });

  test("is one polygon with longitudes beyond 180 degrees where only a Polygon is taken, and that is said", () => {
    const made = areaTaken(across, takes("Polygon"));
    const ring = [
      [170, 0],
      [190, 0],
      [190, 10],
      [170, 10],
      [170, 0],
    ];
    expect(made).toEqual({ geometries: [{ type: "Polygon", coordinates: [ring] }] });
    if ("geometries" in made) expect(noteOf(made.geometries, takes("Polygon"))).toContain("beyond 180 degrees");
    const onNextWorld = across.map(([x, y]) => [x - 720, y] as const);
    expect(areaTaken(onNextWorld, takes("Polygon"))).toEqual(made);
  });

  test("is nothing where the schema bounds longitudes, and what to do is said", () => {
    const bounded = { types: ["Polygon"], isBounded: true };
    expect(areaTaken(across, bounded)).toEqual({
      fault: expect.stringContaining("takes no area across the 180th meridian"),
    });
    const here = [
      [10, 0],
      [12, 0],
      [12, 2],
    ] as const;
    expect(areaTaken(here, bounded)).toMatchObject({ geometries: [{ type: "Polygon" }] });
    expect(areaTaken(here, takes("MultiPolygon"))).toMatchObject({ geometries: [{ type: "MultiPolygon" }] });
  });

  test("what a file has is brought into what is taken, or refused with both kinds named", () => {
    const point = { type: "Point", coordinates: [1, 2] };
    const polygon = {
      type: "Polygon",
      coordinates: [
        [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 0],
        ],
      ],
    };
    const multi = { type: "MultiPolygon", coordinates: [polygon.coordinates] };
    expect(fitted([polygon], takes("MultiPolygon"), false)).toEqual({ geometries: [multi] });
    expect(fitted([multi], takes("Polygon"), false)).toEqual({ geometries: [polygon] });
    expect(fitted([polygon, polygon], takes("MultiPolygon"), false)).toMatchObject({
      geometries: [{ coordinates: { length: 2 } }],
    });
    expect(fitted([point, polygon], { types: undefined, isBounded: false }, false)).toEqual({
      geometries: [{ type: "GeometryCollection", geometries: [point, polygon] }],
    });
    expect(fitted([point, polygon], takes("Polygon"), false)).toEqual({
      fault: "Nothing was written: found 2 geometries (Point, Polygon), wanted one Polygon.",
    });
    expect(fitted([polygon, polygon], takes("Polygon"), true)).toEqual({ geometries: [polygon, polygon] });
    expect(fitted([point], takes("Polygon"), true)).toMatchObject({ fault: expect.stringContaining("found a Point") });
    expect(noteOf([point], takes("Polygon"))).toBe("This input takes Polygon: found Point.");
  });
});
