import { onAbort } from "../domain/waiting/on-abort.ts";
import { type Connection, openPlain, openTls, SilentConnection } from "./connection.ts";
import type { ConnectionPool } from "./connection-pool.ts";

/** One request. The environment has no say in it: no proxy. */
export type Exchange = {
  /** The addresses that were checked; the name in the certificate and in `Host` is that of `url`. A new connection is to the first. */
  readonly addresses: readonly [string, ...string[]];
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The longest quiet time of the connection, in milliseconds. */
  readonly idleMilliseconds: number;
  readonly signal: AbortSignal;
  /** For a request that may be repeated: where it may find a connection, and leave its own. Without, it has one of its own. */
  readonly pool?: ConnectionPool;
};

/** The head of an answer, and its body as it comes in. The connection lives until the body is read or left. */
export type ExchangeAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the connection of an answer whose body is not read. */
  close(): void;
};

/** The largest head of an answer, in bytes: more is no answer that anyone means. */
const maxHeadBytes = 64 * 1024;

/** A kept connection broke before it answered: while it was idle, as far as anybody can know. */
class BrokenMeanwhile extends Error {}

/**
 * Sends one HTTP/1.1 request (RFC 9112) and reads the head of its answer. Kept connections that broke meanwhile are passed
 * over. Throws an Error that says what went wrong: no connection, silence, no HTTP, an answer that ends before its length.
 */
export async function exchange(request: Exchange): Promise<ExchangeAnswer> {
  request.signal.throwIfAborted();
  const { pool, addresses } = request;
  for (;;) {
    const kept = pool?.take(placeOf(request.url), addresses);
    if (kept === undefined) return exchangeOn(request, { connection: openConnection(request), address: addresses[0] });
    try {
      return await exchangeOn(request, kept);
    } catch (error) {
      if (!(error instanceof BrokenMeanwhile)) throw error;
    }
  }
}

/** A connection, and where it leads to; `next` is what one that was kept sends first. */
type Opened = {
  readonly connection: Connection;
  readonly address: string;
  readonly next?: Promise<Uint8Array | undefined>;
};

async function exchangeOn(request: Exchange, { connection, address, next }: Opened): Promise<ExchangeAnswer> {
  const { signal, pool, url } = request;
  const listening = onAbort(signal, () => connection.close(reasonOf(signal)));
  const reader = createReader(connection, next);
  let isOver = false;
  const end = (isKept: boolean) => {
    if (isOver) return;
    isOver = true;
    listening[Symbol.dispose]();
    if (isKept && pool !== undefined && reader.isEmpty() && !signal.aborted) {
      pool.keep(placeOf(url), address, connection);
    } else connection.close();
  };
  try {
    connection.write(headOf(request));
    if (request.body !== undefined) connection.write(request.body);
    for (;;) {
      const head = parseHead(await reader.head());
      const { status, headers } = head;
      if (status >= 100 && status < 200) continue;
      const isLasting = pool !== undefined && lasts(head);
      const body = bodyOf(reader, request.method, status, headers);
      return { status, headers, close: () => end(false), body: ending(body, (isWhole) => end(isWhole && isLasting)) };
    }
  } catch (error) {
    end(false);
    const isBroken = next !== undefined && !reader.hasRead() && !signal.aborted && !(error instanceof SilentConnection);
    throw isBroken ? new BrokenMeanwhile("the connection was closed meanwhile", { cause: error }) : error;
  }
}

/** What connections are kept by, besides their address: what is spoken on them, and who proved to be there. */
function placeOf(url: URL): string {
  return `${url.protocol}//${url.hostname}:${url.port}`;
}

/** Tells whether a server takes another request on the connection after this answer (RFC 9112 9.3). */
function lasts({ version, status, headers }: Head): boolean {
  const hasEnd = status === 204 || status === 304 || headers.has("transfer-encoding") || headers.has("content-length");
  return version === "1.1" && hasEnd && !/\bclose\b/i.test(headers.get("connection") ?? "");
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("the request was given up");
}

function openConnection({ addresses: [address], url, idleMilliseconds }: Exchange): Connection {
  const isTls = url.protocol === "https:";
  const port = url.port === "" ? (isTls ? 443 : 80) : Number(url.port);
  const target = { address, port, idleMilliseconds };
  // The certificate is checked against the name, or the address where that is the name.
  return isTls ? openTls(target, url.hostname.replace(/^\[|\]$/g, "")) : openPlain(target);
}

