// Computes the normalised difference of two assets of a STAC item: node index.mjs DIRECTORY KEY KEY.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const [directory, first, second] = process.argv.slice(2);
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

/** The only item of a catalogue, with the path of its document. */
function readItem(top) {
  const path = join(top, "catalog.json");
  const items = readJson(path).links.filter(({ rel }) => rel === "item");
  if (items.length !== 1) throw new Error(`Cannot read the scene: found ${items.length} items, wanted one`);
  const itemPath = join(dirname(path), decodeURIComponent(items[0].href));
  return { item: readJson(itemPath), path: itemPath };
}

/** Reads a band: a baseline TIFF of unsigned 16-bit cells that are not packed, in one strip or several. */
function readBand({ item, path }, key) {
  const asset = item.assets[key];
  if (asset === undefined) {
    const known = Object.keys(item.assets).join(", ");
    throw new Error(`Cannot read item "${item.id}": found no asset "${key}", wanted one of ${known}`);
  }
  const bytes = readFileSync(join(dirname(path), decodeURIComponent(asset.href)));
  if (bytes.toString("latin1", 0, 4) !== "II*\0") throw new Error(`Cannot read asset "${key}": found no little-endian TIFF`);
  const tags = new Map();
  const start = bytes.readUInt32LE(4);
  for (let index = 0; index < bytes.readUInt16LE(start); index += 1) {
    const at = start + 2 + 12 * index;
    const size = bytes.readUInt16LE(at + 2) === 3 ? 2 : 4;
    const count = bytes.readUInt32LE(at + 4);
    const from = count * size > 4 ? bytes.readUInt32LE(at + 8) : at + 8;
    const value = (one) => (size === 2 ? bytes.readUInt16LE(from + 2 * one) : bytes.readUInt32LE(from + 4 * one));
    tags.set(bytes.readUInt16LE(at), Array.from({ length: count }, (_, one) => value(one)));
  }
  const only = (tag, usual) => tags.get(tag)?.[0] ?? usual;
  if (only(258) !== 16 || only(259, 1) !== 1 || only(277, 1) !== 1) {
    throw new Error(`Cannot read asset "${key}": found another TIFF, wanted one band of 16 bits that is not packed`);
  }
  const strips = tags.get(273).map((offset, index) => bytes.subarray(offset, offset + tags.get(279)[index]));
  return { width: only(256), height: only(257), cells: Buffer.concat(strips) };
}

/** Writes a band of 32-bit floating point as a baseline TIFF of one strip. */
function writeBand(path, { width, height, cells }) {
  const [short, long] = [3, 4];
  const count = 11;
  const offset = 8 + 2 + 12 * count + 4;
  const head = Buffer.alloc(offset);
  head.write("II*\0", "latin1");
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(count, 8);
  const tags = [
    [256, long, width], [257, long, height], [258, short, 32], [259, short, 1], [262, short, 1], [273, long, offset],
    [277, short, 1], [278, long, height], [279, long, cells.byteLength], [284, short, 1], [339, short, 3],
  ];
  for (const [index, [tag, type, value]] of tags.entries()) {
    const at = 10 + 12 * index;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(1, at + 4);
    head.writeUInt32LE(value, at + 8);
  }
  writeFileSync(path, Buffer.concat([head, cells]));
}

const source = readItem(directory);
const [one, other] = [readBand(source, first), readBand(source, second)];
if (one.width !== other.width || one.height !== other.height) throw new Error("Cannot compare bands of other sizes");
const cells = Buffer.alloc(4 * one.width * one.height);
let [lowest, highest, sum, known] = [Infinity, -Infinity, 0, 0];
for (let index = 0; index < one.width * one.height; index += 1) {
  const [a, b] = [one.cells.readUInt16LE(2 * index), other.cells.readUInt16LE(2 * index)];
  const value = a + b === 0 ? NaN : Math.fround((a - b) / (a + b));
  cells.writeFloatLE(value, 4 * index);
  if (Number.isNaN(value)) continue;
  [lowest, highest, sum, known] = [Math.min(lowest, value), Math.max(highest, value), sum + value, known + 1];
}
writeBand("ndvi.tif", { ...one, cells });
const rounded = (value) => Number(value.toFixed(6));
const statistics = { cells: known, lowest: rounded(lowest), highest: rounded(highest), mean: rounded(sum / known) };
writeFileSync("statistics.json", `${JSON.stringify(statistics, undefined, 2)}\n`);
const { id, geometry, bbox, properties } = source.item;
writeFileSync("source.json", JSON.stringify({ id, geometry, bbox, properties }));
