import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { isJsonType, isTextType } from "../../domain/values/media-type.ts";
import { acceptsGzip, gzipEtag } from "./entity-tag.ts";

/** Less is sent as it is: gzip would hardly make it shorter. */
const leastBytes = 1024;
/**
 * More is packed while it is sent, so that nobody waits for it and memory holds little of it. A page of a hundred jobs is less: at once,
 * it takes a quarter of the processor time.
 */
const mostAtOnceBytes = 512 * 1024;

/**
 * Packs an answer for a client that asked for gzip: text of more than a kilobyte. Streams of events and parts of files stay
 * as they are. What is packed has an entity tag of its own, since it is other bytes (RFC 9110 8.8.3).
 */
export async function coded(request: Request, response: Response): Promise<Response> {
  const { headers } = response;
  if (response.status === 304) {
    headers.append("vary", "Accept-Encoding");
    return response;
  }
  if (!isPackable(response)) return response;
  const length = Number(headers.get("content-length") ?? Number.NaN);
  if (length < leastBytes) return response;
  headers.append("vary", "Accept-Encoding");
  // Whoever looks at the body makes a stream of it, which takes longer to send than text.
  if (!acceptsGzip(request) || response.body === null) return response;
  const source = response.body[Symbol.asyncIterator]();
  const begin = await beginOf(source);
  if (begin.isWhole && begin.bytes.byteLength < leastBytes) {
    return new Response(begin.bytes, { status: response.status, headers });
  }
  const packed = new Headers(headers);
  packed.set("content-encoding", "gzip");
  packed.delete("content-length");
  // It is of the bytes as they were before (RFC 9530 3).
  packed.delete("repr-digest");
  // Its parts are not those of what was packed.
  packed.delete("accept-ranges");
  const etag = headers.get("etag");
  if (etag !== null) packed.set("etag", gzipEtag(etag));
  const init = { status: response.status, headers: packed };
  if (begin.isWhole) return new Response(Bun.gzipSync(begin.bytes, { level: 6 }), init);
  return new Response(packing(begin.bytes, source), init);
}

function isPackable({ status, headers }: Response): boolean {
  if (status >= 300 || status === 206 || headers.has("content-encoding") || headers.has("content-range")) return false;
  const type = headers.get("content-type") ?? "";
  if (/^text\/event-stream\b/i.test(type)) return false;
  return isJsonType(type) || isTextType(type) || /^(application\/javascript|multipart\/)/i.test(type);
}

type Begin = { readonly bytes: Uint8Array<ArrayBuffer>; readonly isWhole: boolean };

/** Reads a body up to its end, or up to what is packed at once. */
async function beginOf(source: AsyncIterator<Uint8Array>): Promise<Begin> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  while (size <= mostAtOnceBytes) {
    const next = await source.next();
    if (next.done === true) return { bytes: new Uint8Array(Buffer.concat(pieces)), isWhole: true };
    pieces.push(next.value);
    size += next.value.byteLength;
  }
  return { bytes: new Uint8Array(Buffer.concat(pieces)), isWhole: false };
}

function packing(begin: Uint8Array, source: AsyncIterator<Uint8Array>): ReadableStream<Uint8Array> {
  const whole = (async function* () {
    try {
      yield begin;
      for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
    } finally {
      await source.return?.();
    }
  })();
  const packer = createGzip({ level: 6 });
  // What goes wrong is thrown to whoever reads the packed bytes.
  pipeline(Readable.from(whole, { objectMode: false }), packer, () => {});
  const pieces = packer[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next: IteratorResult<unknown> = await pieces.next();
      if (next.done === true) controller.close();
      else if (next.value instanceof Uint8Array) controller.enqueue(next.value);
    },
    async cancel() {
      packer.destroy();
      await whole.return(undefined);
    },
  });
}
