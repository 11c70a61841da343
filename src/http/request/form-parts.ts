import { Problem } from "../../domain/problem.ts";
import { type MultipartPart, parseMultipart } from "../../wire/multipart.ts";
import { passingChunks, tooLarge } from "./read-body.ts";

/** Parts of one form, whatever they are: a page sends one for each field, and one for each value of a list. */
const maxParts = 10_000;

/**
 * Splits a form into its parts as it arrives. Throws `content-too-large` for more than 10,000 parts, and as soon as there are more
 * than `maxBytes` of it, unpacked, with all that stands around and between its parts.
 */
export async function* formParts(
  request: Request,
  boundary: string,
  maxBytes: number,
): AsyncGenerator<MultipartPart, void> {
  let count = 0;
  for await (const part of parseMultipart(boundedChunks(request, maxBytes), boundary)) {
    count += 1;
    if (count > maxParts) {
      throw new Problem("content-too-large", `Cannot read the form: found more than ${maxParts} parts, wanted fewer`);
    }
    yield part;
  }
}

async function* boundedChunks(request: Request, maxBytes: number): AsyncGenerator<Uint8Array> {
  let readBytes = 0;
  for await (const chunk of passingChunks(request)) {
    readBytes += chunk.byteLength;
    if (readBytes > maxBytes) throw tooLarge(`more than ${maxBytes}`, maxBytes);
    yield chunk;
  }
}
