import { directoryType, essenceOf, isJsonType } from "../../domain/values/media-type.ts";

/** Text of small files that programs which know the media type can read. */
const texts: Readonly<Record<string, string>> = {
  "text/csv": "id,name,value\n1,first,0.5\n2,second,1.5\n",
  "text/tab-separated-values": "id\tname\tvalue\n1\tfirst\t0.5\n2\tsecond\t1.5\n",
  "text/html": "<!doctype html><title>sample</title><p>sample</p>\n",
  "application/geo+json":
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"sample"},"geometry":{"type":"Polygon","coordinates":[[[10,54],[11,54],[11,55],[10,55],[10,54]]]}}]}',
  "application/geo+json-seq":
    '{"type":"Feature","properties":{"name":"sample"},"geometry":{"type":"Point","coordinates":[10,54]}}\n',
  "application/vnd.google-earth.kml+xml":
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>sample</name><Point><coordinates>10,54</coordinates></Point></Placemark></kml>',
  "application/gpx+xml":
    '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="sample"><wpt lat="54" lon="10"/></gpx>',
  "image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
  "application/yaml": "name: sample\n",
  "application/x-ndjson": '{"name":"sample"}\n',
  "application/jsonl": '{"name":"sample"}\n',
};

/** The same of what is no text, in base64: a raster of four by four cells, a picture of one, an archive with one file. */
const bytes: Readonly<Record<string, string>> = {
  "image/tiff":
    "SUkqAAgAAAAOAAABAwABAAAABAAAAAEBAwABAAAABAAAAAIBAwABAAAAEAAAAAMBAwABAAAAAQAAAAYBAwABAAAAAQAAABEBBAABAAAAHgEAABUBAwABAAAAAQAAABYBAwABAAAABAAAABcBBAABAAAAIAAAABwBAwABAAAAAQAAAFMBAwABAAAAAgAAAA6DDAADAAAAtgAAAIKEDAAGAAAAzgAAAK+HAwAQAAAA/gAAAAAAAAAAAAAAAADQPwAAAAAAANA/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAkQAAAAAAAgEtAAAAAAAAAAAABAAEAAAADAAAEAAABAAIAAQQAAAEAAQAACAAAAQDmEAAACgAUAB4AAQALABUAHwACAAwAFgAgAAMADQAXACEA",
  "image/png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGMwaDgAAAJUAXHIMWMAAAAAAElFTkSuQmCC",
  "image/gif": "R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=",
  "application/x-netcdf": "Q0RGAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  "application/netcdf": "Q0RGAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  "application/gzip": "H4sIAAAAAAACAytOzC3ISeUCAO+eSzAHAAAA",
  "application/zip":
    "UEsDBBQAAAAAAAAAIQDvnkswBwAAAAcAAAAKAAAAc2FtcGxlLnR4dHNhbXBsZQpQSwECFAMUAAAAAAAAACEA755LMAcAAAAHAAAACgAAAAAAAAAAAAAAgAEAAAAAc2FtcGxlLnR4dFBLBQYAAAAAAQABADgAAAAvAAAAAAA=",
};

/**
 * Writes a small file of a media type as an address that holds it: nothing is fetched, nothing needs to be uploaded. A directory
 * is an archive. A type that is not known here has the word "text" for a content, which its tools may refuse.
 */
export function sampleAddress(mediaType: string): { readonly href: string; readonly type: string } {
  const type = essenceOf(mediaType) === directoryType ? "application/zip" : mediaType;
  const essence = essenceOf(type);
  const binary = Object.hasOwn(bytes, essence) ? bytes[essence] : undefined;
  if (binary !== undefined) return { href: `data:${essence};base64,${binary}`, type };
  return { href: `data:${essence},${encodeURIComponent(textOf(essence))}`, type };
}

/** Tells whether an address is one that was made up of a media type: no tool can be expected to take its content. */
export function isSample(href: string): boolean {
  const [, type] = /^data:([^,;]+)/.exec(href) ?? [];
  return type !== undefined && sampleAddress(type).href === href;
}

function textOf(essence: string): string {
  if (Object.hasOwn(texts, essence)) return texts[essence] ?? "";
  if (isJsonType(essence)) return "{}";
  return /[/+]xml$/.test(essence) ? "<a/>" : "text";
}
