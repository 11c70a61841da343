import { readFile } from "node:fs/promises";
import { decodeText } from "../../domain/values/charset.ts";

/** Reads a document of this machine as text. Throws an Error that names the first byte that is not UTF-8; a byte order mark is skipped. */
export async function readTextFile(path: string): Promise<string> {
  return textOf(await readFile(path));
}

/** Reads bytes as the text of a document. Throws an Error that names the first byte that is not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  const decoded = decodeText(bytes);
  if (decoded.kind === "text") return decoded.text;
  throw new Error(`found ${decoded.found}, wanted ${decoded.wanted}`);
}
