import { fromUrl, type GeoTIFFImage } from "geotiff";
import { megabytes } from "../shared/fetch-limited.ts";
import { readBandNames } from "./band-names.ts";
import type { Part, RasterFacts } from "./raster-messages.ts";

/** What reading one part may take: bytes of pixels, of one block, of the answer, and how many smaller versions are looked for. */
const limits = {
  partBytes: 96_000_000,
  blockBytes: 64_000_000,
  side: 4096,
  levels: 30,
  bands: 500,
  pixels: 2_000_000,
} as const;

const blocks = { allowFullFile: false, blockSize: 65_536, cacheSize: 200 } as const;

export type OpenRaster = {
  readonly facts: RasterFacts;
  /** The whole first, then smaller ones. */
  readonly levels: readonly GeoTIFFImage[];
};

/** Opens a raster by its address, of which only the parts that are needed are read. Throws what a person can read. */
export async function openRaster(url: string): Promise<OpenRaster> {
  // Its parts are fetched in blocks, which are kept for the next part.
  const tiff = await fromUrl(url, blocks);
  const whole = await tiff.getImage(0);
  const [width, height] = [whole.getWidth(), whole.getHeight()];
  if (!(width > 0 && height > 0 && Math.max(width, height) <= limits.pixels)) {
    throw new Error(`It is not drawn: found ${width} × ${height} pixels, wanted 1 to ${limits.pixels} of each.`);
  }
  const levels = [whole];
  const count = await imagesIn(tiff);
  for (let index = 1; index < count; index += 1) {
    const image = await tiff.getImage(index);
    // Masks and other pictures in the same file are no smaller versions.
    const type: unknown = image.fileDirectory.hasTag("NewSubfileType")
      ? image.fileDirectory.getValue("NewSubfileType")
      : 0;
    if (type === 1 && image.getWidth() < width) levels.push(image);
  }
  levels.sort((one, other) => other.getWidth() - one.getWidth());
  const palette = await paletteOf(whole);
  const names = await bandNamesOf(whole);
  const facts = factsOf(whole, levels.length);
  return {
    levels,
    facts: { ...facts, ...(palette === undefined ? {} : { palette }), ...(names === undefined ? {} : { names }) },
  };
}

/** Counts the pictures of a file, up to a bound: a file may name the same again and again. */
async function imagesIn(tiff: Awaited<ReturnType<typeof fromUrl>>): Promise<number> {
  for (let index = 1; index < limits.levels; index += 1) {
    try {
      await tiff.getImage(index);
    } catch (error) {
      // The end of the list is told by an error.
      if (error instanceof Error) return index;
      throw error;
    }
  }
  return limits.levels;
}

function factsOf(image: GeoTIFFImage, levels: number): RasterFacts {
  const bands = Math.min(image.getSamplesPerPixel(), limits.bands);
  const noData = noDataOf(image);
  const extent = extentOf(image);
  const code = codeOf(image);
  const alpha = alphaOf(image);
  const bytes = Array.from({ length: Math.min(bands, 3) }, (_, band) => image.getSampleByteSize(band));
  return {
    ...{ width: image.getWidth(), height: image.getHeight(), bands, levels },
    isPicture: bands >= 3 && bytes.every((size) => size === 1),
    isColoured: bands >= 3 && tagOf(image, "PhotometricInterpretation") === redGreenBlue,
    isGrey:
      bands === 1 &&
      bytes[0] === 1 &&
      image.getSampleFormat(0) === unsigned &&
      tagOf(image, "PhotometricInterpretation") === blackIsZero,
    ...(extent === undefined ? {} : { extent }),
    ...(alpha === undefined ? {} : { alpha }),
    ...(code === undefined ? {} : { code }),
    ...(noData === undefined ? {} : { noData }),
  };
}

function tagOf(image: GeoTIFFImage, tag: "PhotometricInterpretation" | "ExtraSamples"): unknown {
  return image.fileDirectory.hasTag(tag) ? image.fileDirectory.getValue(tag) : undefined;
}

/** The bands behind those of the colours may say how much of them is seen. */
function alphaOf(image: GeoTIFFImage): number | undefined {
  const extra = Array.from(Object(tagOf(image, "ExtraSamples") ?? []), Number);
  const at = extra.findIndex((kind) => kind === 1 || kind === 2);
  const band = image.getSamplesPerPixel() - extra.length + at;
  return at < 0 || band < 3 ? undefined : band;
}

const [blackIsZero, redGreenBlue] = [1, 2];
/** The sample format of whole numbers from 0 on. */
const unsigned = 1;

async function bandNamesOf(image: GeoTIFFImage): Promise<RasterFacts["names"]> {
  if (!image.fileDirectory.hasTag("GDAL_METADATA")) return undefined;
  const metadata: unknown = await image.fileDirectory.loadValue("GDAL_METADATA");
  return typeof metadata === "string" ? readBandNames(metadata) : undefined;
}

/** The number that means "no data"; what is no number means it in any case. */
function noDataOf(image: GeoTIFFImage): number | undefined {
  const said = image.getGDALNoData();
  if (said === null || !Number.isFinite(said)) return undefined;
  const isSingle = image.getSampleFormat(0) === 3 && image.getBitsPerSample(0) === 32;
  if (!isSingle) return said;
  // It is often written with fewer digits than the pixels have, and the largest number then as one that is none.
  const largest = 3.4028234663852886e38;
  return Math.abs(said) > 3.4e38 ? Math.sign(said) * largest : Math.fround(said);
}

/** Photometric interpretations: values are numbers of a table of colours; colours are written in another way than red, green, blue. */
const indexed = 3;
const otherColours: readonly unknown[] = [5, 6, 8];

