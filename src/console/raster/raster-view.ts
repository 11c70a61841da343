import ImageLayer from "ol/layer/Image.js";
import OlMap from "ol/Map.js";
import Projection from "ol/proj/Projection.js";
import { transformExtent } from "ol/proj.js";
import ImageSource from "ol/source/Image.js";
import View from "ol/View.js";
import { createMap, mapProjection } from "../map/base-map.ts";
import { gesturesLine, mapInteractions } from "../map/field/gestures.ts";
import { placeSearch } from "../map/places/place-search.ts";
import { knownProjection } from "../map/projections.ts";
import { element } from "../shared/elements.ts";
import { type Grid, type Placed, partOf, placeOf, valuesAt } from "./grid.ts";
import { openRasterBeside, type Raster } from "./raster-client.ts";
import { createControls, type Look } from "./raster-controls.ts";
import { crossControl } from "./raster-cross.ts";
import { createMark } from "./raster-mark.ts";
import type { RasterFacts } from "./raster-messages.ts";
import { factsText, valuesText } from "./raster-words.ts";
import { paint } from "./stretch.ts";

/** Draws a raster on a map, with its colours, its bands, and the value under the pointer. */
export async function showRaster(host: HTMLElement): Promise<void> {
  const { src = "", name = "" } = host.dataset;
  const raster = await openRasterBeside(src);
  const placed = placedOf(raster.facts);
  const place = element("div");
  const value = valueLine();
  const fault = element("p", { class: "fault", role: "status" });
  const controls = await createControls(raster);
  const map =
    placed.code === undefined ? createPlainMap(place, name, placed) : await createMap(place, `Map of ${name}`);
  let shownGrid: { readonly grid: Grid; readonly look: Look } | undefined;
  // A source keeps the picture that it made of a part: other colours or bands want another source.
  const sourceOf = (): ImageSource => {
    const source: ImageSource = new ImageSource({
      projection: placed.projection,
      interpolate: false,
      loader: async (extent, mapResolution, pixelRatio) => {
        const [resolution, look] = [mapResolution / pixelRatio, controls.look()];
        const read = await readGrid(raster, placed, { extent, resolution, look });
        const picture = pictureOf(read.grid, look, raster.facts);
        // What was asked for before the last change is not what the map shows.
        if (layer.getSource() === source) {
          fault.textContent = read.message ?? "";
          shownGrid = { grid: read.grid, look };
        }
        // The size of its pixels is told as it is, whatever those of the screen are.
        return { image: picture, extent: [...read.grid.extent], resolution: pixelSize(read.grid), pixelRatio: 1 };
      },
    });
    return source;
  };
  const layer = new ImageLayer({ source: sourceOf() });
  map.addLayer(layer);
  const shown =
    placed.code === undefined ? placed.extent : transformExtent([...placed.extent], placed.projection, mapProjection);
  const fit = () => map.getView().fit([...shown], { padding: [16, 16, 16, 16] });
  host.replaceChildren(
    element(
      "div",
      { class: "view-drawing" },
      controls.element,
      ...(placed.code === undefined ? [] : [placeSearch(map)]),
      // The line stays in view beside the map, and not over what follows.
      element("div", {}, value, place),
      gesturesLine(fit),
      fault,
      element("p", { class: "muted" }, factsText(raster.facts, systemText(raster.facts, placed))),
    ),
  );
  map.updateSize();
  fit();
  controls.onChange(() => layer.setSource(sourceOf()));
  const mark = createMark(map, placed);
  const tell = (coordinate: readonly number[]) => {
    if (shownGrid !== undefined) value.textContent = valueText({ ...shownGrid, placed }, coordinate);
  };
  map.on("pointermove", ({ coordinate, dragging }) => {
    if (!dragging) tell(coordinate);
  });
  // A finger does not move over the map before it presses.
  map.on("click", ({ coordinate }) => {
    mark.put(coordinate);
    tell(coordinate);
  });
  // What was pressed is what one wanted to know.
  place.addEventListener("pointerleave", () => {
    if (mark.at() !== undefined) tell(mark.at() ?? []);
  });
  controls.element.append(crossControl(map, tell, value));
}

function valueLine(): HTMLElement {
  const words = "Point at the map, or press it, to see its values.";
  return element("p", { class: "map-value", role: "status" }, words);
}

