import type Feature from "ol/Feature.js";
import type { FeatureLike } from "ol/Feature.js";
import GeoJSON from "ol/format/GeoJSON.js";
import VectorLayer from "ol/layer/Vector.js";
import type OlMap from "ol/Map.js";
import VectorSource from "ol/source/Vector.js";
import { Circle, Fill, Stroke, Style } from "ol/style.js";
import { element, pageColour } from "../shared/elements.ts";
import { fetchText, megabytes } from "../shared/fetch-limited.ts";
import { createTable, type ShownTable } from "../table/table.ts";
import { drawnGeometry } from "./across.ts";
import { acrossControl } from "./across-control.ts";
import { type Box, boxAround } from "./antimeridian.ts";
import { createMap, fitBox, fitPadding, mapProjection } from "./base-map.ts";
import { gesturesLine } from "./field/gestures.ts";
import { placeSearch } from "./places/place-search.ts";
import { knownProjection } from "./projections.ts";
import {
  elsewhereWords,
  type Geometry,
  isOnEarth,
  limits,
  missingWords,
  positionsOf,
  type Read,
  readFeatures,
  withoutHeights,
} from "./read-features.ts";
import { isStacParent, readStacLinks } from "./read-stac.ts";

/** Draws features on a map, with a table of what is said of them; a row and its feature are chosen together. */
export async function showFeatures(host: HTMLElement): Promise<void> {
  const { src = "", type = "", name = "", length = "0" } = host.dataset;
  if (Number(length) > limits.bytes) {
    throw new Error(`It is not drawn: found ${megabytes(Number(length))}, wanted at most ${megabytes(limits.bytes)}.`);
  }
  const drawing = await drawFeatures(src, type, name);
  // The server's table has no rows that can be chosen, and where there is no map, none that say more; what else it shows stays.
  const isTold = drawing.element.querySelector(".map") === null || drawing.element.querySelector("table") !== null;
  if (isTold) host.querySelector(":scope > .wide")?.remove();
  const text = host.querySelector(":scope > pre");
  if (text !== null) host.replaceChildren(element("details", {}, element("summary", {}, "As text"), text));
  host.prepend(drawing.element);
  drawing.fit();
}

export type Drawn = {
  readonly element: HTMLElement;
  /** Shows all of it; called when the element has its place in the page. */
  readonly fit: () => void;
};

/** Makes a map of what an address has, and a table of its attributes. Throws what a person can read. */
export async function drawFeatures(src: string, type: string, name: string): Promise<Drawn> {
  const read = await readAddress(src, type);
  if (read.features.every(({ geometry }) => geometry === undefined)) return withoutMap(read);
  const place = element("div");
  const shown = await mapOf(place, read, name);
  const notes = [...shown.notes, ...missingWords(read)].map((text) => element("p", { class: "muted" }, text));
  const drawing = element(
    "div",
    { class: "view-drawing" },
    placeSearch(shown.map),
    place,
    gesturesLine(shown.fit),
    ...(read.crs === undefined ? acrossControl(read.features, shown.draw) : []),
    ...notes,
  );
  if (hasAttributes(read)) {
    const table = attributeTable(read, true);
    drawing.append(table.element);
    bind(shown, table);
  }
  return { element: drawing, fit: shown.fit };
}

/** What has no place is listed, and why there is no map is told below: one would be empty. */
function withoutMap(read: Read): Drawn {
  const drawing = element("div", { class: "view-drawing" });
  if (areShownBeside(read)) return { element: drawing, fit: () => {} };
  const isNone = read.features.length > 0 && read.wrong === 0;
  const words = isNone ? ["No map is drawn: none of its features has a geometry."] : missingWords(read);
  if (hasAttributes(read)) drawing.append(attributeTable(read, false).element);
  drawing.append(...words.map((text) => element("p", { class: "muted" }, text)));
  return { element: drawing, fit: () => {} };
}

