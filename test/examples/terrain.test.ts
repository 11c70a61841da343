import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { packageReader, packDocument } from "../../src/cwl/document/pack/pack.ts";
import { readJobFile } from "../../src/cwl/run/job-file.ts";
import type { FileValue } from "../../src/domain/values/values.ts";
import { createHarness, type Harness, type Ran, runPackage } from "../cwl/harness.ts";

const root = join(import.meta.dir, "../..");
const example = join(root, "examples/terrain");
const hasGdal = Bun.which("gdaldem") !== null;
const reason = hasGdal ? "" : " (no gdaldem here: install gdal-bin)";

/** A grid, as the example reads it. */
const GridSchema = v.object({ width: v.number(), height: v.number(), values: v.array(v.number()) });

const StatisticsSchema = v.object({ minimum: v.number(), maximum: v.number(), mean: v.number() });

const RasterSchema = v.object({
  size: v.tuple([v.number(), v.number()]),
  geoTransform: v.array(v.number()),
  coordinateSystem: v.object({ wkt: v.string() }),
  metadata: v.object({ IMAGE_STRUCTURE: v.object({ LAYOUT: v.string() }) }),
  wgs84Extent: v.object({ coordinates: v.array(v.array(v.tuple([v.number(), v.number()]))) }),
  bands: v.tuple([StatisticsSchema]),
});

const ContoursSchema = v.strictObject({
  type: v.literal("FeatureCollection"),
  name: v.string(),
  features: v.array(
    v.object({
      properties: v.object({ elevation: v.number() }),
      geometry: v.object({
        type: v.literal("LineString"),
        coordinates: v.array(v.tuple([v.number(), v.number()])),
      }),
    }),
  ),
});

let harness: Harness;
let ran: Ran;

beforeAll(async () => {
  if (!hasGdal) return;
  harness = await createHarness({ allowsLocalFiles: true });
  const cwl = await packDocument(join(example, "terrain.cwl"), packageReader(example));
  const jobFile = join(example, "job.yml");
  const { inputs } = await readJobFile(await readFile(jobFile, "utf8"), jobFile, cwl.cwl);
  ran = await runPackage(harness, cwl, inputs);
});

afterAll(async () => {
  if (hasGdal) await harness[Symbol.asyncDispose]();
});

function filesOf(id: string): readonly FileValue[] {
  const output = ran.outputs[id];
  const values = output?.kind === "list" ? output.items : [output];
  return values.map((value) => {
    if (value?.kind !== "file") throw new Error(`output ${id} is ${value?.kind}, not a file`);
    return value;
  });
}

async function gdal(...command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], {
    stdout: "pipe",
    stderr: "inherit",
    env: { ...Bun.env, GDAL_PAM_ENABLED: "NO" },
  });
  const text = await new Response(child.stdout).text();
  expect(await child.exited).toBe(0);
  return text;
}

async function rasterOf({ path }: FileValue) {
  return v.parse(RasterSchema, JSON.parse(await gdal("gdalinfo", "-json", "-stats", path)));
}

const rasterIds = ["elevation", "hillshade", "slope"];

test.skipIf(!hasGdal)(
  `the terrain example makes Cloud Optimized GeoTIFFs of the expected statistics${reason}`,
  async () => {
    expect(ran.failure).toBeUndefined();
    const expected = v.parse(
      v.record(v.string(), StatisticsSchema),
      JSON.parse(await readFile(join(example, "expected/statistics.json"), "utf8")),
    );
    const files = rasterIds.flatMap(filesOf);
    expect(files.map((file) => file.basename).toSorted()).toEqual(Object.keys(expected).toSorted());
    for (const file of files) {
      expect(file.mediaType).toBe("image/tiff; application=geotiff; profile=cloud-optimized");
      const raster = await rasterOf(file);
      expect(raster.size).toEqual([61, 87]);
      expect(raster.geoTransform).toEqual([2667400, 10, 0, 6479570, 0, -10]);
      expect(raster.coordinateSystem.wkt).toContain('"EPSG",27200');
      expect(raster.metadata.IMAGE_STRUCTURE.LAYOUT).toBe("COG");
      const wanted = expected[file.basename];
      expect(raster.bands[0].minimum).toBeCloseTo(wanted?.minimum ?? Number.NaN, 1);
      expect(raster.bands[0].maximum).toBeCloseTo(wanted?.maximum ?? Number.NaN, 1);
      expect(raster.bands[0].mean).toBeCloseTo(wanted?.mean ?? Number.NaN, 1);
    }
  },
);

test.skipIf(!hasGdal)(
  `the terrain example's elevation model has each value of the grid in its place${reason}`,
  async () => {
    const file = join(root, "node_modules/vega-datasets/data/volcano.json");
    const { width, height, values } = v.parse(GridSchema, JSON.parse(await readFile(file, "utf8")));
    const [elevation] = filesOf("elevation");
    const lines = await gdal("gdal_translate", "-q", "-of", "XYZ", elevation?.path ?? "", "/vsistdout/");
    const found = lines.trim().split("\n");
    const expected = values.map((value, index) => {
      const [along, row] = [index % width, Math.floor(index / width)];
      return `${2667400 + (height - 1 - row) * 10 + 5} ${6478700 + along * 10 + 5} ${value}`;
    });
    expect(found.toSorted()).toEqual(expected.toSorted());
  },
);

test.skipIf(!hasGdal)(
  `the terrain example's contours lie between the lowest and the highest cell${reason}`,
  async () => {
    const [file] = filesOf("contours");
    const [elevation] = filesOf("elevation");
    if (file === undefined || elevation === undefined) throw new Error("there are no contours");
    expect(file.mediaType).toBe("application/geo+json");
    const { features } = v.parse(ContoursSchema, JSON.parse(await readFile(file.path, "utf8")));
    const levels = [...new Set(features.map((feature) => feature.properties.elevation))].toSorted((a, b) => a - b);
    expect(levels).toEqual([100, 110, 120, 130, 140, 150, 160, 170, 180, 190]);
    const extent = (await rasterOf(elevation)).wgs84Extent.coordinates.flat();
    const [longitudes, latitudes] = [extent.map(([longitude]) => longitude), extent.map(([, latitude]) => latitude)];
    for (const [longitude, latitude] of features.flatMap((feature) => feature.geometry.coordinates)) {
      expect(longitude).toBeWithin(Math.min(...longitudes) - 1e-5, Math.max(...longitudes) + 1e-5);
      expect(latitude).toBeWithin(Math.min(...latitudes) - 1e-5, Math.max(...latitudes) + 1e-5);
    }
  },
);
