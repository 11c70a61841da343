/** Bytes of an address, up to a bound. */
export type Fetched = { readonly bytes: Uint8Array<ArrayBuffer>; readonly isCut: boolean };

/** Reads what an address has, and no more than `most` bytes of it. Throws what a person can read when it is not had. */
export async function fetchLimited(url: string, most: number, accept = "*/*"): Promise<Fetched> {
  const response = await asked(url, accept);
  if (!response.ok || response.body === null) {
    throw new Error(`Cannot read ${url}: found the answer ${response.status}, wanted 200`);
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body.getReader();
  while (length <= most) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.byteLength;
  }
  await reader.cancel();
  const bytes = new Uint8Array(Math.min(length, most));
  let at = 0;
  for (const part of parts) {
    const rest = part.subarray(0, bytes.byteLength - at);
    bytes.set(rest, at);
    at += rest.byteLength;
  }
  return { bytes, isCut: length > most };
}

async function asked(url: string, accept: string): Promise<Response> {
  try {
    return await fetch(url, { headers: { accept } });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // A browser does not tell a script more.
    throw new Error(`Cannot read ${url}: its host does not answer, or does not let this page read it`, {
      cause: error,
    });
  }
}

/** Reads a text, and refuses a longer one than `most` bytes, with both numbers. */
export async function fetchText(url: string, most: number, accept?: string): Promise<string> {
  const { bytes, isCut } = await fetchLimited(url, most, accept);
  if (isCut) throw new Error(`It is not drawn: found more than ${megabytes(most)}, which is what this page reads.`);
  return new TextDecoder().decode(bytes);
}

/** Formats a number of bytes. */
export function megabytes(bytes: number): string {
  return `${Number((bytes / 1e6).toPrecision(2))} MB`;
}
