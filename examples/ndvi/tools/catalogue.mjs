// Writes a STAC catalogue with one item around files: node catalogue.mjs RASTER STATISTICS SOURCE.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [raster, statistics, source] = process.argv.slice(2);
const { id, geometry, bbox, properties } = JSON.parse(readFileSync(source, "utf8"));
const itemId = `${id}-ndvi`;
const top = "ndvi";
mkdirSync(join(top, itemId), { recursive: true });

/** Puts a file beside its item, and says what it is. */
function asset(path, name, facts) {
  copyFileSync(path, join(top, itemId, name));
  const bytes = readFileSync(path);
  const checksum = `1220${createHash("sha256").update(bytes).digest("hex")}`;
  return { href: `./${name}`, ...facts, "file:size": bytes.byteLength, "file:checksum": checksum };
}

const writeJson = (path, value) => writeFileSync(join(top, path), `${JSON.stringify(value, undefined, 2)}\n`);
const json = "application/json";
writeJson("catalog.json", {
  type: "Catalog",
  stac_version: "1.1.0",
  id: "ndvi",
  description: "The vegetation index of a scene",
  links: [
    { rel: "root", href: "./catalog.json", type: json },
    { rel: "item", href: `./${itemId}/${itemId}.json`, type: "application/geo+json" },
  ],
});
writeJson(join(itemId, `${itemId}.json`), {
  type: "Feature",
  stac_version: "1.1.0",
  stac_extensions: ["https://stac-extensions.github.io/file/v2.1.0/schema.json"],
  id: itemId,
  geometry,
  ...(bbox === undefined ? {} : { bbox }),
  properties,
  links: [
    { rel: "root", href: "../catalog.json", type: json },
    { rel: "parent", href: "../catalog.json", type: json },
  ],
  assets: {
    ndvi: asset(raster, "ndvi.tif", { type: "image/tiff", title: "NDVI, from -1 to 1", roles: ["data"] }),
    statistics: asset(statistics, "statistics.json", { type: json, title: "Lowest, highest, mean", roles: ["metadata"] }),
  },
});
