import { errorText, Problem } from "../../domain/problem.ts";
import { charsetOf, decodeText, isUtf8 } from "../../domain/values/charset.ts";
import { type Json, parseExact, withDoubles } from "../../domain/values/json.ts";
import { excessOfJson, type JsonExcess, jsonBounds } from "../../domain/values/json-bounds.ts";
import { essenceOf } from "../../domain/values/media-type.ts";
import { isGzipped, unpacked } from "./request-coding.ts";

/** Names the media type of a request's body, without parameters; empty when it has none. */
export function contentTypeOf(request: Request): string {
  return essenceOf(request.headers.get("content-type") ?? "");
}

/** Throws `unsupported-media-type` unless the body's type is one of those wanted. Gives the type. */
export function requireContentType(request: Request, wanted: readonly string[]): string {
  const type = contentTypeOf(request);
  if (wanted.includes(type)) {
    requireUtf8(request);
    return type;
  }
  const found = type === "" ? "no Content-Type" : `Content-Type "${type}"`;
  throw new Problem("unsupported-media-type", `Cannot read body: found ${found}, wanted ${wanted.join(" or ")}`);
}

/** XML tells its charset in other places too, and is read in each. */
function requireUtf8(request: Request): void {
  const charset = charsetOf(request.headers.get("content-type"));
  if (charset === undefined || isUtf8(charset) || /[/+]xml$/.test(contentTypeOf(request))) return;
  throw new Problem("unsupported-media-type", `Cannot read body: found charset "${charset}", wanted utf-8`);
}

/** What bodies are held to. */
export type BodyLimits = {
  readonly maxBodyBytes: number;
  /** Values of every kind in a body that is JSON. */
  readonly maxBodyValues: number;
};

/** Reads a body as bytes. Throws `content-too-large` as soon as the limit is passed. */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const isCoded = isGzipped(request);
  const declared = request.headers.get("content-length");
  // The server's own framing holds a body to its declared length.
  if (declared !== null) {
    if (Number(declared) > maxBytes) throw tooLarge(declared, maxBytes);
    if (!isCoded) return new Uint8Array(await request.arrayBuffer());
  }
  return Buffer.concat(await Array.fromAsync(boundedChunks(request, maxBytes)));
}

async function* boundedChunks(request: Request, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of plainBodyOf(request)) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(`more than ${maxBytes}`, maxBytes);
    yield chunk;
  }
}

/** Gives the chunks of a body as they were before they were coded. */
function plainBodyOf(request: Request): AsyncGenerator<Uint8Array> {
  return isGzipped(request) ? unpacked(bodyOf(request)) : bodyOf(request);
}

/** Gives the chunks of a body; none when there is no body. */
export async function* bodyOf(request: Request): AsyncGenerator<Uint8Array> {
  if (request.body === null) return;
  for await (const chunk of request.body) yield chunk;
}

/**
 * Gives the chunks of a body that may be large: each is to be done with when the next one is asked for, because its memory
 * is given back then. Left to the collector, chunks of a client that is faster than the disk add up.
 */
export async function* passingChunks(request: Request): AsyncGenerator<Uint8Array> {
  if (isGzipped(request)) {
    yield* unpacked(bodyOf(request));
    return;
  }
  for await (const chunk of bodyOf(request)) {
    yield chunk;
    const { buffer } = chunk;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === chunk.byteLength) buffer.transfer(0);
  }
}

/** Words the refusal of a body that is too large. */
export function tooLarge(found: string, maxBytes: number): Problem {
  return new Problem("content-too-large", `Cannot read body: found ${found} bytes, wanted at most ${maxBytes}`);
}

/** Reads a body as JSON whose numbers mean what a double says. Throws `invalid-parameter-value` when it is none, `content-too-large` past the limits. */
export async function readJson(request: Request, limits: BodyLimits): Promise<Json> {
  return withDoubles(await readExactJson(request, limits));
}

/** Reads a body as `readJson` does; numbers that a double would change keep their text. */
export async function readExactJson(request: Request, limits: BodyLimits): Promise<Json> {
  return parseJson(await readBytes(request, limits.maxBodyBytes), limits);
}

/**
 * Parses JSON of a client, after it was looked over; numbers that a double would change keep their text. Throws `invalid-parameter-value` when it is none, `content-too-large`
 * when it holds too much.
 */
export function parseJson(bytes: Uint8Array, { maxBodyValues }: BodyLimits): Json {
  const excess = excessOfJson(bytes, { ...jsonBounds, maxValues: maxBodyValues });
  if (excess !== undefined) throw tooMuch(excess);
  const text = bodyText(bytes);
  try {
    return parseExact(text);
  } catch (cause) {
    const found = text.trim() === "" ? "nothing" : errorText(cause);
    throw new Problem("invalid-parameter-value", `Cannot read body as JSON: found ${found}, wanted JSON`, { cause });
  }
}

/** Gives a body as text, without a byte order mark. Throws `invalid-parameter-value` for one that is not UTF-8. */
export function bodyText(bytes: Uint8Array): string {
  const decoded = decodeText(bytes);
  if (decoded.kind === "text") return decoded.text;
  throw new Problem("invalid-parameter-value", `Cannot read body: found ${decoded.found}, wanted ${decoded.wanted}`);
}

/** Words the refusal of a body that holds more than is parsed: what nests so deeply is no data that could be uploaded. */
function tooMuch({ kind, found: excess }: JsonExcess): Problem {
  if (kind === "depth") {
    return new Problem("invalid-parameter-value", `Cannot read body: found ${excess} of nesting, wanted fewer`);
  }
  const way = "data of this size as a file: POST it to /vault, and give the link of the answer as the input's href";
  return new Problem("content-too-large", `Cannot read body: found ${excess}, wanted ${way}`);
}
