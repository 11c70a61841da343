import { defaults as defaultControls } from "ol/control/defaults.js";
import MousePosition from "ol/control/MousePosition.js";
import ScaleLine from "ol/control/ScaleLine.js";
import type Feature from "ol/Feature.js";
import TopoJSON from "ol/format/TopoJSON.js";
import type Geometry from "ol/geom/Geometry.js";
import MultiPolygon from "ol/geom/MultiPolygon.js";
import Polygon from "ol/geom/Polygon.js";
import TileLayer from "ol/layer/Tile.js";
import VectorLayer from "ol/layer/Vector.js";
import OlMap from "ol/Map.js";
import { fromLonLat } from "ol/proj.js";
import VectorSource from "ol/source/Vector.js";
import XYZ from "ol/source/XYZ.js";
import { Fill, Stroke, Style } from "ol/style.js";
import View from "ol/View.js";
import { pageColour } from "../shared/elements.ts";
import { type Box, continuousBox, unwrappedRing } from "./antimeridian.ts";
import { mapInteractions } from "./field/gestures.ts";
import { nameCountries } from "./places/names.ts";
import { sayPlace } from "./words.ts";

/** What maps of the page are projected by. */
export const mapProjection = "EPSG:3857";

/** Latitudes beyond have no place on the map. */
export const mostNorth = 85.06;

/** Makes a map in an element, with land and borders of our own, or with the tiles that the operator chose. */
export async function createMap(target: HTMLElement, label: string): Promise<OlMap> {
  target.classList.add("map");
  // With a place in the order of the keyboard, only the wheel of who turned to the map zooms it.
  target.tabIndex = 0;
  target.setAttribute("role", "application");
  target.setAttribute("aria-label", `${label}. Arrow keys move the map, plus and minus change its scale.`);
  const tiles = tileLayer();
  const countries = tiles === undefined ? await readCountries() : [];
  const map = new OlMap({
    target,
    layers: [tiles ?? landLayer(countries)],
    // Who made the background is told without a press.
    controls: defaultControls({ attributionOptions: { collapsible: false } }).extend([new ScaleLine(), pointerPlace()]),
    interactions: mapInteractions(),
    view: new View({ center: [0, 0], zoom: 1, projection: mapProjection, enableRotation: false, maxZoom: 22 }),
  });
  // Tiles have names of their own.
  if (tiles === undefined) {
    refineNear(map);
    nameCountries(map, countries);
  }
  return map;
}

/** Tells where the pointer is, as a box is typed; it is away while none is on the map. */
function pointerPlace(): MousePosition {
  const control: MousePosition = new MousePosition({
    projection: "EPSG:4326",
    className: "map-pointer",
    placeholder: "",
    coordinateFormat: ([longitude = 0, latitude = 0] = []) =>
      sayPlace([longitude, latitude], control.getMap()?.getView().getResolution()),
  });
  return control;
}

function tileLayer(): TileLayer<XYZ> | undefined {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="map-tiles"]');
  if (meta === null) return undefined;
  const attributions = meta.dataset.attribution ?? "";
  // What the operator wrote is text, whatever is in it.
  const shown = document.createElement("span");
  shown.textContent = attributions;
  return new TileLayer({ source: new XYZ({ url: meta.content, attributions: shown.innerHTML, transition: 0 }) });
}

/** Nearer than so many meters a pixel, at the fourth scale of a map, coasts of the coarse atlas are seen to be drawn with a ruler. */
const fineResolution = 10_000;

/**
 * Loads finer lands once somebody looks so near that one sees the difference. Until they are there, the coarse ones go on; then each
 * has its scales, so that nothing jumps and a far look draws no more than it needs.
 */
function refineNear(map: OlMap): void {
  const [coarse] = map.getLayers().getArray();
  const look = () => {
    if ((map.getView().getResolution() ?? fineResolution) >= fineResolution) return;
    map.un("postrender", look);
    // Where they cannot be had, the coarse ones stay, and the browser notes why.
    void refine();
  };
  const refine = async () => {
    const fine = landLayer(await readFineCountries(), { maxResolution: fineResolution });
    coarse?.setMinResolution(fineResolution);
    map.getLayers().insertAt(0, fine);
  };
  map.on("postrender", look);
}

/** Reads the countries of the atlas, with `name`, their numbers of ISO 3166 as ids, and their lands in the projection of maps. */
export async function readCountries(): Promise<Feature[]> {
  const { default: world } = await import("world-atlas/countries-110m.json");
  return countriesOf(world);
}

/** Reads the same from the fine atlas, which has the islands that the other one leaves out. It is loaded when it is first wanted. */
export async function readFineCountries(): Promise<Feature[]> {
  const { default: world } = await import("world-atlas/countries-50m.json");
  return countriesOf(world);
}

function countriesOf(world: unknown): Feature[] {
  const format = new TopoJSON({ layers: ["countries"] });
  // Its reader changes what it reads, which every map of the page begins with.
  const features = format.readFeatures(structuredClone(world));
  for (const feature of features) place(feature.getGeometry());
  return features;
}

function landLayer(features: Feature[], scales: { readonly maxResolution?: number } = {}): VectorLayer {
  const layer = new VectorLayer({ source: new VectorSource({ features }), style: landStyle(), ...scales });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => layer.setStyle(landStyle()));
  return layer;
}

/** Lands of the atlas jump over the antimeridian. */
function place(geometry: Geometry | undefined): void {
  const unwrapped = (ring: number[][]) => unwrappedRing(ring, mostNorth).map((position) => [...position]);
  if (geometry instanceof Polygon) geometry.setCoordinates(geometry.getCoordinates().map(unwrapped));
  if (geometry instanceof MultiPolygon) {
    geometry.setCoordinates(geometry.getCoordinates().map((polygon) => polygon.map(unwrapped)));
  }
  geometry?.transform("EPSG:4326", mapProjection);
}

function landStyle(): Style {
  return new Style({
    fill: new Fill({ color: pageColour("land") }),
    stroke: new Stroke({ color: pageColour("shore"), width: 0.8 }),
  });
}

/** Room around what is shown: on the left, the buttons of the map stand in it. */
export const fitPadding = [24, 24, 24, 48];

/** Shows a box as large as it fits. */
export function fitBox(map: OlMap, box: Box): void {
  const [west, south, east, north] = continuousBox(box);
  const cut = (latitude: number) => Math.max(-mostNorth, Math.min(mostNorth, latitude));
  const [left = 0, bottom = 0] = fromLonLat([west, cut(south)], mapProjection);
  const [right = 0, top = 0] = fromLonLat([east, cut(north)], mapProjection);
  // A wheel that was turned just now would go on from where it was.
  map.getView().cancelAnimations();
  map.getView().fit([left, bottom, right, top], { padding: fitPadding, maxZoom: 15 });
}
