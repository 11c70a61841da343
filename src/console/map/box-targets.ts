import { type Box, boxAround, boxOfDrawn, faultOfBox, type Position, readBox } from "./antimeridian.ts";
import { type Control, controlOf, type Said, type Target, write } from "./field-controls.ts";
import { type Geometry, positionsOf } from "./read-features.ts";
import { areaOf } from "./read-stac.ts";

const longitudeLatitude = /^(?:|.*CRS:?84h?|EPSG:4326)$/i;

/** Finds the four corners of a box, and the reference system beside them. */
export function boxTarget(name: string): Target | undefined {
  const corners = [0, 1, 2, 3].flatMap((index) => controlOf(`${name}/${index}`) ?? []);
  const crs = controlOf(`${name}/~crs`);
  return corners.length === 4 && crs !== undefined ? cornersTarget(corners, [crs]) : undefined;
}

/** Finds the members of a record that are the corners of a box, by the ends of their names, and that of its reference system. */
export function recordTarget(name: string, { corners = "[]", crs: end }: DOMStringMap): Target | undefined {
  const ends: unknown = JSON.parse(corners);
  const found = Array.isArray(ends) ? ends.flatMap((one) => controlOf(`${name}${one}`) ?? []) : [];
  // A reference system may be a code or a text: then each has a control, of which one is filled in.
  const systems = end === undefined ? [] : controlsBelow(`${name}${end}`);
  return found.length === 4 ? cornersTarget(found, systems) : undefined;
}

function controlsBelow(name: string): readonly Control[] {
  return [...document.querySelectorAll<Control>("input, textarea")].filter(
    (one) => one.type !== "radio" && (one.name === name || one.name.startsWith(`${name}/~of`)),
  );
}

function cornersTarget(corners: readonly Control[], systems: readonly Control[]): Target {
  const crs = () => systemOf(systems.find(({ value }) => value.trim() !== "")?.value.trim() ?? "");
  const writeBox = (box: Box) => {
    for (const [index, corner] of corners.entries()) write(corner, String(box[index]));
    if (!longitudeLatitude.test(crs())) for (const system of systems) write(system, "");
    return undefined;
  };
  return {
    ...{ controls: [...corners, ...systems], ...boxWriters(writeBox) },
    read: () => {
      if (corners.every(({ value }) => value.trim() === "")) return { geometries: [] };
      const box = readBox(corners.map(({ value }) => value.trim() || "?").join(","));
      return saidOfBox(box, crs());
    },
    clear: () => {
      for (const control of [...corners, ...systems]) write(control, "");
    },
  };
}

/** A number alone is a code of EPSG. */
function systemOf(text: string): string {
  return /^\d+$/.test(text) ? `EPSG:${text}` : text;
}

/** A box with heights has six numbers: these are the four without them. */
const withoutHeights = [0, 1, 3, 4];
const fourPlaces = [0, 1, 2, 3];

/** Finds a list of numbers whose rows are the corners of a box. Rows come and go: they are looked for again each time. */
export function listTarget(name: string, { least }: DOMStringMap): Target | undefined {
  const list = document.getElementById(name);
  if (list === null) return undefined;
  const rows = () =>
    [...list.querySelectorAll<HTMLInputElement>('input[type="number"]')].filter(
      (one) => one.name.startsWith(`${name}/`) && /^\d+$/.test(one.name.slice(name.length + 1)),
    );
  const filled = (): readonly string[] => rows().flatMap(({ value }) => value.trim() || []);
  const writeBox = (box: Box) => {
    const places = least === "6" || filled().length > 4 ? withoutHeights : fourPlaces;
    const corners = places.flatMap((place) => rows()[place] ?? []);
    if (corners.length < 4) return `Nothing is written: found ${rows().length} rows, wanted ${(places[3] ?? 3) + 1}.`;
    for (const [index, corner] of corners.entries()) write(corner, String(box[index]));
    return undefined;
  };
  return {
    ...{ controls: [list], ...boxWriters(writeBox) },
    read: () => {
      const texts = filled();
      if (texts.length === 0) return { geometries: [] };
      const places = texts.length === 6 ? withoutHeights : fourPlaces;
      const isWhole = texts.length === 4 || texts.length === 6;
      return saidOfBox(isWhole ? readBox(places.map((place) => texts[place]).join(",")) : undefined, "");
    },
    clear: () => {
      for (const row of rows()) write(row, "");
    },
  };
}

