import { register } from "ol/proj/proj4.js";
import { get } from "ol/proj.js";
import proj4 from "proj4";

/** Definitions by code, besides those of UTM zones and what the map itself knows. */
const definitions: Readonly<Record<string, string>> = {
  "EPSG:4258": "+proj=longlat +ellps=GRS80 +no_defs",
  "EPSG:4269": "+proj=longlat +datum=NAD83 +no_defs",
  "EPSG:4979": "+proj=longlat +datum=WGS84 +no_defs",
  // Continents.
  "EPSG:3035": "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80 +units=m +no_defs",
  "EPSG:3034":
    "+proj=lcc +lat_0=52 +lon_0=10 +lat_1=35 +lat_2=65 +x_0=4000000 +y_0=2800000 +ellps=GRS80 +units=m +no_defs",
  "EPSG:5070": "+proj=aea +lat_0=23 +lon_0=-96 +lat_1=29.5 +lat_2=45.5 +x_0=0 +y_0=0 +datum=NAD83 +units=m +no_defs",
  "EPSG:3577": "+proj=aea +lat_0=0 +lon_0=132 +lat_1=-18 +lat_2=-36 +x_0=0 +y_0=0 +ellps=GRS80 +units=m +no_defs",
  "EPSG:3031": "+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0=0 +datum=WGS84 +units=m +no_defs",
  "EPSG:3413": "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +datum=WGS84 +units=m +no_defs",
  "EPSG:6933": "+proj=cea +lat_ts=30 +lon_0=0 +datum=WGS84 +units=m +no_defs",
  // Countries.
  "EPSG:2154":
    "+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 +y_0=6600000 +ellps=GRS80 +units=m +no_defs",
  "EPSG:2056":
    "+proj=somerc +lat_0=46.9524055555556 +lon_0=7.43958333333333 +k_0=1 +x_0=2600000 +y_0=1200000 +ellps=bessel +towgs84=674.374,15.056,405.346,0,0,0,0 +units=m +no_defs",
  "EPSG:21781":
    "+proj=somerc +lat_0=46.9524055555556 +lon_0=7.43958333333333 +k_0=1 +x_0=600000 +y_0=200000 +ellps=bessel +towgs84=674.374,15.056,405.346,0,0,0,0 +units=m +no_defs",
  "EPSG:27700":
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy +towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489 +units=m +no_defs",
  "EPSG:28992":
    "+proj=sterea +lat_0=52.1561605555556 +lon_0=5.38763888888889 +k=0.9999079 +x_0=155000 +y_0=463000 +ellps=bessel +towgs84=565.417,50.3319,465.552,-0.398957,0.343988,-1.8774,4.0725 +units=m +no_defs",
  "EPSG:31467":
    "+proj=tmerc +lat_0=0 +lon_0=9 +k=1 +x_0=3500000 +y_0=0 +ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7 +units=m +no_defs",
  "EPSG:31287":
    "+proj=lcc +lat_0=47.5 +lon_0=13.3333333333333 +lat_1=49 +lat_2=46 +x_0=400000 +y_0=400000 +ellps=bessel +towgs84=577.326,90.129,463.919,5.137,1.474,5.297,2.4232 +units=m +no_defs",
  "EPSG:2180": "+proj=tmerc +lat_0=0 +lon_0=19 +k=0.9993 +x_0=500000 +y_0=-5300000 +ellps=GRS80 +units=m +no_defs",
  "EPSG:3067": "+proj=utm +zone=35 +ellps=GRS80 +units=m +no_defs",
  "EPSG:3006": "+proj=utm +zone=33 +ellps=GRS80 +units=m +no_defs",
  "EPSG:27200":
    "+proj=nzmg +lat_0=-41 +lon_0=173 +x_0=2510000 +y_0=6023150 +ellps=intl +towgs84=59.47,-5.04,187.44,0.47,-0.1,1.024,-4.5993 +units=m +no_defs",
  "EPSG:2193": "+proj=tmerc +lat_0=0 +lon_0=173 +k=0.9996 +x_0=1600000 +y_0=10000000 +ellps=GRS80 +units=m +no_defs",
};

/** Finds a reference system by its code, such as "EPSG:32633"; undefined for one that the map does not know. */
export function knownProjection(code: string): string | undefined {
  const own = code.toUpperCase();
  const definition = definitions[own] ?? utmOf(own);
  if (definition !== undefined) {
    proj4.defs(own, definition);
    register(proj4);
  }
  return get(own) === null ? undefined : own;
}

/** UTM zones of WGS 84 (north and south), of ETRS89 and of NAD83. */
function utmOf(code: string): string | undefined {
  const { family, zone } = zoneOf(code) ?? {};
  if (family === undefined || zone === undefined) return undefined;
  const datum = family === "258" || family === "269" ? "+ellps=GRS80" : "+datum=WGS84";
  return `+proj=utm +zone=${zone}${family === "327" ? " +south" : ""} ${datum} +units=m +no_defs`;
}

function zoneOf(code: string): { readonly family: string; readonly zone: number } | undefined {
  const [, family, digits] = /^EPSG:(326|327|258|269)(\d\d)$/.exec(code.toUpperCase()) ?? [];
  const zone = Number(digits);
  return family === undefined || zone < 1 || zone > 60 ? undefined : { family, zone };
}

/** Finds the longitude in the middle of a zone of UTM; undefined for another reference system. */
export function middleOfZone(code: string): number | undefined {
  const { zone } = zoneOf(code) ?? {};
  return zone === undefined ? undefined : zone * 6 - 183;
}
