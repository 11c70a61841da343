/** What directories are called where media types are told. */
export const directoryType = "application/directory";

/** Media types by file name extension. */
const mediaTypes: ReadonlyMap<string, string> = new Map([
  // Text and data
  ["txt", "text/plain"],
  ["text", "text/plain"],
  ["log", "text/plain"],
  ["md", "text/markdown"],
  ["csv", "text/csv"],
  ["tsv", "text/tab-separated-values"],
  ["html", "text/html"],
  ["htm", "text/html"],
  ["css", "text/css"],
  ["js", "text/javascript"],
  ["mjs", "text/javascript"],
  ["json", "application/json"],
  ["jsonl", "application/jsonl"],
  ["ndjson", "application/x-ndjson"],
  ["jsonld", "application/ld+json"],
  ["yaml", "application/yaml"],
  ["yml", "application/yaml"],
  ["cwl", "application/cwl"],
  ["xml", "application/xml"],
  ["xsd", "application/xml"],
  ["xsl", "application/xslt+xml"],
  ["ttl", "text/turtle"],
  ["rdf", "application/rdf+xml"],
  ["parquet", "application/vnd.apache.parquet"],
  ["arrow", "application/vnd.apache.arrow.file"],
  ["feather", "application/vnd.apache.arrow.file"],
  ["sqlite", "application/vnd.sqlite3"],
  ["db", "application/vnd.sqlite3"],
  ["xls", "application/vnd.ms-excel"],
  ["xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
  ["docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["pdf", "application/pdf"],
  ["wasm", "application/wasm"],
  // Images and media
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["gif", "image/gif"],
  ["webp", "image/webp"],
  ["bmp", "image/bmp"],
  ["svg", "image/svg+xml"],
  ["ico", "image/vnd.microsoft.icon"],
  ["mp4", "video/mp4"],
  ["webm", "video/webm"],
  ["mp3", "audio/mpeg"],
  ["wav", "audio/wav"],
  // Geospatial rasters and grids
  ["tif", "image/tiff; application=geotiff"],
  ["tiff", "image/tiff; application=geotiff"],
  ["gtiff", "image/tiff; application=geotiff"],
  ["jp2", "image/jp2"],
  ["j2k", "image/jp2"],
  ["nc", "application/x-netcdf"],
  ["nc3", "application/x-netcdf"],
  ["nc4", "application/x-netcdf"],
  ["cdf", "application/x-netcdf"],
  ["hdf", "application/x-hdf"],
  ["hdf4", "application/x-hdf"],
  ["h4", "application/x-hdf"],
  ["h5", "application/x-hdf5"],
  ["hdf5", "application/x-hdf5"],
  ["he5", "application/x-hdf5"],
  ["grib", "application/wmo-grib"],
  ["grb", "application/wmo-grib"],
  ["grib2", "application/wmo-grib"],
  ["grb2", "application/wmo-grib"],
  ["bufr", "application/bufr"],
  ["vrt", "application/xml"],
  ["covjson", "application/prs.coverage+json"],
  // Geospatial features, points and styles
  ["geojson", "application/geo+json"],
  ["geojsonl", "application/geo+json-seq"],
  ["geojsonseq", "application/geo+json-seq"],
  ["topojson", "application/json"],
  ["gml", "application/gml+xml"],
  ["kml", "application/vnd.google-earth.kml+xml"],
  ["kmz", "application/vnd.google-earth.kmz"],
  ["gpx", "application/gpx+xml"],
  ["gpkg", "application/geopackage+sqlite3"],
  ["shp", "application/vnd.shp"],
  ["shx", "application/vnd.shx"],
  ["dbf", "application/vnd.dbf"],
  ["prj", "text/plain"],
  ["cpg", "text/plain"],
  ["wkt", "text/plain"],
  ["fgb", "application/vnd.flatgeobuf"],
  ["mvt", "application/vnd.mapbox-vector-tile"],
  ["pmtiles", "application/vnd.pmtiles"],
  ["mbtiles", "application/vnd.mapbox-vector-tile"],
  ["las", "application/vnd.las"],
  ["laz", "application/vnd.laszip"],
  ["qml", "application/xml"],
  ["sld", "application/vnd.ogc.sld+xml"],
  // Archives
  ["zip", "application/zip"],
  ["gz", "application/gzip"],
  ["tgz", "application/gzip"],
  ["bz2", "application/x-bzip2"],
  ["xz", "application/x-xz"],
  ["zst", "application/zstd"],
  ["tar", "application/x-tar"],
  ["7z", "application/x-7z-compressed"],
]);

/** What a file is called whose name tells nothing. */
export const unknownMediaType = "application/octet-stream";

/** Guesses the media type of a file by the extension of its name, in whatever case. */
export function mediaTypeOf(name: string): string {
  const basename = name.slice(name.lastIndexOf("/") + 1).toLowerCase();
  const dot = basename.lastIndexOf(".");
  // A leading dot hides a file, it does not begin an extension.
  if (dot <= 0) return unknownMediaType;
  return mediaTypes.get(basename.slice(dot + 1)) ?? unknownMediaType;
}

/** Gives the usual extension of a media type, with its dot; the empty string for an unknown one. */
export function extensionOf(mediaType: string): string {
  const wanted = essenceOf(mediaType);
  for (const [extension, known] of mediaTypes) {
    if (essenceOf(known) === wanted) return `.${extension}`;
  }
  return "";
}

/** Tells whether a media type is JSON or built on it (`application/geo+json`). */
export function isJsonType(mediaType: string): boolean {
  const essence = essenceOf(mediaType);
  return essence === "application/json" || essence === "text/json" || essence.endsWith("+json");
}

/** Media types outside `text/` whose content is text all the same; JSON is not counted among them. */
const textTypes: ReadonlySet<string> = new Set([
  "application/cwl",
  "application/ecmascript",
  "application/graphql",
  "application/javascript",
  "application/json-seq",
  "application/jsonl",
  "application/jsonlines",
  "application/n-quads",
  "application/n-triples",
  "application/ndjson",
  "application/sql",
  "application/toml",
  "application/trig",
  "application/x-javascript",
  "application/x-jsonl",
  "application/x-jsonlines",
  "application/x-ndjson",
  "application/x-sh",
  "application/x-yaml",
  "application/xml",
  "application/yaml",
]);

/** Tells whether the content of a media type is text that is no JSON. */
export function isTextType(mediaType: string): boolean {
  const essence = essenceOf(mediaType);
  if (isJsonType(essence)) return false;
  return essence.startsWith("text/") || /\+(xml|yaml|json-seq|jsonl|ndjson)$/.test(essence) || textTypes.has(essence);
}

/** Returns a media type without its parameters, in lower case. */
export function essenceOf(mediaType: string): string {
  return (mediaType.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** What a browser shows as an image, in which nothing is executed. */
const imageTypes: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/bmp",
  "image/svg+xml",
]);

/** Tells whether a page shows a media type as an image. */
export function isShownImage(mediaType: string): boolean {
  return imageTypes.has(essenceOf(mediaType));
}

/** Larger images are shown by no page. */
export const maxImageBytes = 20 * 2 ** 20;
