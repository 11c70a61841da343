import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { errorText, Problem } from "../../domain/problem.ts";

/** Tells whether a request's body is in gzip. Throws `unsupported-content-coding` for any other coding. */
export function isGzipped(request: Request): boolean {
  const names = (request.headers.get("content-encoding") ?? "").split(",").map((name) => name.trim().toLowerCase());
  const codings = names.filter((name) => name !== "" && name !== "identity");
  const [only] = codings;
  if (only === undefined) return false;
  if (codings.length === 1 && (only === "gzip" || only === "x-gzip")) return true;
  const detail = `Cannot read body: found Content-Encoding "${codings.join(", ")}", wanted gzip or none`;
  throw new Problem("unsupported-content-coding", detail);
}

/** Unpacks gzip as it comes in, no more of it than is read. Throws `invalid-parameter-value` for what is none. */
export async function* unpacked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacker = createGunzip();
  let broken: unknown;
  const source = (async function* () {
    try {
      yield* chunks;
    } catch (error) {
      broken = error;
      throw error;
    }
  })();
  pipeline(Readable.from(source, { objectMode: false }), unpacker, () => {});
  try {
    for await (const piece of unpacker) if (piece instanceof Uint8Array) yield piece;
  } catch (cause) {
    if (broken !== undefined) throw broken;
    const found = `found gzip with an error (${errorText(cause)})`;
    throw new Problem("invalid-parameter-value", `Cannot read body: ${found}, wanted gzip`, { cause });
  }
}
