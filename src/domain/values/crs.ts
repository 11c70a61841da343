/** WGS 84, longitude first; the system of a bounding box that names none (OGC 18-062r2, bbox.yaml). */
export const crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
/** WGS 84 with heights, longitude first. */
export const crs84h = "http://www.opengis.net/def/crs/OGC/0/CRS84h";
/** WGS 84, latitude first, as its authority defines it. */
export const epsg4326 = "http://www.opengis.net/def/crs/EPSG/0/4326";
/** WGS 84 without a word of who defines it: by custom longitude first. */
export const shortEpsg4326 = "EPSG:4326";

/** A reference system that is known, and whether its coordinates begin with the latitude. */
export type KnownCrs = { readonly uri: string; readonly isLatitudeFirst: boolean };

const ways: readonly (readonly [RegExp, KnownCrs])[] = [
  [name84("CRS84"), { uri: crs84, isLatitudeFirst: false }],
  [name84("CRS84h"), { uri: crs84h, isLatitudeFirst: false }],
  [
    /^(?:https?:\/\/(?:www\.)?opengis\.net\/def\/crs\/EPSG\/[\d.]+\/4326|urn:(?:x-)?ogc:def:crs:EPSG:(?:[\d.]*:)?4326|\[EPSG:4326\])$/i,
    { uri: epsg4326, isLatitudeFirst: true },
  ],
  [/^EPSG:4326$/i, { uri: shortEpsg4326, isLatitudeFirst: false }],
];

/** OGC writes it as a URI, a URN, a safe CURIE, a prefixed name, and the bare name. */
function name84(name: string): RegExp {
  const uri = `https?:\\/\\/(?:www\\.)?opengis\\.net\\/def\\/crs\\/OGC\\/[\\d.]+\\/${name}\\/?`;
  return new RegExp(
    `^(?:${uri}|urn:(?:x-)?ogc:def:crs:OGC:[\\d.]*:${name}|\\[OGC:${name}\\]|OGC:${name}|${name})$`,
    "i",
  );
}

/** Finds which of the known systems a text names, in each way in which OGC writes it. Undefined for any other. */
export function knownCrs(text: string): KnownCrs | undefined {
  const trimmed = text.trim();
  return ways.find(([way]) => way.test(trimmed))?.[1];
}

/** Turns a box of a known system so that longitude comes first; other numbers than 4 or 6 stay. */
export function longitudeFirst(bbox: readonly number[], crs: KnownCrs): readonly number[] {
  return crs.isLatitudeFirst ? withAxesTurned(bbox) : bbox;
}

/** Puts the first two axes of a box in each other's place. */
export function withAxesTurned(bbox: readonly number[]): readonly number[] {
  const half = bbox.length / 2;
  return bbox.map((_, at) => {
    const axis = at % half;
    const from = axis > 1 ? at : at - axis + (1 - axis);
    return bbox[from] ?? 0;
  });
}
