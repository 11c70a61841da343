import type { Position } from "./antimeridian.ts";
import { boxTarget, listTarget, recordTarget, textTarget } from "./box-targets.ts";
import { controlOf, type Said, type Target, write } from "./field-controls.ts";
import { type Geometry, isMembers, type Read, readFeatures } from "./read-features.ts";
import { areaTaken, type Fitted, fitted, noteOf, type Takes, takesAny, takesOf } from "./what-is-taken.ts";

/** Finds the controls that a map stands beside. Undefined where the page has none, as after it was changed. */
export function targetOf({ dataset }: HTMLElement): Target | undefined {
  const { field, name = "", holds = "geometry" } = dataset;
  const takes = takesOf(dataset);
  switch (field) {
    case "box":
      return boxTarget(name, dataset);
    case "text":
      return textTarget(name);
    case "list":
      return listTarget(name, dataset);
    case "record":
      return recordTarget(name, dataset);
    default:
      return jsonTarget(name, holds, takes);
  }
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
  const shown = features.filter(({ geometry }) => geometry !== undefined);
  return { geometries, shown, ...(crs === undefined ? {} : { crs }), ...(fault === undefined ? {} : { fault }) };
}
