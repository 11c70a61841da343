import { Problem } from "../domain/problem.ts";
import type { Gate } from "./fetch.ts";

/** Asks another server how large a file is, in bytes. Undefined when it does not tell: then the download counts. */
export async function askSize(gate: Gate, url: string, signal?: AbortSignal): Promise<number | undefined> {
  try {
    const answer = await gate.send({ url, method: "HEAD", ...(signal === undefined ? {} : { signal }) });
    answer.close();
    const length = answer.headers.get("content-length");
    const isPacked = answer.headers.has("content-encoding");
    return answer.status === 200 && !isPacked && length !== null && /^\d{1,15}$/.test(length)
      ? Number(length)
      : undefined;
  } catch (error) {
    // What is wrong with the file is told where it is fetched.
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
