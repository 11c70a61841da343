import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { factsText, valuesText } from "../../../src/console/raster/raster-words.ts";
import { openRaster, readPart } from "../../../src/console/raster/read-raster.ts";
import { makeTiff, type TiffPage } from "../../support/packages/tiff.ts";

const files = new Map<string, ArrayBuffer>();
let server: ReturnType<typeof Bun.serve> | undefined;

beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      const file = files.get(new URL(request.url).pathname.slice(1));
      if (file === undefined) return new Response("", { status: 404 });
      const [, from = "0", to = ""] = /bytes=(\d+)-(\d*)/.exec(request.headers.get("range") ?? "") ?? [];
      const end = to === "" ? file.byteLength : Math.min(file.byteLength, Number(to) + 1);
      const headers = { "content-range": `bytes ${from}-${end - 1}/${file.byteLength}` };
      return new Response(file.slice(Number(from), end), { status: 206, headers });
    },
  });
});
afterAll(() => server?.stop(true));

async function opened(...pages: readonly TiffPage[]) {
  const name = `${files.size}.tif`;
  files.set(name, makeTiff(pages));
  return openRaster(`http://127.0.0.1:${server?.port}/${name}`);
}

type Raster = Awaited<ReturnType<typeof opened>>;

/** Reads all pixels of some bands, as many as there are or fewer. */
async function pixelsOf(raster: Raster, bands: readonly number[] = [0], [width, height]: readonly number[] = []) {
  const { facts } = raster;
  const size = { width: width ?? facts.width, height: height ?? facts.height };
  const read = await readPart(raster, { bands, window: [0, 0, facts.width, facts.height], ...size });
  return read.map((values) => [...values]);
}

const grown = { width: 4, height: 3, value: (x: number, y: number) => y * 4 + x } as const;
const degrees = { 1024: 2, 1025: 1, 2048: 4326 } as const;

describe("where a raster lies", () => {
  test("by a point and the size of a pixel", async () => {
    const placed = { ...grown, keys: degrees, scale: [0.5, 0.25], tie: [0, 0, 10, 50] } as const;
    expect((await opened(placed)).facts).toMatchObject({ extent: [10, 49.25, 12, 50], code: "EPSG:4326", bands: 1 });
  });

  test("by a point inside of it", async () => {
    const placed = { ...grown, keys: degrees, scale: [1, 1], tie: [2, 1, 10, 50] } as const;
    expect((await opened(placed)).facts.extent).toEqual([8, 48, 12, 51]);
  });

  test("by the middle of its pixels", async () => {
    const placed = { ...grown, keys: { ...degrees, 1025: 2 }, scale: [1, 1], tie: [0, 0, 10, 50] } as const;
    expect((await opened(placed)).facts.extent).toEqual([9.5, 47.5, 13.5, 50.5]);
  });

  test("by a transformation that does not turn it", async () => {
    const transformation = [2, 0, 0, 10, 0, -1, 0, 50, 0, 0, 0, 0, 0, 0, 0, 1];
    expect((await opened({ ...grown, keys: degrees, transformation })).facts.extent).toEqual([10, 47, 18, 50]);
  });

  test.each([
    ["a transformation that turns it", { transformation: [1, 0.5, 0, 10, 0.5, -1, 0, 50, 0, 0, 0, 0, 0, 0, 0, 1] }],
    ["one that puts it on its head", { transformation: [1, 0, 0, 10, 0, 1, 0, 50, 0, 0, 0, 0, 0, 0, 0, 1] }],
    ["nothing at all", {}],
    ["a size without a point", { scale: [1, 1] }],
  ] as const)("nowhere, by %s", async (_, place) => {
    expect((await opened({ ...grown, keys: degrees, ...place })).facts.extent).toBeUndefined();
  });

  test("without a reference system it has no code", async () => {
    expect((await opened({ ...grown, scale: [1, 1], tie: [0, 0, 10, 50] })).facts.code).toBeUndefined();
    const own = { 1024: 1, 1025: 1, 3072: 32767 } as const;
    expect((await opened({ ...grown, keys: own, scale: [1, 1], tie: [0, 0, 1, 5] })).facts.code).toBeUndefined();
  });
});