async function paletteOf(image: GeoTIFFImage): Promise<readonly number[] | undefined> {
  if (tagOf(image, "PhotometricInterpretation") !== indexed || image.getBitsPerSample(0) > 8) return undefined;
  const map: unknown = await image.fileDirectory.loadValue("ColorMap");
  const all = Array.from(Object(map ?? []), Number);
  const count = Math.min(256, all.length / 3);
  // The file has all reds first, and 16 bits of each.
  return Array.from({ length: count * 3 }, (_, at) => (all[(at % 3) * count + Math.floor(at / 3)] ?? 0) >> 8);
}

type Affine = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

/** A raster that stands askew, on its head, or nowhere, has no extent. */
function extentOf(image: GeoTIFFImage): RasterFacts["extent"] {
  const affine = affineOf(image);
  if (affine === undefined || !(affine.width > 0 && affine.height > 0)) return undefined;
  const { left, top, width, height } = affine;
  const extent = [left, top - image.getHeight() * height, left + image.getWidth() * width, top] as const;
  return extent.every(Number.isFinite) ? extent : undefined;
}

/** Reads where the first corner lies, and how large a pixel is; its height is counted down. */
function affineOf(image: GeoTIFFImage): Affine | undefined {
  const keys = image.getGeoKeys() ?? {};
  // Where the place of a pixel is its middle, the corner lies half a pixel before it.
  const half = keys.GTRasterTypeGeoKey === 2 ? 0.5 : 0;
  const numbers = (tag: "ModelTransformation" | "ModelTiepoint" | "ModelPixelScale") =>
    image.fileDirectory.hasTag(tag) ? Array.from(Object(image.fileDirectory.getValue(tag) ?? []), Number) : [];
  const transformation = numbers("ModelTransformation");
  if (transformation.length === 16) {
    const [width = 0, turnX, , left = 0, turnY, down = 0, , top = 0] = transformation;
    if (turnX !== 0 || turnY !== 0) return undefined;
    return { left: left - half * width, top: top - half * down, width, height: -down };
  }
  const [column = 0, row = 0, , x = 0, y = 0, ...others] = numbers("ModelTiepoint");
  const [width = 0, height = 0] = numbers("ModelPixelScale");
  // Several points without a scale say that it is bent.
  if (others.length !== 1) return undefined;
  return { left: x - (column + half) * width, top: y + (row + half) * height, width, height };
}

/** Codes from 32767 on are the file's own. */
function codeOf(image: GeoTIFFImage): string | undefined {
  const keys = image.getGeoKeys() ?? {};
  const code: unknown = keys.ProjectedCSTypeGeoKey ?? keys.GeographicTypeGeoKey;
  return typeof code === "number" && code > 0 && code !== 32767 ? `EPSG:${code}` : undefined;
}

/** Reads a part of the raster from its smallest version that is fine enough. Throws, with numbers, when that would be too much. */
export async function readPart(
  { levels, facts }: OpenRaster,
  part: Part,
): Promise<readonly Float64Array<ArrayBuffer>[]> {
  const { bands, window, width, height } = part;
  if (width > limits.side || height > limits.side)
    throw new Error(`Found a part of ${width} × ${height} pixels, wanted at most ${limits.side}`);
  const [left, top, right, bottom] = window;
  const wanted = Math.max((right - left) / width, (bottom - top) / height);
  const level = levels.findLast((image) => facts.width / image.getWidth() <= wanted * 1.01) ?? levels[0];
  if (level === undefined) throw new Error("No raster is open");
  const [scaleX, scaleY] = [level.getWidth() / facts.width, level.getHeight() / facts.height];
  const own = [
    Math.max(0, Math.floor(left * scaleX)),
    Math.max(0, Math.floor(top * scaleY)),
    Math.min(level.getWidth(), Math.max(Math.ceil(right * scaleX), Math.floor(left * scaleX) + 1)),
    Math.min(level.getHeight(), Math.max(Math.ceil(bottom * scaleY), Math.floor(top * scaleY) + 1)),
  ];
  requireReadable(level, own, bands.length);
  if (bands.length >= 3 && otherColours.includes(tagOf(level, "PhotometricInterpretation"))) {
    const colours = await level.readRGB({ window: own, width, height, interleave: false, resampleMethod: "nearest" });
    return Array.from(colours, (values) => Float64Array.from(values));
  }
  const read = await level.readRasters({
    window: own,
    width,
    height,
    samples: [...bands],
    interleave: false,
    resampleMethod: "nearest",
  });
  return Array.from(read, (values) => Float64Array.from(values));
}

function requireReadable(
  level: GeoTIFFImage,
  [left = 0, top = 0, right = 0, bottom = 0]: readonly number[],
  bands: number,
): void {
  const [blockWidth, blockHeight] = [level.getTileWidth(), level.getTileHeight()];
  const perPixel = level.planarConfiguration === 2 ? level.getSampleByteSize(0) * bands : level.getBytesPerPixel();
  const block = blockWidth * blockHeight * perPixel;
  if (!(block > 0 && block <= limits.blockBytes)) {
    throw new Error(
      `It is not drawn: found blocks of ${megabytes(block)}, wanted at most ${megabytes(limits.blockBytes)}.`,
    );
  }
  const columns = Math.ceil(right / blockWidth) - Math.floor(left / blockWidth);
  const rows = Math.ceil(bottom / blockHeight) - Math.floor(top / blockHeight);
  const bytes = columns * rows * block;
  if (bytes <= limits.partBytes) return;
  throw new Error(
    `This part is not drawn: found ${megabytes(bytes)} of pixels to read, wanted at most ${megabytes(limits.partBytes)}. Zoom in, or give the file overviews.`,
  );
}
