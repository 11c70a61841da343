import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import type { Gate } from "../fetch.ts";

/** What another server tells of a file that is not fetched yet; each only when it tells it. */
export type RemoteFacts = { readonly sizeBytes?: number; readonly etag?: string };

/** Asks another server about a file: its size in bytes, and its strong entity tag. Without a size, the download counts. */
export async function askFacts(gate: Gate, url: string, signal?: AbortSignal): Promise<RemoteFacts> {
  try {
    const answer = await gate.send({ url, method: "HEAD", ...defined({ signal }) });
    answer.close();
    if (answer.status !== 200) return {};
    const length = answer.headers.get("content-length");
    const isPacked = answer.headers.has("content-encoding");
    const isPlain = !isPacked && length !== null && /^\d{1,15}$/.test(length);
    return defined({ sizeBytes: isPlain ? Number(length) : undefined, etag: strongTag(answer.headers) });
  } catch (error) {
    // What is wrong with the file is told where it is fetched.
    if (error instanceof Problem) return {};
    throw error;
  }
}

/** Reads the entity tag of an answer; undefined when there is none, or when it does not promise the same bytes (RFC 9110 8.8.1). */
export function strongTag(headers: Headers): string | undefined {
  const tag = headers.get("etag");
  return tag !== null && /^"[\x21\x23-\x7e\x80-\xff]{1,1024}"$/.test(tag) ? tag : undefined;
}
