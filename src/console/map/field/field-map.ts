import type Feature from "ol/Feature.js";
import GeoJSON from "ol/format/GeoJSON.js";
import MultiPolygon from "ol/geom/MultiPolygon.js";
import { fromExtent } from "ol/geom/Polygon.js";
import VectorLayer from "ol/layer/Vector.js";
import type OlMap from "ol/Map.js";
import VectorSource from "ol/source/Vector.js";
import { element } from "../../shared/elements.ts";
import { drawnGeometry } from "../across.ts";
import { acrossControl } from "../across-control.ts";
import { type Box, boxAround, boxOfDrawn, continuousBox, joinedBox, type Position, rounded } from "../antimeridian.ts";
import { createMap, fitBox, fitPadding, mapProjection } from "../base-map.ts";
import { drawDegreeLines } from "../degree-lines.ts";
import { styleOf } from "../features-view.ts";
import { type PlaceUses, placeSearch } from "../places/place-search.ts";
import { degreesOfSaid, extentOfSaid } from "../places/said-extent.ts";
import { knownProjection } from "../projections.ts";
import type { Tools } from "../tools.ts";
import { sayBox } from "../words.ts";
import { partBoxes } from "./box-targets.ts";
import type { Said, Target } from "./field-controls.ts";
import { targetOf } from "./field-targets.ts";
import { createTools } from "./field-tools.ts";
import { gesturesLine } from "./gestures.ts";
import { followArea, keepArea, markArea, nearArea } from "./last-area.ts";

/**
 * Puts a map beside controls of a form: what they say is drawn, what is drawn they say. All can be done by the controls alone.
 */
export async function showFieldMap(host: HTMLElement): Promise<void> {
  const target = targetOf(host);
  if (target === undefined) return;
  const place = element("div");
  const status = element("p", { class: "muted", role: "status" });
  const map = await createMap(place, `Map of ${host.dataset.label ?? "places"}`);
  drawDegreeLines(map);
  const { show, read, across } = showing({ map, target, place, status });
  let isOwn = false;
  const writing = (write: () => string | undefined) => {
    // What was just drawn stays where it is: the map does not move under the hand.
    isOwn = true;
    const fault = write();
    isOwn = false;
    keepArea(areaOfSaid(show()));
    if (fault !== undefined) status.textContent = fault;
  };
  for (const control of target.controls) {
    control.addEventListener("input", () => {
      if (isOwn) return;
      const said = show();
      fitSaid(map, said);
      keepArea(areaOfSaid(said));
    });
  }
  const tools = createTools(
    { map, target, writing, status, fit: () => fitSaid(map, read()) },
    // An input that takes files has a control for them already.
    host.dataset.field === "file",
  );
  host.replaceChildren(
    element(
      "div",
      { class: "view-drawing" },
      ...tools,
      placeSearch(map, usesOf(target, writing)),
      place,
      gesturesLine(() => fitSaid(map, read())),
      across,
      status,
    ),
  );
  map.updateSize();
  const said = show();
  // What is not chosen yet most often lies where the field before it, or the last form, had its area. Of what is there and cannot be drawn, no place is known.
  const begin = said.fault === undefined ? nearArea() : undefined;
  if (begin !== undefined) fitBox(map, begin);
  fitSaid(map, said);
  followArea(place, (area) => fitBox(map, area));
}

type Shown = {
  readonly map: OlMap;
  readonly target: Target;
  readonly place: HTMLElement;
  readonly status: HTMLElement;
};

/** Draws what controls say, whenever it is asked, with a place for the way to draw it over the 180th meridian. */
function showing({ map, target, place, status }: Shown) {
  const source = new VectorSource();
  map.addLayer(new VectorLayer({ source, style: styleOf("accent", 2) }));
  const across = element("div");
  // What is drawn differently is the same value: nothing is written.
  const asked = { text: "", isAcross: false };
  const read = () => asDrawn(target.read(), asked.isAcross);
  const show = () => {
    const written = target.read();
    const text = JSON.stringify(written.geometries);
    if (asked.text !== text) {
      Object.assign(asked, { text, isAcross: false });
      across.replaceChildren(...(written.crs === undefined ? acrossControl(written.shown ?? [], drawAcross) : []));
    }
    const said = read();
    drawSaid(source, said);
    status.textContent = wordsOf(said, target);
    markArea(place, areaOfSaid(said));
    return said;
  };
  const drawAcross = (isAcross: boolean) => {
    asked.isAcross = isAcross;
    fitSaid(map, show());
  };
  return { show, read, across };
}