/** Tells whether each document that a catalog leads to has a view of its own on this page: a list of them would say all twice. */
function areShownBeside({ sources = [] }: Read): boolean {
  const views = [...document.querySelectorAll<HTMLElement>('[data-view="features"]')];
  const shown = new Set(views.map(({ dataset }) => new URL(dataset.src ?? "", document.baseURI).href));
  return sources.length > 0 && sources.every((url) => shown.has(url));
}

function hasAttributes({ features }: Read): boolean {
  return features.some(({ attributes }) => Object.keys(attributes).length > 0);
}

async function readAddress(src: string, type: string): Promise<Read> {
  const text = await fetchText(
    src,
    limits.bytes,
    type === "" ? undefined : `${type}, application/json;q=0.9, */*;q=0.8`,
  );
  if (type === "application/vnd.google-earth.kml+xml") {
    const { readKml } = await import("./read-kml.ts");
    return readKml(text);
  }
  const value = parsed(text);
  const read = isStacParent(value)
    ? await readStacLinks(value, new URL(src, document.baseURI).href)
    : readFeatures(value);
  if (read === undefined) throw new Error("It is not drawn: found no GeoJSON, wanted features or a geometry.");
  return read;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`It is not drawn, because it is no JSON: ${error.message}.`, { cause: error });
  }
}

type ShownMap = {
  readonly map: OlMap;
  readonly notes: readonly string[];
  readonly fit: () => void;
  /** Draws what may lie across the 180th meridian there, or as it is written. */
  readonly draw: (isAcross: boolean) => void;
  /** By the number of the feature in the document. */
  readonly features: ReadonlyMap<number, Feature>;
  readonly choose: (index: number | undefined) => void;
};

async function mapOf(place: HTMLElement, read: Read, name: string): Promise<ShownMap> {
  const map = await createMap(place, `Map of ${name}`);
  const { drawn, boxes, notes } = drawnOf(read, false);
  const source = new VectorSource({ features: [...drawn.values()] });
  map.addLayer(new VectorLayer({ source, style: styleOf("accent", 2) }));
  const chosen = new VectorSource();
  map.addLayer(new VectorLayer({ source: chosen, style: styleOf("bad", 4) }));
  let around = boxAround(boxes);
  const fit = () => {
    map.updateSize();
    if (around !== undefined) fitBox(map, around);
    else if (drawn.size > 0)
      map.getView().fit(source.getExtent() ?? [0, 0, 1, 1], { padding: fitPadding, maxZoom: 15 });
  };
  const draw = (isAcross: boolean) => {
    const now = drawnOf(read, isAcross);
    for (const [index, feature] of drawn) feature.setGeometry(now.drawn.get(index)?.getGeometry());
    around = boxAround(now.boxes);
    fit();
  };
  const choose = (index: number | undefined) => {
    chosen.clear();
    const feature = index === undefined ? undefined : drawn.get(index);
    if (feature !== undefined) chosen.addFeature(feature);
  };
  return { map, notes, fit, draw, features: drawn, choose };
}

type DrawnFeatures = {
  readonly drawn: ReadonlyMap<number, Feature>;
  /** Where they lie; none for what is in another reference system. */
  readonly boxes: readonly Box[];
  readonly notes: readonly string[];
};

