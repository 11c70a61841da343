import { defined } from "../domain/defined.ts";
import { Problem } from "../domain/problem.ts";

/**
 * One part of a multipart body. `content` must be read, or left, before the next part is asked for, and each of its chunks
 * used before the next one: they all lie in the same memory.
 */
export type MultipartPart = {
  /** Values by name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly content: AsyncIterable<Uint8Array>;
};

/** The most bytes of one part's headers: more is no form that anyone sends. */
const maxHeaderBytes = 16 * 1024;
/** The most bytes before the first part: few clients write a line for humans there. */
const maxPreambleBytes = 64 * 1024;

/** Takes the boundary of a multipart media type; undefined when there is none (RFC 2046 5.1.1). */
export function boundaryOf(contentType: string): string | undefined {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  return quoted ?? bare;
}

/**
 * Splits a multipart body (RFC 2046) as it arrives: at most one chunk and a delimiter are held in memory. Throws
 * `invalid-parameter-value` when the body ends before its closing delimiter, for more than 64 KiB before the first part, and for
 * more than 16 KiB of headers of one part.
 */
export async function* parseMultipart(
  chunks: AsyncIterable<Uint8Array>,
  boundary: string,
): AsyncGenerator<MultipartPart, void> {
  const input = bufferedInput(chunks);
  const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  // The first delimiter may stand at the very start; what comes before it is a preamble for humans.
  await passPreamble(input.until(delimiter));
  while (await input.startsPart()) {
    const headers = parseHeaders(await input.take(Buffer.from("\r\n\r\n"), maxHeaderBytes));
    const content = input.until(delimiter);
    yield { headers, content };
    await drain(content);
  }
}

async function passPreamble(content: AsyncIterable<Uint8Array>): Promise<void> {
  let sizeBytes = 0;
  for await (const chunk of content) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxPreambleBytes) throw refuse(`more than ${maxPreambleBytes} bytes before its parts`, "fewer");
  }
}

async function drain(content: AsyncIterator<Uint8Array>): Promise<void> {
  while (!(await content.next()).done);
}

function bufferedInput(chunks: AsyncIterable<Uint8Array>) {
  const source = chunks[Symbol.asyncIterator]();
  let room = Buffer.from("\r\n");
  let held = room;

  const more = async (): Promise<void> => {
    const next = await source.next();
    if (next.done === true) throw cutOff();
    const { value } = next;
    const sizeBytes = held.length + value.byteLength;
    const target = sizeBytes > room.length ? Buffer.allocUnsafeSlow(sizeBytes) : room;
    held.copy(target);
    target.set(value, held.length);
    room = target;
    held = room.subarray(0, sizeBytes);
  };

  return {
    /** Yields what comes before a delimiter and takes the delimiter away. */
    async *until(delimiter: Buffer): AsyncGenerator<Uint8Array, void> {
      for (;;) {
        const at = held.indexOf(delimiter);
        if (at >= 0) {
          const last = held.subarray(0, at);
          held = held.subarray(at + delimiter.length);
          if (last.length > 0) yield last;
          return;
        }
        // The end of what is held may be the begin of a delimiter.
        const safe = held.length - delimiter.length + 1;
        if (safe > 0) {
          const part = held.subarray(0, safe);
          held = held.subarray(safe);
          yield part;
        }
        await more();
      }
    },
    /** Takes the bytes up to and with an end mark; gives them without it. */
    async take(mark: Buffer, maxBytes: number): Promise<string> {
      for (;;) {
        const at = held.indexOf(mark);
        if (at >= 0 && at <= maxBytes) {
          const taken = held.subarray(0, at).toString("utf8");
          held = held.subarray(at + mark.length);
          return taken;
        }
        if (held.length > maxBytes) throw refuse(`more than ${maxBytes} bytes of headers`, "fewer");
        await more();
      }
    },
    /** Reads what follows a delimiter: true before another part, false after the closing one. */
    async startsPart(): Promise<boolean> {
      while (held.length < 2) await more();
      if (held.subarray(0, 2).toString("latin1") === "--") return false;
      for (;;) {
        const at = held.indexOf("\r\n");
        if (at >= 0) {
          if (held.subarray(0, at).toString("latin1").trim() !== "")
            throw refuse("text after a delimiter", "a line end");
          // The line end stays: of a part without headers it is the first half of what ends them.
          held = held.subarray(at);
          return true;
        }
        if (held.length > maxHeaderBytes) throw refuse("text after a delimiter", "a line end");
        await more();
      }
    },
  };
}

function cutOff(): Problem {
  return refuse("its end before the closing delimiter", "a whole multipart body");
}

function refuse(found: string, wanted: string): Problem {
  return new Problem("invalid-parameter-value", `Cannot read multipart body: found ${found}, wanted ${wanted}`);
}

function parseHeaders(text: string): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.replaceAll(/\r\n[ \t]+/g, " ").split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

/** Takes the name and file name of a part from its Content-Disposition (RFC 7578, RFC 6266). */
export function parseDisposition(header: string | undefined): { readonly name?: string; readonly filename?: string } {
  const parameters = new Map<string, string>();
  for (const [, key = "", quoted, bare] of (header ?? "").matchAll(
    /;\s*([\w*]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"?|([^\s;]*))/g,
  )) {
    parameters.set(key.toLowerCase(), quoted === undefined ? (bare ?? "") : quoted.replaceAll(/\\(.)/g, "$1"));
  }
  const name = parameters.get("name");
  const filename = extendedValue(parameters.get("filename*")) ?? parameters.get("filename");
  return defined({ name, filename });
}

/** Decodes `UTF-8''percent-encoded` (RFC 8187). */
function extendedValue(value: string | undefined): string | undefined {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(value ?? "")?.[1];
  if (encoded === undefined || /%(?![0-9a-f]{2})/i.test(encoded)) return undefined;
  return Buffer.from(
    encoded.replaceAll(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString("utf8");
}
