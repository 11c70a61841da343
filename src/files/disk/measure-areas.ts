import { join } from "node:path";
import { imagesDirectory, type Layout, valuesDirectory } from "../layout.ts";
import { orphansName } from "../orphans.ts";
import { stepCacheDirectory } from "../step-cache.ts";
import { measureDirectory } from "./measure-directory.ts";

/** What areas of the data directory take of the disk, in bytes. */
export type AreaBytes = Readonly<Record<"work" | "values" | "cache" | "images" | "orphans", number>>;

/** Measures the areas whose size nobody counts as it grows: one after the other, so that it takes little of the machine. */
export async function measureAreas(layout: Layout): Promise<AreaBytes> {
  const orphans = [layout.outputsDirectory, layout.workDirectory, layout.vaultDirectory];
  const work = await measureDirectory(layout.workDirectory);
  const values = await measureDirectory(valuesDirectory(layout));
  const cache = await measureDirectory(stepCacheDirectory(layout));
  const images = await measureDirectory(imagesDirectory(layout));
  let setAside = 0;
  for (const directory of orphans) setAside += await measureDirectory(join(directory, orphansName));
  return { work, values, cache, images, orphans: setAside };
}
