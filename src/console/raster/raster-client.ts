import type { Answered, Asked, Part, RasterFacts } from "./raster-messages.ts";

/** A raster that is read beside the page. */
export type Raster = {
  readonly facts: RasterFacts;
  /** Reads the values of a part, by band. */
  readonly read: (part: Part) => Promise<readonly Float64Array<ArrayBuffer>[]>;
};

/** What takes longer is given up: a file may have been made so that reading it never ends. */
const mostSeconds = 60;

/** Opens a raster with a reader of its own, which is ended when a file holds it up. */
export async function openRasterBeside(url: string): Promise<Raster> {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="raster-worker"]');
  if (meta === null) throw new Error("It is not drawn: found no reader of rasters on this page.");
  const worker = new Worker(meta.content, { type: "module" });
  const ask = askerOf(worker);
  const opened = await ask({ id: 0, kind: "open", url: new URL(url, document.baseURI).href });
  if (opened.kind !== "facts") throw new Error("It is not drawn: the reader of rasters did not answer.");
  let last = 0;
  return {
    facts: opened.facts,
    read: async (part) => {
      last += 1;
      const answer = await ask({ id: last, kind: "read", part });
      return answer.kind === "values" ? answer.values : [];
    },
  };
}

function askerOf(worker: Worker): (asked: Asked) => Promise<Answered> {
  const waiting = new Map<
    number,
    { readonly resolve: (answer: Answered) => void; readonly reject: (error: Error) => void }
  >();
  let ended: Error | undefined;
  const end = (message: string) => {
    ended = new Error(message);
    worker.terminate();
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.addEventListener("message", ({ data }: MessageEvent<Answered>) => {
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.kind === "fault") one?.reject(new Error(data.message));
    else one?.resolve(data);
  });
  worker.addEventListener("error", () => end("It is not drawn: the reader of rasters ended."));
  return (asked) =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) {
        reject(ended);
        return;
      }
      waiting.set(asked.id, { resolve, reject });
      worker.postMessage(asked);
      const last = performance.now() + mostSeconds * 1000;
      // It is looked at with each frame: a page that nobody sees waits for nothing.
      const look = () => {
        if (!waiting.has(asked.id)) return;
        if (performance.now() > last) end(`It is not drawn: found no end of reading after ${mostSeconds} s.`);
        else requestAnimationFrame(look);
      };
      look();
    });
}
