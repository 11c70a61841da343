import { describe, expect, test } from "bun:test";
import { transform } from "ol/proj.js";
import { knownProjection } from "../../../src/console/map/projections.ts";
import {
  elsewhereWords,
  isOnEarth,
  limits,
  missingWords,
  readFeatures,
  withoutHeights,
} from "../../../src/console/map/read-features.ts";
import { extentsOf, isStacParent, stacLinksOf } from "../../../src/console/map/read-stac.ts";

const point = (coordinates: unknown) => ({
  type: "Feature",
  properties: { a: 1 },
  geometry: { type: "Point", coordinates },
});

describe("GeoJSON for the map", () => {
  test("is read as a collection, a feature, and a geometry", () => {
    const line = {
      type: "LineString",
      coordinates: [
        [0, 0],
        [1, 1],
      ],
    };
    for (const value of [
      line,
      { type: "Feature", geometry: line },
      { type: "FeatureCollection", features: [{ type: "Feature", geometry: line }] },
    ]) {
      expect(readFeatures(value)?.features.map(({ geometry }) => geometry)).toEqual([line]);
    }
    for (const value of [null, 3, [], {}, { type: "Topology" }, { type: "FeatureCollection" }]) {
      expect(readFeatures(value)).toBeUndefined();
    }
  });

  test("coordinates that are no numbers are counted and not drawn", () => {
    const wrong = [["1", 2], [Number.NaN, 2], [1], [], "1,2", { 0: 1 }, null, [[1, 2]], [1, Number.POSITIVE_INFINITY]];
    const read = readFeatures({
      type: "FeatureCollection",
      features: [...wrong.map(point), point([1, 2]), { type: "Feature", geometry: null }, 7],
    });
    expect(read?.wrong).toBe(wrong.length);
    expect(read?.without).toBe(2);
    expect(read?.features.filter(({ geometry }) => geometry !== undefined)).toHaveLength(1);
    if (read !== undefined)
      expect(missingWords(read).join(" ")).toContain(`${wrong.length} of ${wrong.length + 3} geometries`);
  });

  test("nesting without end is not followed", () => {
    let deep: unknown = { type: "Point", coordinates: [0, 0] };
    for (let level = 0; level < 50_000; level += 1) deep = { type: "GeometryCollection", geometries: [deep] };
    expect(readFeatures(deep)?.wrong).toBe(1);
    let ring: unknown = [0, 0];
    for (let level = 0; level < 50_000; level += 1) ring = [ring];
    expect(readFeatures({ type: "Polygon", coordinates: ring })?.wrong).toBe(1);
  });

  test("more features and points than the map takes are told with both numbers", () => {
    const many = readFeatures({
      type: "FeatureCollection",
      features: Array.from({ length: limits.features + 5 }, () => point([0, 0])),
    });
    expect(many?.features).toHaveLength(limits.features);
    if (many !== undefined)
      expect(missingWords(many)[0]).toBe(
        `Only the first ${limits.features} of ${limits.features + 5} features are shown.`,
      );
    const long = readFeatures({
      type: "LineString",
      coordinates: Array.from({ length: limits.positions + 1 }, () => [0, 0]),
    });
    if (long !== undefined) {
      expect(missingWords(long)).toEqual([
        `1 of 1 geometries is not on the map: found more than ${limits.positions} points.`,
      ]);
    }
  });

  test("names the reference system of older documents", () => {
    const crsOf = (name: string) =>
      readFeatures({ ...point([0, 0]), crs: { type: "name", properties: { name } } })?.crs;
    expect(crsOf("urn:ogc:def:crs:OGC:1.3:CRS84")).toBeUndefined();
    expect(crsOf("urn:ogc:def:crs:EPSG::32633")).toBe("EPSG:32633");
    expect(crsOf("EPSG:3857")).toBe("EPSG:3857");
    expect(crsOf("http://www.opengis.net/def/crs/EPSG/0/25832")).toBe("EPSG:25832");
    expect(crsOf("http://www.opengis.net/def/crs/OGC/1.3/CRS84")).toBeUndefined();
    expect(crsOf("urn:ogc:def:crs:EPSG:6.18:4326")).toBeUndefined();
    expect(crsOf("a system of our own")).toBe("a system of our own");
    const other = (crs: unknown) => readFeatures({ ...point([0, 0]), crs })?.crs;
    expect(other({ type: "EPSG", properties: { code: 31467 } })).toBe("EPSG:31467");
    const href = "https://spatialreference.org/ref/epsg/2056/proj4/";
    expect(other({ type: "link", properties: { href, type: "proj4" } })).toBe("EPSG:2056");
    expect(other(null)).toBeUndefined();
    expect(other({})).toBe("without a name");
  });

  test("an empty collection says that it has no features", () => {
    const read = readFeatures({ type: "FeatureCollection", features: [] });
    expect(read === undefined ? [] : missingWords(read)).toEqual(["It has no features."]);
  });

  test("collections of geometries are drawn by what can be drawn of them, heights are left out", () => {
    const inner = [
      { type: "Point", coordinates: [1, 2, 3] },
      { type: "Point", coordinates: [] },
      {
        type: "LineString",
        coordinates: [
          [1, 2, 3, 4, 5],
          [3, 4],
        ],
      },
    ];
    const read = readFeatures({ type: "GeometryCollection", geometries: inner });
    const [shown] = read?.features ?? [];
    expect(shown?.geometry === undefined ? undefined : withoutHeights(shown.geometry)).toEqual({
      type: "GeometryCollection",
      geometries: [
        { type: "Point", coordinates: [1, 2] },
        {
          type: "LineString",
          coordinates: [
            [1, 2],
            [3, 4],
          ],
        },
      ],
    });
    expect(readFeatures({ type: "GeometryCollection", geometries: [] })?.wrong).toBe(1);
  });

  test("coordinates that are nowhere on the earth are told with what they may be", () => {
    const at = (...coordinates: readonly number[]) => ({ type: "Point", coordinates });
    expect([at(16, 48), at(190, 48), at(48, 116), at(500000, 5400000)].map(isOnEarth)).toEqual([
      ...[true, true, false, false],
    ]);
    expect(elsewhereWords([], 2)).toBeUndefined();
    expect(elsewhereWords([at(-35, 149)], 2)).toBe(
      "1 of 2 features is not on the map: found -35, 149, wanted a longitude and a latitude; it seems that the latitude stands first.",
    );
    expect(elsewhereWords([at(16, 48), at(500000, 5400000)], 2)).toContain(
      "a reference system of other units is not named",
    );
  });

  test("a catalog leads to what lies on its own server only", () => {
    const catalog = {
      stac_version: "1.0.0",
      type: "Catalog",
      links: [
        { rel: "item", href: "./a/item.json" },
        { rel: "child", href: "/b.json" },
        { rel: "item", href: "https://elsewhere.example/item.json" },
        { rel: "self", href: "catalog.json" },
        { rel: "item", href: 7 },
        null,
      ],
    };
    expect(isStacParent(catalog)).toBe(true);
    expect(isStacParent({ ...catalog, type: "Feature" })).toBe(false);
    expect(stacLinksOf(catalog, "http://here.example/out/catalog.json")).toEqual([
      "http://here.example/out/a/item.json",
      "http://here.example/b.json",
    ]);
  });

  test("the extent of a collection over the antimeridian has two parts", () => {
    const [shown] = extentsOf({
      extent: {
        spatial: {
          bbox: [
            [170, -20, -170, 10],
            [1, 2, "3", 4],
          ],
        },
      },
    });
    expect(shown?.geometry).toMatchObject({
      type: "MultiPolygon",
      coordinates: [
        [
          [
            [170, -20],
            [180, -20],
            [180, 10],
            [170, 10],
            [170, -20],
          ],
        ],
        [
          [
            [-180, -20],
            [-170, -20],
            [-170, 10],
            [-180, 10],
            [-180, -20],
          ],
        ],
      ],
    });
  });
});

