import { type MultipartPart, parseMultipart } from "../../wire/multipart.ts";

/** Reads the parts of a multipart body that is in memory, each whole. */
export async function* wholeParts(
  bytes: Uint8Array,
  boundary: string,
): AsyncGenerator<Pick<MultipartPart, "headers"> & { readonly bytes: Uint8Array }> {
  for await (const { headers, content } of parseMultipart(oneChunk(bytes), boundary)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(Uint8Array.from(chunk));
    yield { headers, bytes: Buffer.concat(chunks) };
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