function drawnOf({ features, crs }: Read, isAcross: boolean): DrawnFeatures {
  const projection = crs === undefined ? "EPSG:4326" : knownProjection(crs);
  if (projection === undefined) {
    const note = `Nothing is on the map: it cannot draw the reference system "${crs}". It draws longitude and latitude, Web Mercator, UTM and some systems of single countries.`;
    return { drawn: new Map(), boxes: [], notes: [note] };
  }
  const format = new GeoJSON({ dataProjection: projection, featureProjection: mapProjection });
  const drawn = new Map<number, Feature>();
  const boxes: Box[] = [];
  const elsewhere: Geometry[] = [];
  for (const [index, shown] of features.entries()) {
    const geometry = crs === undefined ? drawnGeometry(shown, isAcross) : shown.geometry;
    if (geometry === undefined) continue;
    const isPlaced = crs !== undefined || isOnEarth(geometry);
    const feature = isPlaced
      ? format.readFeature({ type: "Feature", geometry: withoutHeights(geometry), properties: null })
      : [];
    // What lies outside of a reference system has no place on the map.
    if (Array.isArray(feature) || feature.getGeometry()?.getExtent().every(Number.isFinite) !== true) {
      elsewhere.push(geometry);
      continue;
    }
    feature.setId(index);
    drawn.set(index, feature);
    if (crs === undefined) boxes.push(...boxesOf(positionsOf(geometry)));
  }
  const words = crs === undefined ? elsewhereWords(elsewhere, features.length) : outsideWords(elsewhere.length, crs);
  return { drawn, boxes, notes: words === undefined ? [] : [words] };
}

function outsideWords(count: number, crs: string): string | undefined {
  if (count === 0) return undefined;
  return `${count} ${count === 1 ? "feature is" : "features are"} not on the map: outside of the reference system "${crs}".`;
}

/** Boxes of pieces: a geometry that was split at the antimeridian has some on each side. */
function boxesOf(positions: readonly (readonly number[])[]): readonly Box[] {
  const sides = [positions.filter(([x = 0]) => x < 0), positions.filter(([x = 0]) => x >= 0)];
  const isSplit = positions.some(([x]) => x === 180) && positions.some(([x]) => x === -180);
  return (isSplit ? sides : [positions]).flatMap((side): readonly Box[] => {
    let [west, south, east, north] = [Number.POSITIVE_INFINITY, 90, Number.NEGATIVE_INFINITY, -90];
    for (const [x = 0, y = 0] of side) {
      [west, south] = [Math.min(west, x), Math.min(south, y)];
      [east, north] = [Math.max(east, x), Math.max(north, y)];
    }
    return west <= east ? [[west, south, east, north]] : [];
  });
}

/** Draws in a colour of the page. */
export function styleOf(colour: string, width: number): Style {
  const line = pageColour(colour);
  const stroke = new Stroke({ color: line, width });
  const fill = new Fill({ color: `color-mix(in srgb, ${line} 20%, transparent)` });
  return new Style({ stroke, fill, image: new Circle({ radius: 3 + width, stroke, fill }) });
}

const mostColumns = 40;

/** Rows are chosen where a map shows what they are of. */
function attributeTable({ features }: Read, isChosen: boolean): ShownTable {
  const names = [...new Set(features.slice(0, 1000).flatMap(({ attributes }) => Object.keys(attributes)))];
  const columns = names.slice(0, mostColumns);
  const rows = features.map(({ geometry, attributes }) => [
    geometry?.type ?? "none",
    ...columns.map((column) => cellOf(attributes[column])),
  ]);
  return createTable({ columns: ["geometry", ...columns], rows, caption: "Attributes", isChosen });
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "object") return String(value);
  try {
    return JSON.stringify(value);
  } catch (error) {
    // What is nested without end cannot be written.
    if (error instanceof RangeError) return "(nested too deep)";
    throw error;
  }
}

/** A chosen row shows its feature; a feature that is pressed shows its row. */
function bind({ map, features, choose }: ShownMap, table: ShownTable): void {
  table.onChoose((index) => {
    choose(index);
    const extent = index === undefined ? undefined : features.get(index)?.getGeometry()?.getExtent();
    if (extent !== undefined) map.getView().fit(extent, { padding: [48, 48, 48, 48], maxZoom: 12, duration: 200 });
  });
  map.on("singleclick", ({ pixel }) => {
    // The land below has no numbers.
    const isOwn = (one: FeatureLike) => typeof one.getId() === "number";
    const pressed = map.getFeaturesAtPixel(pixel, { hitTolerance: 4 }).find(isOwn)?.getId();
    const id = typeof pressed === "number" ? pressed : undefined;
    choose(id);
    table.choose(id);
  });
}
