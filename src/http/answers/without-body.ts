/** More of a body is not read just to tell its length; in bytes. */
const longestMeasured = 2 ** 20;

/** Answers HEAD as GET without the body, and with the length that the body would have had (RFC 9110 9.3.2). */
export async function withoutBody(response: Response): Promise<Response> {
  const headers = new Headers(response.headers);
  // A stream of events has no end.
  const isMeasured = headers.has("content-length") || headers.get("content-type") === "text/event-stream";
  const length = isMeasured ? undefined : await lengthOf(response.body);
  if (length === undefined) await response.body?.cancel();
  else headers.set("content-length", String(length));
  return new Response(null, { status: response.status, headers });
}

/** Counts the bytes of a body; undefined when there is none, or too many. */
async function lengthOf(body: ReadableStream<Uint8Array> | null): Promise<number | undefined> {
  if (body === null) return undefined;
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > longestMeasured) return undefined;
  }
  return length;
}
