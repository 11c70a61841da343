import { type Box, boxAround, boxOfDrawn, faultOfBox, type Position, readBox } from "./antimeridian.ts";
import { type Geometry, isMembers, positionsOf, type Read, readFeatures } from "./read-features.ts";
import { areaOf } from "./read-stac.ts";
import { areaTaken, type Fitted, fitted, noteOf, type Takes, takesAny, takesOf } from "./what-is-taken.ts";

/** What a field says of places. */
export type Said = {
  /** What to draw. */
  readonly geometries: readonly Geometry[];
  /** The reference system of its coordinates, when it is not longitude and latitude. */
  readonly crs?: string;
  /** Why nothing, or not all, is drawn. */
  readonly fault?: string;
  /** What else there is to say of it. */
  readonly note?: string;
};

/** A value of a form, whatever controls hold it. */
export type Target = {
  readonly isBox: boolean;
  /** The controls that are looked at. */
  readonly controls: readonly (HTMLInputElement | HTMLTextAreaElement)[];
  readonly read: () => Said;
  readonly takesAreas: boolean;
  readonly takesPoints: boolean;
  /** Writes a box; gives what is wrong with it, when it is not written. So do the next two. */
  readonly writeBox: (box: Box) => string | undefined;
  /** Writes the area inside corners that were drawn. */
  readonly writeRing: (ring: readonly Position[]) => string | undefined;
  /** Writes a point that was set, or what a file has. */
  readonly writeGeometries: (geometries: readonly Geometry[]) => string | undefined;
  readonly clear: () => void;
};

/** Finds the controls that a map stands beside. Undefined where the page has none, as after it was changed. */
export function targetOf({ dataset }: HTMLElement): Target | undefined {
  const { field, name = "", holds = "geometry" } = dataset;
  const takes = takesOf(dataset);
  switch (field) {
    case "box":
      return boxTarget(name);
    case "text":
      return textTarget(name);
    default:
      return jsonTarget(name, holds, takes);
  }
}

function controlOf(name: string): HTMLInputElement | HTMLTextAreaElement | undefined {
  return [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea")].find(
    (one) => one.name === name,
  );
}

/** Writes into a control as a person does: whoever listens to it hears of it. */
function write(control: HTMLInputElement | HTMLTextAreaElement | undefined, text: string): void {
  if (control === undefined || control.value === text) return;
  control.value = text;
  for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
}

const longitudeLatitude = /^(?:|.*CRS:?84h?|EPSG:4326)$/i;

function boxTarget(name: string): Target | undefined {
  const corners = [0, 1, 2, 3].flatMap((index) => controlOf(`${name}/${index}`) ?? []);
  const crs = controlOf(`${name}/~crs`);
  if (corners.length !== 4 || crs === undefined) return undefined;
  const writeBox = (box: Box) => {
    for (const [index, corner] of corners.entries()) write(corner, String(box[index]));
    if (!longitudeLatitude.test(crs.value.trim())) write(crs, "");
    return undefined;
  };
  return {
    ...{ controls: [...corners, crs], ...boxWriters(writeBox) },
    read: () => {
      if (corners.every(({ value }) => value.trim() === "")) return { geometries: [] };
      const box = readBox(corners.map(({ value }) => value.trim() || "?").join(","));
      return saidOfBox(box, crs.value.trim());
    },
    clear: () => {
      for (const control of [...corners, crs]) write(control, "");
    },
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

function textTarget(name: string): Target | undefined {
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

function jsonTarget(name: string, holds: string, takes: Takes): Target | undefined {
  const control = controlOf(name);
  if (control === undefined) return undefined;
  // A file that takes no text takes an address that holds it.
  const isAddress = name.endsWith("/~href");
  const writeFitted = (made: Fitted) => {
    if ("fault" in made) return made.fault;
    const text = JSON.stringify(written(made.geometries, holds));
    write(control, isAddress ? `${dataAddress}${encodeURIComponent(text)}` : text);
    return undefined;
  };
  const writeRing = (ring: readonly Position[]) => writeFitted(areaTaken(ring, takes));
  return {
    ...{ isBox: false, controls: [control], writeRing },
    takesAreas: takesAny(takes, ["Polygon", "MultiPolygon"]),
    takesPoints: takesAny(takes, ["Point", "MultiPoint"]),
    writeGeometries: (geometries) => writeFitted(fitted(geometries, takes, holds === "features")),
    read: () => {
      const said = isAddress ? saidOfAddress(control.value.trim()) : saidOfText(control.value);
      const note = noteOf(said.geometries, takes);
      return note === undefined ? said : { ...said, note };
    },
    writeBox: ([west, south, east, north]) => {
      const turned = west <= east ? east : east + 360;
      return writeRing([
        [west, south],
        [turned, south],
        [turned, north],
        [west, north],
      ]);
    },
    clear: () => write(control, ""),
  };
}

/** Writes geometries as what the input holds. */
function written(geometries: readonly Geometry[], holds: string): unknown {
  const [geometry] = geometries;
  const featureOf = (one: Geometry | undefined) => ({ type: "Feature", properties: {}, geometry: one });
  if (holds === "feature") return featureOf(geometry);
  if (holds === "features") return { type: "FeatureCollection", features: geometries.map(featureOf) };
  return geometry;
}

const dataAddress = "data:application/geo+json,";

/** Other addresses are shown where they are looked at, which is not here. */
function saidOfAddress(address: string): Said {
  if (!address.startsWith(dataAddress)) return { geometries: [] };
  try {
    return saidOfText(decodeURIComponent(address.slice(dataAddress.length)));
  } catch (error) {
    if (error instanceof URIError)
      return { geometries: [], fault: "Nothing is drawn: found an address that ends too soon." };
    throw error;
  }
}

const mostCharacters = 5_000_000;

function saidOfText(text: string): Said {
  if (text.trim() === "") return { geometries: [] };
  if (text.length > mostCharacters)
    return {
      geometries: [],
      fault: `Nothing is drawn: found ${text.length} characters, wanted at most ${mostCharacters}.`,
    };
  const read = readText(text);
  if (read === undefined) return { geometries: [], fault: "Nothing is drawn: found no GeoJSON." };
  return saidOfRead(read);
}

/** Reads GeoJSON text; undefined for all else. A request may wrap it in an object with a `value`. */
export function readText(text: string): Read | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return readFeatures(isMembers(value) && value.type === undefined ? value.value : value);
  } catch {
    // What is typed is no JSON most of the time, until it is.
    return undefined;
  }
}

function saidOfRead({ features, wrong, crs }: Read): Said {
  const geometries = features.flatMap(({ geometry }) => geometry ?? []);
  const fault =
    wrong > 0 ? `${wrong} of ${features.length} geometries are not drawn: their coordinates are wrong.` : undefined;
  return { geometries, ...(crs === undefined ? {} : { crs }), ...(fault === undefined ? {} : { fault }) };
}