describe("reference systems of countries and continents", () => {
  test.each([
    ["EPSG:25832", [500000, 5500000], [9, 49.65]],
    ["EPSG:32733", [500000, 6000000], [15, -36.14]],
    ["EPSG:26915", [500000, 4000000], [-93, 36.14]],
    ["EPSG:3857", [1113194.9079, 6446275.841], [10, 50]],
    ["EPSG:3035", [4321000, 3210000], [10, 52]],
    ["EPSG:3034", [4000000, 2800000], [10, 52]],
    ["EPSG:2154", [700000, 6600000], [3, 46.5]],
    ["EPSG:2056", [2600000, 1200000], [7.44, 46.95]],
    ["EPSG:21781", [600000, 200000], [7.44, 46.95]],
    ["EPSG:27700", [530000, 180000], [-0.13, 51.5]],
    ["EPSG:28992", [155000, 463000], [5.39, 52.16]],
    ["EPSG:31467", [3500000, 5500000], [9, 49.64]],
    ["EPSG:31287", [400000, 400000], [13.33, 47.5]],
    ["EPSG:2180", [500000, 500000], [19, 52.35]],
    ["EPSG:3067", [500000, 6700000], [27, 60.43]],
    ["EPSG:3006", [500000, 6580000], [15, 59.36]],
    ["EPSG:2193", [1600000, 5400000], [173, -41.55]],
    ["EPSG:27200", [2667400, 6478700], [174.7614, -36.8799]],
    ["EPSG:5070", [0, 0], [-96, 23]],
    ["EPSG:3577", [0, 0], [132, 0]],
    ["EPSG:4258", [10, 50], [10, 50]],
  ] as const)("%s is known", (code, own, [longitude, latitude]) => {
    const projection = knownProjection(code) ?? "";
    const [x = 0, y = 0] = transform([...own], projection, "EPSG:4326");
    expect(Math.abs(x - longitude)).toBeLessThan(0.02);
    expect(Math.abs(y - latitude)).toBeLessThan(0.02);
  });

  test.each(["EPSG:99999", "without a name", "EPSG:32661"])("%s is not", (code) => {
    expect(knownProjection(code)).toBeUndefined();
  });
});