function headOf({ method, url, headers, body, pool }: Exchange): string {
  const length = body === undefined ? undefined : typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
  const all: Record<string, string> = {
    ...headers,
    host: url.host,
    connection: pool === undefined ? "close" : "keep-alive",
    "accept-encoding": "identity",
    ...(length === undefined
      ? method === "POST"
        ? { "content-length": "0" }
        : {}
      : { "content-length": String(length) }),
  };
  const lines = Object.entries(all).map(([name, value]) => {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw new Error(`the header "${name}" cannot be sent as it is`);
    }
    return `${name}: ${value}\r\n`;
  });
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** Reads from a connection piece by piece. */
type Reader = {
  head(): Promise<string>;
  /** A line without its end. */
  line(): Promise<string>;
  /** Up to so many bytes, at least one; undefined at the end of the stream. */
  some(most: number): Promise<Uint8Array | undefined>;
  /** Tells whether nothing came in that was not read. */
  isEmpty(): boolean;
  /** Tells whether anything came in at all. */
  hasRead(): boolean;
};

function createReader(connection: Connection, first?: Promise<Uint8Array | undefined>): Reader {
  let kept: Buffer = Buffer.alloc(0);
  let awaited = first;
  let hasRead = false;
  const more = async (): Promise<boolean> => {
    const coming = awaited ?? connection.read();
    awaited = undefined;
    const next = await coming;
    if (next === undefined) return false;
    hasRead = true;
    const bytes = Buffer.from(next.buffer, next.byteOffset, next.byteLength);
    kept = kept.length === 0 ? bytes : Buffer.concat([kept, bytes]);
    return true;
  };
  const until = async (end: string, most: number, what: string): Promise<string> => {
    for (let from = 0; ; ) {
      const at = kept.indexOf(end, from);
      if (at > most || (at < 0 && kept.length > most)) throw new Error(`${what} of more than ${most} bytes`);
      if (at >= 0) {
        const text = kept.toString("latin1", 0, at);
        kept = kept.subarray(at + end.length);
        return text;
      }
      from = Math.max(0, kept.length - end.length);
      if (!(await more())) throw new Error("the connection was closed before the end of the answer");
    }
  };
  return {
    head: () => until("\r\n\r\n", maxHeadBytes, "a head"),
    line: () => until("\r\n", 4096, "a line of the framing"),
    async some(most) {
      if (kept.length === 0 && !(await more())) return undefined;
      const part = kept.subarray(0, most);
      kept = kept.subarray(part.length);
      return part;
    },
    isEmpty: () => kept.length === 0,
    hasRead: () => hasRead,
  };
}

type Head = { readonly version: string; readonly status: number; readonly headers: Headers };

function parseHead(text: string): Head {
  const [first = "", ...lines] = text.split("\r\n");
  const [, version, status] = /^HTTP\/(1\.[01]) (\d{3})(?: |$)/.exec(first) ?? [];
  if (version === undefined)
    throw new Error(`found ${JSON.stringify(first.slice(0, 80))}, which is no HTTP/1.1 answer`);
  const headers = new Headers();
  for (const line of lines) {
    const [, name, value = ""] = /^([\w!#$%&'*+.^`|~-]+):(.*)$/.exec(line) ?? [];
    if (name === undefined) throw new Error("found a malformed header line");
    headers.append(name, value.trim());
  }
  return { version, status: Number(status), headers };
}

/** Where the body ends (RFC 9112 6.3). */
function bodyOf(reader: Reader, method: string, status: number, headers: Headers): AsyncIterable<Uint8Array> {
  if (method === "HEAD" || status === 204 || status === 304) return sizedBody(reader, 0);
  const encoding = headers.get("transfer-encoding");
  if (encoding !== null) {
    if (encoding.toLowerCase() !== "chunked") throw new Error(`found Transfer-Encoding "${encoding}", wanted chunked`);
    return chunkedBody(reader);
  }
  const length = headers.get("content-length");
  if (length === null) return openBody(reader);
  if (!/^\d{1,15}$/.test(length)) throw new Error(`found Content-Length "${length}", wanted a number`);
  return sizedBody(reader, Number(length));
}

const pieceBytes = 256 * 1024;

async function* sizedBody(reader: Reader, length: number): AsyncGenerator<Uint8Array> {
  for (let left = length; left > 0; ) {
    const piece = await reader.some(Math.min(left, pieceBytes));
    if (piece === undefined) throw new Error(`the answer ended ${left} bytes before its length of ${length}`);
    left -= piece.byteLength;
    yield piece;
  }
}

async function* chunkedBody(reader: Reader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const line = await reader.line();
    const size = /^([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?$/.exec(line)?.[1];
    if (size === undefined) throw new Error("found a malformed chunk");
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    yield* sizedBody(reader, length);
    if ((await reader.line()) !== "") throw new Error("found a chunk that is longer than its size");
  }
  for (let lines = 0; (await reader.line()) !== ""; lines += 1)
    if (lines > 100) throw new Error("found endless trailers");
}

async function* openBody(reader: Reader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const piece = await reader.some(pieceBytes);
    if (piece === undefined) return;
    yield piece;
  }
}

async function* ending(body: AsyncIterable<Uint8Array>, end: (isWhole: boolean) => void): AsyncGenerator<Uint8Array> {
  let isWhole = false;
  try {
    yield* body;
    isWhole = true;
  } finally {
    end(isWhole);
  }
}