describe("what its pixels are", () => {
  test("numbers that are none, and the number that means no data, however short it is written", async () => {
    const value = (x: number) => [Number.NaN, -3.4028234663852886e38, 1.5, 2][x] ?? 0;
    const raster = await opened({ width: 4, height: 1, as: "float32", noData: "-3.40282e+38", value });
    const [values = []] = await pixelsOf(raster);
    expect(values[0]).toBeNaN();
    expect(values.slice(1)).toEqual([raster.facts.noData ?? 0, 1.5, 2]);
    expect((await opened({ ...grown, as: "float32", noData: "0.1" })).facts.noData).toBe(Math.fround(0.1));
    expect((await opened({ ...grown, noData: "nan" })).facts.noData).toBeUndefined();
    expect((await opened({ ...grown, noData: "255" })).facts.noData).toBe(255);
  });

  test("numbers of a palette", async () => {
    const palette = Array.from({ length: 768 }, (_, at) => (at % 256 === 1 ? 0xffff : 0));
    const { facts } = await opened({ ...grown, photometric: 3, palette });
    expect(facts.palette?.slice(0, 6)).toEqual([0, 0, 0, 255, 255, 255]);
  });

  test("red, green and blue of 16 bits, which are no bytes", async () => {
    const value = (x: number, _y: number, band: number) => 1000 * (band + 1) + x;
    const raster = await opened({ ...grown, as: "uint16", bands: 3, photometric: 2, value });
    expect(raster.facts).toMatchObject({ isColoured: true, isPicture: false, bands: 3 });
    expect((await pixelsOf(raster, [0, 1, 2])).map(([first]) => first)).toEqual([1000, 2000, 3000]);
    const bytes = await opened({ ...grown, bands: 4, photometric: 2, extraSamples: [2] });
    expect(bytes.facts).toMatchObject({ isColoured: true, isPicture: true, alpha: 3 });
    expect((await opened({ ...grown, as: "uint16", bands: 4, extraSamples: [0, 0, 0] })).facts.isColoured).toBe(false);
  });

  test("greys, where one band of bytes says that black is zero", async () => {
    expect((await opened(grown)).facts.isGrey).toBe(true);
    expect((await opened({ ...grown, as: "uint16" })).facts.isGrey).toBe(false);
    expect((await opened({ ...grown, photometric: 0 })).facts.isGrey).toBe(false);
    expect((await opened({ ...grown, bands: 2 })).facts.isGrey).toBe(false);
    const palette = Array.from({ length: 768 }, () => 0);
    expect((await opened({ ...grown, photometric: 3, palette })).facts.isGrey).toBe(false);
  });

  test("named, each with its unit, as GDAL notes it", async () => {
    const metadata = `<GDALMetadata>
      <Item name="AREA_OR_POINT">Area</Item>
      <Item name="DESCRIPTION" sample="0" role="description">elevation &lt;b&gt; &amp;amp;</Item>
      <Item name="UNITTYPE" sample="0" role="unittype">m</Item>
      <Item name="SCALE" sample="1" role="scale">2</Item>
      <Item role="description" sample="2" name="DESCRIPTION">slope</Item>
      <Item name="DESCRIPTION" sample="900" role="description">far away</Item>
    </GDALMetadata>`;
    const { facts } = await opened({ ...grown, bands: 3, metadata });
    expect(facts.names).toEqual([{ name: "elevation <b> &amp;", unit: "m" }, undefined, { name: "slope" }]);
    expect(valuesText(facts, [0], [812.5])).toBe("band 1 (elevation <b> &amp;): 812.5 m");
    expect(valuesText(facts, [1], [3])).toBe("band 2: 3");
    expect((await opened({ ...grown, metadata: "<Item" })).facts.names).toBeUndefined();
  });

  test("in words: their values, what has no data, and what means it", async () => {
    const { facts } = await opened({ ...grown, bands: 3, noData: "255" });
    expect(valuesText(facts, [0, 1, 2], [1, 255, Number.NaN])).toBe(
      "bands 1, 2, 3: 1, no data (255 in the file), no data",
    );
    expect(factsText(facts, "nowhere")).toBe(
      "4 × 3 pixels, 3 bands, nowhere, pixels of the value 255 have no data and are not drawn, no smaller versions inside",
    );
    expect(factsText((await opened(grown)).facts, "nowhere")).toContain('the file names no value that means "no data"');
  });

  test("one alone", async () => {
    const raster = await opened({ width: 1, height: 1, value: () => 7 });
    expect(await pixelsOf(raster)).toEqual([[7]]);
  });
});

test("a tiled raster with smaller versions is read from the one that is fine enough", async () => {
  const page = (side: number, value: number) => ({ width: side, height: side, tile: 16, value: () => value });
  const raster = await opened(page(64, 1), page(32, 2), page(16, 3));
  expect(raster.facts.levels).toBe(3);
  for (const [side, value] of [
    [64, 1],
    [32, 2],
    [16, 3],
    [8, 3],
  ] as const) {
    const [values = []] = await pixelsOf(raster, [0], [side, side]);
    expect([side, values.length, new Set(values)]).toEqual([side, side * side, new Set([value])]);
  }
  const edge = await opened({ ...grown, tile: 16 });
  expect(await pixelsOf(edge)).toEqual([Array.from({ length: 12 }, (_, index) => index)]);
});
