import GeoJSON from "ol/format/GeoJSON.js";
import WKT from "ol/format/WKT.js";
import { type Geometry, limits, type Read, readGeometry } from "../read-features.ts";

/**
 * Reads well-known text (OGC 06-103r4), also with the number of its reference system before it. What cannot be drawn is counted;
 * undefined for what is no well-known text.
 */
export function readWellKnownText(text: string): Read | undefined {
  const [, system, rest = ""] = /^\s*(?:SRID=(\d+);)?([\s\S]*)$/i.exec(text) ?? [];
  const given = parsed(rest);
  if (given === undefined) return undefined;
  const geometry = readGeometry(given, { positions: limits.positions }, 0);
  const isWrong = geometry === undefined;
  return {
    ...{ features: [{ geometry, attributes: {} }], total: 1, without: 0, wrong: isWrong ? 1 : 0 },
    ...(system === undefined || system === "4326" ? {} : { crs: `EPSG:${system}` }),
  };
}

function parsed(text: string): unknown {
  try {
    return new GeoJSON().writeGeometryObject(new WKT().readGeometry(text));
  } catch {
    // What is typed is no well-known text most of the time, until it is.
    return undefined;
  }
}

/** Writes a geometry as well-known text, its longitudes first. */
export function writeWellKnownText(geometry: Geometry): string {
  const read = new GeoJSON().readGeometry(geometry);
  return read === null ? "" : new WKT().writeGeometry(read);
}
