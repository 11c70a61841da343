import { pipeline, Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from "node:zlib";

/** The head and body of an answer, as far as its coding concerns them. */
type Coded = { readonly headers: Headers; readonly body: AsyncIterable<Uint8Array> };

/**
 * Undoes the content coding of an answer (RFC 9110 8.4): `identity` was asked for, but some servers code all the same.
 * A file that is gzip by its type or name keeps its bytes: servers call those coded too. What its consumer does not read
 * is not unpacked. Throws an Error that names a coding that is not known here.
 */
export function withoutCoding<Answer extends Coded>(answer: Answer, url: URL): Answer {
  const codings = codingsOf(answer.headers);
  if (codings.length === 0 || isPacked(answer.headers, url, codings)) return answer;
  let { body } = answer;
  for (const coding of codings.toReversed()) body = undone(body, coding);
  const headers = new Headers(answer.headers);
  // Both tell of the coded bytes.
  headers.delete("content-encoding");
  headers.delete("content-length");
  // Parts would be those of the coded bytes.
  headers.delete("accept-ranges");
  return { ...answer, headers, body };
}

const known = ["gzip", "x-gzip", "deflate", "br", "zstd"] as const;
type Coding = (typeof known)[number];

function codingsOf(headers: Headers): readonly Coding[] {
  const names = (headers.get("content-encoding") ?? "").split(",").map((name) => name.trim().toLowerCase());
  return names
    .filter((name) => name !== "" && name !== "identity")
    .map((name) => {
      const coding = known.find((one) => one === name);
      if (coding === undefined) throw new Error(`found Content-Encoding "${name}", wanted identity`);
      return coding;
    });
}

/** Tells whether the coding is only what the file itself is. */
function isPacked(headers: Headers, url: URL, codings: readonly Coding[]): boolean {
  if (codings.length !== 1 || !/gzip$/.test(codings[0] ?? "")) return false;
  const type = headers.get("content-type") ?? "";
  return /^application\/(x-)?(gzip|gtar|tgz|gzip-compressed|tar\+gzip)\b/i.test(type) || /\.t?gz$/i.test(url.pathname);
}

async function* undone(body: AsyncIterable<Uint8Array>, coding: Coding): AsyncGenerator<Uint8Array> {
  const source = body[Symbol.asyncIterator]();
  try {
    const first = await source.next();
    // Nothing is nothing in each coding.
    if (first.done === true) return;
    const unpacker = unpackerOf(coding, first.value);
    const whole = (async function* () {
      yield first.value;
      for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
    })();
    // What goes wrong on either side is thrown to whoever reads.
    pipeline(Readable.from(whole, { objectMode: false }), unpacker, () => {});
    for await (const piece of unpacker) if (piece instanceof Uint8Array) yield piece;
  } finally {
    await source.return?.();
  }
}

function unpackerOf(coding: Coding, first: Uint8Array): Transform {
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "br":
      return createBrotliDecompress();
    case "zstd":
      return createZstdDecompress();
    case "deflate":
      // The standard means zlib; some servers send what is inside of it.
      return isZlib(first) ? createInflate() : createInflateRaw();
    default:
      return coding satisfies never;
  }
}

/** RFC 1950 2.2: the method, and a check of the first two bytes. */
function isZlib([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}
