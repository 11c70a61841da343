import { containsXY, intersects } from "ol/extent.js";
import Feature, { type FeatureLike } from "ol/Feature.js";
import MultiPolygon from "ol/geom/MultiPolygon.js";
import Point from "ol/geom/Point.js";
import Polygon from "ol/geom/Polygon.js";
import VectorLayer from "ol/layer/Vector.js";
import type OlMap from "ol/Map.js";
import VectorSource from "ol/source/Vector.js";
import { Fill, Stroke, Style, Text } from "ol/style.js";
import { pageColour } from "../../shared/elements.ts";
import { countryName, hasRoom, nameLines } from "./country-names.ts";

/** The width of the world on the map. */
const worldWidth = 2 * 20_037_508.342789244;

/** A country, its name on the map, and where that stands by itself. */
type Named = {
  readonly country: Polygon | MultiPolygon;
  readonly lines: readonly string[];
  readonly feature: Feature<Point>;
  readonly home: readonly [x: number, y: number];
  /** How wide the country is there. */
  readonly width: number;
};

/**
 * Writes the names of countries on a map, where they have room and cover no other. A country of which only a part is seen
 * has its name in that part.
 */
export function nameCountries(map: OlMap, countries: readonly Feature[]): void {
  const named = countries.flatMap((country) => namedOf(country) ?? []);
  // Of two that have no room together, the larger one stays.
  named.sort((one, other) => other.country.getArea() - one.country.getArea());
  const byFeature = new Map<FeatureLike, Named>(named.map((one) => [one.feature, one]));
  const source = new VectorSource({ features: named.map(({ feature }) => feature) });
  let brought: ReadonlySet<Named> = new Set();
  const style = (feature: FeatureLike, resolution: number) => {
    const one = byFeature.get(feature);
    const isShown = one !== undefined && (brought.has(one) || hasRoom(one.lines, one.width / resolution));
    return isShown ? nameStyle(one.lines) : undefined;
  };
  // A raster covers the land that it lies on, not its name.
  const layer = new VectorLayer({ source, declutter: true, style, zIndex: 1 });
  map.addLayer(layer);
  let seen = "";
  // The first picture of a map is no end of a move.
  map.on("postrender", () => {
    const extent = map.getView().calculateExtent(map.getSize());
    if (extent.join() === seen) return;
    seen = extent.join();
    for (const { feature, home } of brought) feature.getGeometry()?.setCoordinates([...home]);
    brought = bringInside(extent, named);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => layer.changed());
}

function namedOf(feature: Feature): Named | undefined {
  const [country, name] = [feature.getGeometry(), feature.get("name")];
  if (typeof name !== "string" || !(country instanceof Polygon || country instanceof MultiPolygon)) return undefined;
  const polygons = country instanceof Polygon ? [country] : country.getPolygons();
  const [largest] = polygons.toSorted((one, other) => other.getArea() - one.getArea());
  const [x = 0, y = 0, width = 0] = largest?.getInteriorPoint().getCoordinates() ?? [];
  return {
    country,
    lines: nameLines(countryName(name)),
    feature: new Feature(new Point([x, y])),
    home: [x, y],
    width,
  };
}

/** Shares of the width and the height of a map: where a name may stand that is out of its own place. */
const columns = [0.14, 0.26, 0.38, 0.5, 0.62, 0.74, 0.86];
const rows = [0.14, 0.32, 0.5, 0.68, 0.86];

/** Brings names into sight whose countries are seen and whose own places are not. Gives those that it brought. */
function bringInside(extent: readonly number[], named: readonly Named[]): ReadonlySet<Named> {
  const [left = 0, bottom = 0, right = 0, top = 0] = extent;
  // The map goes on beyond the antimeridian, where the same countries come again.
  const turn = Math.floor(((left + right) / 2 + worldWidth / 2) / worldWidth) * worldWidth;
  const shown = [left - turn, bottom, right - turn, top] as const;
  const places = rows.flatMap((row) =>
    columns.map((column) => [shown[0] + column * (right - left), bottom + row * (top - bottom)] as const),
  );
  const brought = new Set<Named>();
  for (const one of named) {
    if (containsXY([...shown], ...one.home) || !intersects([...shown], one.country.getExtent())) continue;
    const inside = places.filter((place) => one.country.intersectsCoordinate([...place]));
    const place = inside.length === places.length ? aboveMiddle(shown) : middleOf(inside);
    if (place === undefined) continue;
    one.feature.getGeometry()?.setCoordinates([...place]);
    brought.add(one);
  }
  return brought;
}

type Place = readonly [x: number, y: number];

/** In the middle itself, most often something is drawn. */
function aboveMiddle([left = 0, bottom = 0, right = 0, top = 0]: readonly number[]): Place {
  return [(left + right) / 2, bottom + 0.86 * (top - bottom)];
}

/** The place that is nearest to the middle of all of them. */
function middleOf(places: readonly Place[]): Place | undefined {
  const mean = (at: 0 | 1) => places.reduce((sum, place) => sum + place[at], 0) / places.length;
  const [x, y] = [mean(0), mean(1)];
  const distance = (place: Place) => Math.hypot(place[0] - x, place[1] - y);
  return places.toSorted((one, other) => distance(one) - distance(other))[0];
}

function nameStyle(lines: readonly string[]): Style {
  return new Style({
    text: new Text({
      text: lines.join("\n"),
      font: "12px system-ui, sans-serif",
      fill: new Fill({ color: pageColour("name") }),
      stroke: new Stroke({ color: pageColour("land"), width: 3 }),
      padding: [3, 6, 3, 6],
    }),
  });
}