/** A raster that has no place on the earth is shown by its own rows and columns; there, no place is looked for. */
function placedOf(facts: RasterFacts): Placed {
  const code = facts.code === undefined || facts.extent === undefined ? undefined : knownProjection(facts.code);
  if (code !== undefined && facts.extent !== undefined && isOnEarth(facts.extent, code))
    return { code, projection: code, extent: facts.extent, facts };
  const extent = [0, 0, facts.width, facts.height] as const;
  const projection = new Projection({ code: "rows and columns", units: "pixels" });
  return { code: undefined, projection, extent, facts };
}

/** A reference system says little of coordinates that are none of it. */
function isOnEarth(extent: readonly number[], code: string): boolean {
  const [left = 0, bottom = 0, right = 0, top = 0] = transformExtent([...extent], code, "EPSG:4326");
  return [left, right].every((one) => Math.abs(one) <= 540) && [bottom, top].every((one) => Math.abs(one) <= 91);
}

function createPlainMap(target: HTMLElement, name: string, { projection, extent }: Placed): OlMap {
  target.classList.add("map");
  target.tabIndex = 0;
  target.setAttribute("role", "application");
  target.setAttribute("aria-label", `Picture of ${name}. Arrow keys move it, plus and minus change its scale.`);
  const [left, bottom, right, top] = extent;
  return new OlMap({
    target,
    interactions: mapInteractions(),
    view: new View({
      projection,
      center: [(left + right) / 2, (bottom + top) / 2],
      maxResolution: Math.max(right, top) / 64,
      // A picture of one pixel fills the map, too.
      minResolution: Math.min(1 / 32, Math.max(right, top) / 1024),
      enableRotation: false,
      resolution: Math.max(right, top) / 512,
    }),
  });
}

type Wanted = { readonly extent: readonly number[]; readonly resolution: number; readonly look: Look };

/** Reads what the map wants to show. What cannot be read is an empty grid, with the reason. */
async function readGrid(
  raster: Raster,
  placed: Placed,
  { extent, resolution, look }: Wanted,
): Promise<{ readonly grid: Grid; readonly message?: string }> {
  const part = partOf(placed, extent, resolution);
  if (part === undefined) return { grid: emptyGrid(extent) };
  try {
    const bands = await raster.read({ bands: look.bands, window: part.window, width: part.width, height: part.height });
    return { grid: { ...part, bands } };
  } catch (error) {
    return { grid: emptyGrid(extent), message: error instanceof Error ? error.message : String(error) };
  }
}

/** The size of one pixel of a grid: it has fewer than the screen where the raster has no more. */
function pixelSize({ extent: [left, bottom, right, top], width, height }: Grid): number[] {
  return [(right - left) / width, (top - bottom) / height];
}

function emptyGrid([left = 0, bottom = 0, right = 1, top = 1]: readonly number[]): Grid {
  return {
    window: [0, 0, 1, 1],
    width: 1,
    height: 1,
    extent: [left, bottom, right, top],
    bands: [new Float64Array([Number.NaN])],
  };
}

function pictureOf({ width, height, bands }: Grid, look: Look, { noData, palette }: RasterFacts): HTMLCanvasElement {
  const canvas = element("canvas");
  canvas.width = width;
  canvas.height = height;
  const { ramp, stretch, isOwn } = look;
  const pixels = paint(bands, { ramp, stretch, noData, palette: isOwn ? palette : undefined });
  canvas.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
}

type Pointed = { readonly grid: Grid; readonly placed: Placed; readonly look: Look };

function valueText({ grid, placed, look }: Pointed, coordinate: readonly number[]): string {
  const { own, words } = placeOf(placed, coordinate);
  const values = valuesAt(grid, own);
  if (values === undefined) return words;
  const isSampled = grid.width < grid.window[2] - grid.window[0];
  return `${words}: ${valuesText(placed.facts, look.bands, values)}${isSampled ? " (one of several pixels here; zoom in for each)" : ""}`;
}

function systemText({ code, extent }: RasterFacts, placed: Placed): string {
  if (placed.code !== undefined) return `reference system ${placed.code}`;
  if (extent === undefined) return "it has no place on the map: shown by its rows and columns";
  return `its reference system (${code ?? "one of its own"}) is none that this map can draw, so it is shown by its rows and columns`;
}
