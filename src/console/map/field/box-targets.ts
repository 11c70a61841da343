import { isTaken, type NamedSystem, systemOf, wgs84 } from "../../../pages/form/crs.ts";
import { type Box, boxAround, boxOfDrawn, faultOfBox, type Position, readBox } from "../antimeridian.ts";
import { knownProjection } from "../projections.ts";
import { type Geometry, positionsOf } from "../read-features.ts";
import { areaOf } from "../read-stac.ts";
import { boxIn, isInDegrees, turnedAxes, unknownWords } from "./box-systems.ts";
import { type Control, controlOf, type Said, type Target, write } from "./field-controls.ts";

/** A control that names a reference system: typed, or chosen from a list. */
type SystemControl = Control | HTMLSelectElement;

/** How a box says its reference system. */
type Systems = {
  readonly controls: readonly SystemControl[];
  /** Those that are taken; all where none are listed. */
  readonly taken: readonly string[];
  /** Each number is called by its side: then longitude or easting is the same number in each system. */
  readonly areSidesNamed: boolean;
};

/** Finds the four corners of a box, and the reference system beside them. */
export function boxTarget(name: string, { systems = "[]" }: DOMStringMap): Target | undefined {
  const corners = [0, 1, 2, 3].flatMap((index) => controlOf(`${name}/${index}`) ?? []);
  const crs = controlOf(`${name}/~crs`);
  if (corners.length !== 4 || crs === undefined) return undefined;
  return cornersTarget(corners, { controls: [crs], taken: textsOf(systems), areSidesNamed: false });
}

/** Finds the members of a record that are the corners of a box, by the ends of their names, and that of its reference system. */
export function recordTarget(name: string, { corners = "[]", crs: end }: DOMStringMap): Target | undefined {
  const found = textsOf(corners).flatMap((one) => controlOf(`${name}${one}`) ?? []);
  // A reference system may be a code or a text: then each has a control, of which one is filled in.
  const controls = end === undefined ? [] : controlsBelow(`${name}${end}`);
  return found.length === 4
    ? cornersTarget(found, { controls, taken: choicesOf(controls), areSidesNamed: true })
    : undefined;
}

function textsOf(json: string): readonly string[] {
  const list: unknown = JSON.parse(json);
  return Array.isArray(list) ? list.filter((one) => typeof one === "string") : [];
}

function controlsBelow(name: string): readonly SystemControl[] {
  return [...document.querySelectorAll<SystemControl>("input, textarea, select")].filter(
    (one) => !one.name.endsWith("/~choice") && (one.name === name || one.name.startsWith(`${name}/~of`)),
  );
}

function isChosen(control: SystemControl): boolean {
  return control instanceof HTMLSelectElement || control.type === "radio";
}

/** What a list offers, where nothing else can be typed. */
function choicesOf(controls: readonly SystemControl[]): readonly string[] {
  if (!controls.every(isChosen)) return [];
  const texts = controls.flatMap((one) =>
    one instanceof HTMLSelectElement ? [...one.options].map(({ value }) => value) : [one.value],
  );
  return texts.filter((text) => text !== "");
}

function textOf(controls: readonly SystemControl[]): string {
  const counting = controls.filter((one) => !(one instanceof HTMLInputElement && one.type === "radio") || one.checked);
  return counting.map(({ value }) => value.trim()).find((text) => text !== "") ?? "";
}

function cornersTarget(corners: readonly Control[], systems: Systems): Target {
  const { controls } = systems;
  let last: { readonly text: string; readonly drawn: Box } | undefined;
  const textNow = () => [...corners.map(({ value }) => value), textOf(controls)].join();
  const turnsAxes = ({ isNorthFirst }: NamedSystem) => isNorthFirst && !systems.areSidesNamed;
  const writeBox = (box: Box) => {
    const system = systemIn(systems);
    if ("fault" in system) return `Nothing is written: ${system.fault}`;
    const turned = boxIn(system, box);
    if ("fault" in turned) return turned.fault;
    const numbers = turnsAxes(system) ? turnedAxes(turned.numbers) : turned.numbers;
    for (const [index, corner] of corners.entries()) write(corner, String(numbers[index]));
    last = { text: textNow(), drawn: box };
    return undefined;
  };
  return {
    ...{ controls: [...corners, ...controls], ...boxWriters(writeBox) },
    read: () => {
      const system = systemIn(systems);
      if ("fault" in system) return { geometries: [], fault: `Nothing is drawn: ${system.fault}` };
      const { code } = system;
      const about = {
        ...(code === wgs84 ? {} : { crs: code }),
        ...(last !== undefined && last.text === textNow() ? { drawn: last.drawn } : {}),
        ...(turnsAxes(system) ? { note: firstWords(code), system: code === wgs84 ? `WGS 84 (${code})` : code } : {}),
      };
      if (corners.every(({ value }) => value.trim() === "")) return { geometries: [], ...about };
      const box = readBox(corners.map(({ value }) => value.trim() || "?").join(","));
      return { ...saidOfBox(box !== undefined && turnsAxes(system) ? turnedAxes(box) : box, code), ...about };
    },
    clear: () => {
      for (const control of [...corners, ...controls.filter((one) => !isChosen(one))]) write(control, "");
    },
  };
}

function firstWords(code: string): string {
  return `${isInDegrees(code) ? "The latitude" : "The northing"} stands first, as this name of ${code} means it.`;
}

/** Finds the reference system that a box is in, or says why it is none. */
function systemIn({ controls, taken }: Systems): NamedSystem | { readonly fault: string } {
  const text = textOf(controls);
  const system = systemOf(text);
  const isOpen = text === "" && taken.length > 0 && taken.every((one) => systemOf(one)?.code !== wgs84);
  if (isOpen) return { fault: `choose the reference system first: ${taken.join(", ")}.` };
  if (!isTaken(text, taken)) return { fault: `this input takes no boxes in "${text}", but in ${taken.join(", ")}.` };
  if (system === undefined || (system.code !== wgs84 && knownProjection(system.code) === undefined)) {
    return { fault: unknownWords(text) };
  }
  return system;
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
      return saidOfBox(isWhole ? readBox(places.map((place) => texts[place]).join(",")) : undefined, wgs84);
    },
    clear: () => {
      for (const row of rows()) write(row, "");
    },
  };
}

/** Reads what is drawn of a box in a reference system. */
export function saidOfBox(box: Box | undefined, code: string): Said {
  if (box === undefined) return { geometries: [], fault: "Nothing is drawn yet: found no four numbers." };
  const isWrong = code === wgs84 ? faultOfBox(box) : faultInOrder(box);
  if (isWrong !== undefined) return { geometries: [], fault: isWrong };
  return { geometries: [areaOf(box)], isBox: true };
}

/** Another system than degrees has no antimeridian. */
function faultInOrder([left, bottom, right, top]: Box): string | undefined {
  if (left > right) return `Nothing is drawn: found west ${left} and east ${right}, wanted the lesser first`;
  return bottom > top ? `Nothing is drawn: found south ${bottom} and north ${top}, wanted the lesser first` : undefined;
}

/** Whatever is drawn, such an input gets the box around it. */
export function boxWriters(writeBox: Target["writeBox"]) {
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
  const [least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [west, south, east, north] = [most, most, least, least];
  for (const [x = 0, y = 0] of positionsOf(geometry)) {
    [west, south] = [Math.min(west, x), Math.min(south, y)];
    [east, north] = [Math.max(east, x), Math.max(north, y)];
  }
  return west <= east ? [[west, south, east, north]] : [];
}
