import type { Answered, Asked } from "./raster/raster-messages.ts";
import { openRaster, readPart } from "./raster/read-raster.ts";

let raster: Awaited<ReturnType<typeof openRaster>> | undefined;

// Rasters are read beside the page: it stays usable whatever a file makes of its reader.
addEventListener("message", async ({ data }: MessageEvent<Asked>) => {
  postMessage(await answer(data));
});

async function answer(asked: Asked): Promise<Answered> {
  try {
    if (asked.kind === "open") {
      raster = await openRaster(asked.url);
      return { id: asked.id, kind: "facts", facts: raster.facts };
    }
    if (raster === undefined) throw new Error("No raster is open");
    return { id: asked.id, kind: "values", values: await readPart(raster, asked.part) };
  } catch (error) {
    return { id: asked.id, kind: "fault", message: error instanceof Error ? error.message : String(error) };
  }
}
