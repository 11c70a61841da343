import type OlMap from "ol/Map.js";
import { transform, transformExtent } from "ol/proj.js";
import { type Arrow, takeArrows, toggle } from "../../shared/arrow-keys.ts";
import { boxOfDrawn } from "../antimeridian.ts";
import { mapProjection } from "../base-map.ts";
import { extentOfSaid } from "../places/said-extent.ts";
import { areaOf } from "../read-stac.ts";
import type { Tools } from "../tools.ts";

/** How far one press of a key leads, in pixels of the screen. */
const step = 12;

type Extent = readonly [left: number, bottom: number, right: number, top: number];

/** Makes the button by which the keys of the keyboard move a box, or a point where no area is taken; none where neither is. */
export function keysControl(tools: Tools, begins: () => void): readonly HTMLElement[] {
  const { map, target, status } = tools;
  if (!target.takesAreas && !target.takesPoints) return [];
  const what = target.takesAreas ? "box" : "point";
  const made = toggle(`Move a ${what} by keys`, (ended) => {
    const place = map.getTargetElement();
    if (!(place instanceof HTMLElement)) return ended;
    begins();
    let extent = firstExtent(tools);
    // What is chosen already stays as it is until a key moves it.
    if (target.read().geometries.length === 0) writeExtent(tools, extent);
    const sizes = what === "box" ? ", with Shift they move its east and its north side" : "";
    status.textContent = `Arrow keys move the ${what}${sizes}; Enter ends it. ${status.textContent}`;
    return takeArrows(
      place,
      (arrow) => {
        extent = movedBy(map, extent, what === "box" ? arrow : { ...arrow, isShifted: false });
        writeExtent(tools, extent);
        showExtent(map, extent);
      },
      () => {
        ended();
        // Who went elsewhere stays there.
        if (document.activeElement === place) made.focus({ preventScroll: true });
      },
    );
  });
  return [made];
}

/** What is chosen already, else the middle of the map. */
function firstExtent({ map, target }: Tools): Extent {
  const said = target.read();
  // A box that is turned to and fro grows each time.
  const chosen = extentOfSaid(said.drawn === undefined ? said : { geometries: [areaOf(said.drawn)] });
  const [left = 0, bottom = 0, right = 0, top = 0] = chosen ?? map.getView().calculateExtent(map.getSize());
  const [x, y] = [(left + right) / 2, (bottom + top) / 2];
  if (!target.takesAreas) return [x, y, x, y];
  if (chosen === undefined) return [(left + x) / 2, (bottom + y) / 2, (x + right) / 2, (y + top) / 2];
  const least = step * (map.getView().getResolution() ?? 1);
  return [left, bottom, Math.max(right, left + least), Math.max(top, bottom + least)];
}

function movedBy(map: OlMap, [left, bottom, right, top]: Extent, { right: x, up, isShifted }: Arrow): Extent {
  const length = step * (map.getView().getResolution() ?? 1);
  const [dx, dy] = [x * length, up * length];
  if (isShifted) return [left, bottom, Math.max(left + length, right + dx), Math.max(bottom + length, top + dy)];
  return [left + dx, bottom + dy, right + dx, top + dy];
}

function writeExtent({ target, writing }: Tools, extent: Extent): void {
  if (target.takesAreas) {
    const [west = 0, south = 0, east = 0, north = 0] = transformExtent([...extent], mapProjection, "EPSG:4326");
    writing(() => target.writeBox(boxOfDrawn([west, south, east, north])));
    return;
  }
  const [longitude = 0, latitude = 0] = transform([extent[0], extent[1]], mapProjection, "EPSG:4326");
  const [west, south] = boxOfDrawn([longitude, latitude, longitude, latitude]);
  writing(() => target.writeGeometries([{ type: "Point", coordinates: [west, south] }]));
}

/** The map follows what leaves it. */
function showExtent(map: OlMap, [left, bottom, right, top]: Extent): void {
  const view = map.getView();
  const [seenLeft = 0, seenBottom = 0, seenRight = 0, seenTop = 0] = view.calculateExtent(map.getSize());
  const isSeen = left >= seenLeft && right <= seenRight && bottom >= seenBottom && top <= seenTop;
  const fits = right - left <= seenRight - seenLeft && top - bottom <= seenTop - seenBottom;
  if (isSeen) return;
  if (fits) view.setCenter([(left + right) / 2, (bottom + top) / 2]);
  else view.fit([left, bottom, right, top], { padding: [24, 24, 24, 24] });
}