/** Finds a text that is the four numbers of a box. */
export function textTarget(name: string): Target | undefined {
  const control = controlOf(name);
  if (control === undefined) return undefined;
  // Whatever the package writes between numbers stays there.
  const [, before = "", between = ","] = /^(\[?).*?\d(\s*,\s*|\s+)/.exec(control.value.trim()) ?? [];
  const writeBox = (box: Box) => {
    write(control, `${before}${box.join(between)}${before === "[" ? "]" : ""}`);
    return undefined;
  };
  return {
    ...{ controls: [control], ...boxWriters(writeBox) },
    read: () => (control.value.trim() === "" ? { geometries: [] } : saidOfBox(readBox(control.value), "")),
    clear: () => write(control, ""),
  };
}

function saidOfBox(box: Box | undefined, crs: string): Said {
  if (box === undefined) return { geometries: [], fault: "Nothing is drawn yet: found no four numbers." };
  if (longitudeLatitude.test(crs)) {
    const fault = faultOfBox(box);
    return fault === undefined ? { geometries: [areaOf(box)] } : { geometries: [], fault };
  }
  // The URI of this system has the latitude first, and its short name the longitude: so the service reads them.
  if (/EPSG\/[\d.]+\/4326$/i.test(crs)) return saidOfBox([box[1], box[0], box[3], box[2]], "");
  const [, code] = /EPSG(?:\/[\d.]+\/|:+)(\d+)$/i.exec(crs) ?? [];
  if (code === undefined) {
    return {
      geometries: [],
      fault: `Nothing is drawn: the map shows boxes in longitude and latitude, found "${crs}".`,
    };
  }
  const geometry = box[0] <= box[2] ? areaOf(box) : undefined;
  return { geometries: geometry === undefined ? [] : [geometry], crs: `EPSG:${code}` };
}

/** Whatever is drawn, such an input gets the box around it. */
function boxWriters(writeBox: Target["writeBox"]) {
  const writeGeometries = (geometries: readonly Geometry[]) => {
    const box = boxAround(geometries.flatMap(partBoxes));
    return box === undefined ? undefined : writeBox(boxOfDrawn(box));
  };
  const writeRing = (ring: readonly Position[]) => {
    const [longitudes, latitudes] = [ring.map(([longitude]) => longitude), ring.map(([, latitude]) => latitude)];
    const corner = (choose: (...values: number[]) => number) => [choose(...longitudes), choose(...latitudes)] as const;
    return writeBox(boxOfDrawn([...corner(Math.min), ...corner(Math.max)]));
  };
  return { isBox: true, takesAreas: true, takesPoints: false, writeBox, writeGeometries, writeRing };
}

/** Boxes of the parts of a geometry, so that what was split at the antimeridian is put together again. */
export function partBoxes(geometry: Geometry): readonly Box[] {
  if ("geometries" in geometry) return geometry.geometries.flatMap(partBoxes);
  const { type, coordinates } = geometry;
  if (type.startsWith("Multi") && Array.isArray(coordinates)) {
    return coordinates.flatMap((part) => partBoxes({ type: type.slice("Multi".length), coordinates: part }));
  }
  let [west, south, east, north] = [Number.POSITIVE_INFINITY, 90, Number.NEGATIVE_INFINITY, -90];
  for (const [x = 0, y = 0] of positionsOf(geometry)) {
    [west, south] = [Math.min(west, x), Math.min(south, y)];
    [east, north] = [Math.max(east, x), Math.max(north, y)];
  }
  return west <= east ? [[west, south, east, north]] : [];
}
