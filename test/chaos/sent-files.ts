import { setTimeout as sleep } from "node:timers/promises";
import { zipOf } from "../support/packages/archives.ts";
import { packageFiles } from "../support/packages/package-files.ts";

/** What the peer sends so slowly that kills come in the middle of it. */
export type Sent = "archive" | "asset" | "package";

/** Files of the directory that jobs are given, and make. */
export const sceneFiles = 60;

const scene = zipOf(
  Array.from({ length: sceneFiles }, (_, index) => ({ name: `scene/${index}.txt`, content: `${index} `.repeat(2000) })),
);

const asset = (key: string) => `${key} `.repeat(20_000);

function item(): string {
  const assets = ["red", "green", "blue"].map((key) => [key, { href: `${key}.tif`, "file:size": asset(key).length }]);
  const properties = { datetime: "2020-01-01T00:00:00Z" };
  const facts = { type: "Feature", stac_version: "1.1.0", id: "S2", geometry: null, properties, links: [] };
  return JSON.stringify({ ...facts, assets: Object.fromEntries(assets) });
}

type SentFile = { readonly kind: Sent; readonly bytes: Uint8Array; readonly type: string };

/** Finds what the peer sends at a path; undefined when it is none of these. */
export function sentAt(pathname: string): SentFile | undefined {
  const [, folder, ...names] = pathname.split("/");
  const name = names.join("/");
  const text = (kind: Sent, content: string, type: string) => ({ kind, bytes: Buffer.from(content), type });
  if (folder === "scene.zip") return { kind: "archive", bytes: scene, type: "application/zip" };
  if (folder === "stac" && name === "item.json") return text("asset", item(), "application/geo+json");
  const key = /^(red|green|blue)\.tif$/.exec(name)?.[1];
  if (folder === "stac" && key !== undefined) return text("asset", asset(key), "image/tiff");
  const content = folder === "packages" ? packageFiles[name] : undefined;
  return content === undefined
    ? undefined
    : text("package", content, name.endsWith(".cwl") ? "application/cwl" : "text/plain");
}

/** Returns a body of pieces that come one after the other. */
export function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

const pieces = 5;

/** Sends a file in pieces, with pauses. */
export function sendSlowly({ kind, bytes, type }: SentFile, method: string, sending: Set<Sent>): Response {
  const headers = { "content-type": type, "content-length": String(bytes.byteLength) };
  if (method === "HEAD") return new Response(undefined, { headers });
  const size = Math.ceil(bytes.byteLength / pieces);
  async function* body() {
    sending.add(kind);
    try {
      for (let at = 0; at < bytes.byteLength; at += size) {
        yield bytes.subarray(at, at + size);
        await sleep(15);
      }
    } finally {
      sending.delete(kind);
    }
  }
  return new Response(streamOf(body()), { headers });
}
