import { type Box, faultOfBox, readBox } from "../antimeridian.ts";

/** Where a tab keeps the area that was chosen last on a map of a form: west, south, east and north in degrees. */
const key = "heddle last area";
/** What maps of the page hear when another one has an area. */
const told = "heddle-area";
/** What is smaller is seen with some land around it, in degrees. */
const leastDegrees = 0.2;

/** Reads where a map begins on which nothing is chosen: at the first area of the page, else at the one that was chosen last in this tab. */
export function nearArea(): Box | undefined {
  const text = document.querySelector<HTMLElement>("[data-area]")?.dataset.area ?? sessionStorage.getItem(key);
  const box = readBox(text ?? "");
  return box === undefined || faultOfBox(box) !== undefined ? undefined : roomy(box);
}

/** Marks a map by its area, so that others of the page find it, and tells them. */
export function markArea(map: HTMLElement, area: Box | undefined): void {
  const text = area === undefined || faultOfBox(area) !== undefined ? undefined : area.join(",");
  if (map.dataset.area === text) return;
  if (text === undefined) delete map.dataset.area;
  else map.dataset.area = text;
  document.dispatchEvent(new CustomEvent(told));
}

/** Keeps an area that somebody chose for the maps of later forms; nothing is kept of none. */
export function keepArea(area: Box | undefined): void {
  if (area !== undefined && faultOfBox(area) === undefined) sessionStorage.setItem(key, area.join(","));
}

/** Calls a function whenever another map of the page has an area, while this one has none and is on the page. */
export function followArea(map: HTMLElement, follow: (area: Box) => void): void {
  const hear = () => {
    if (!map.isConnected) document.removeEventListener(told, hear);
    else if (map.dataset.area === undefined) {
      const area = nearArea();
      if (area !== undefined) follow(area);
    }
  };
  document.addEventListener(told, hear);
}

function roomy([west, south, east, north]: Box): Box {
  const around = (least: number, most: number) => Math.max(0, (leastDegrees - (most - least)) / 2);
  // A box over the 180th meridian is wide enough.
  const [x, y] = [west > east ? 0 : around(west, east), around(south, north)];
  return [west - x, south - y, east + x, north + y];
}