/** Puts what lies across the 180th meridian there, where its box says so or somebody asked for it. */
function asDrawn(said: Said, isAsked: boolean): Said {
  if (said.shown === undefined || said.crs !== undefined) return said;
  return { ...said, geometries: said.shown.flatMap((one) => drawnGeometry(one, isAsked) ?? []) };
}

/** Gives the box in degrees around what is chosen; undefined where nothing is. */
function areaOfSaid(said: Said): Box | undefined {
  if (said.crs !== undefined) return said.geometries.length === 0 ? undefined : degreesOfSaid(said);
  const around = boxAround(said.geometries.flatMap(partBoxes));
  return around === undefined ? undefined : boxOfDrawn(continuousBox(around));
}

/** A country or a place that was found can be taken by a press where the field takes its like. */
function usesOf(target: Target, writing: Tools["writing"]): PlaceUses {
  return {
    ...(target.takesAreas ? { useBox: (box) => writing(() => target.writeBox(box)) } : {}),
    ...(target.takesPoints
      ? { usePoint: (place) => writing(() => target.writeGeometries([{ type: "Point", coordinates: place }])) }
      : {}),
  };
}

function drawSaid(source: VectorSource, { geometries, crs }: Said): void {
  source.clear();
  const projection = crs === undefined ? "EPSG:4326" : knownProjection(crs);
  if (projection === undefined) return;
  const format = new GeoJSON({ dataProjection: projection, featureProjection: mapProjection });
  for (const geometry of geometries) {
    const read: Feature | Feature[] = format.readFeature({ type: "Feature", geometry, properties: null });
    if (Array.isArray(read)) continue;
    if (crs === undefined) joinParts(read);
    source.addFeature(read);
  }
}

/** A box that is written as two is one on the map, which goes on over the antimeridian. */
function joinParts(feature: Feature): void {
  const geometry = feature.getGeometry();
  if (!(geometry instanceof MultiPolygon)) return;
  const degrees = geometry.clone().transform(mapProjection, "EPSG:4326").getCoordinates();
  const places = degrees.map((polygon) =>
    polygon.map((ring) => ring.map(([x = 0, y = 0]): Position => [rounded(x), rounded(y)])),
  );
  const box = joinedBox(places);
  if (box !== undefined) feature.setGeometry(fromExtent([...box]).transform("EPSG:4326", mapProjection));
}

function fitSaid(map: OlMap, said: Said): void {
  if (said.crs === undefined) {
    const around = boxAround(said.geometries.flatMap(partBoxes));
    if (around !== undefined) fitBox(map, around);
    return;
  }
  const extent = extentOfSaid(said);
  if (extent !== undefined) map.getView().fit([...extent], { padding: fitPadding, maxZoom: 15 });
}

function wordsOf(said: Said, target: Target): string {
  const { crs, fault, note } = said;
  if (fault !== undefined) return fault;
  if (crs !== undefined && knownProjection(crs) === undefined)
    return `Nothing is drawn: this map does not know the reference system "${crs}".`;
  return [valueWords(said, target), ...(note === undefined ? [] : [note])].join(" ");
}

function valueWords(said: Said, { isBox }: Target): string {
  const { geometries, crs } = said;
  const system = said.system ?? crs ?? "longitude and latitude (WGS 84, OGC:CRS84)";
  const around = boxAround(geometries.flatMap(partBoxes));
  if (around === undefined) return `Nothing is chosen. What is drawn is written in ${system}.`;
  const what =
    isBox || said.isBox === true
      ? "Box"
      : geometries.length === 1
        ? geometries[0]?.type
        : `${geometries.length} geometries`;
  if (crs === undefined) return `${what}: ${sayBox(boxOfDrawn(continuousBox(around)))}, in ${system}.`;
  const degrees = degreesOfSaid(said);
  const place = degrees === undefined ? "It lies nowhere on this map." : `In degrees: ${sayBox(shortBox(degrees))}.`;
  return `${what}: ${around.join(", ")}, in ${system}. ${place}`;
}

/** What is only told needs no meters. */
function shortBox([west, south, east, north]: Box): Box {
  const short = (degrees: number) => Math.round(degrees * 1000) / 1000;
  return [short(west), short(south), short(east), short(north)];
}
