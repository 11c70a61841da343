import type { Position } from "../antimeridian.ts";
import type { Geometry } from "../read-features.ts";
import { areaTaken, type Fitted, fitted, noteOf, type Takes, takesAny, takesOf } from "../what-is-taken.ts";
import { textTarget } from "./area-text.ts";
import { boxTarget, listTarget, recordTarget } from "./box-targets.ts";
import { controlOf, type Said, type Target, write } from "./field-controls.ts";
import { saidOfText } from "./field-said.ts";

/** Finds the controls that a map stands beside. Undefined where the page has none, as after it was changed. */
export function targetOf({ dataset }: HTMLElement): Target | undefined {
  const { field, name = "", holds = "geometry" } = dataset;
  const takes = takesOf(dataset);
  switch (field) {
    case "box":
      return boxTarget(name, dataset);
    case "text":
      return textTarget(name, dataset);
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
