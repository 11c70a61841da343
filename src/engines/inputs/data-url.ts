import { defined } from "../../domain/defined.ts";
import { type InputPlace, refuseInput } from "./input-place.ts";

/** What a data: URL holds, and the media type that it names. */
export type DataContent = { readonly bytes: Buffer; readonly text: string; readonly mediaType?: string };

/** Reads what a data: URL holds. Throws `invalid-parameter-value`. */
export function readDataUrl(place: InputPlace, href: string): DataContent {
  const parts = /^data:([^,]*?)(;base64)?,(.*)$/is.exec(href);
  const text = parts?.[3];
  if (text === undefined) throw refuseInput(place, "a data: URL without a comma", "data:[media type][;base64],content");
  try {
    const bytes = parts?.[2] === undefined ? percentDecoded(text) : Buffer.from(text, "base64");
    return { bytes, text, ...defined({ mediaType: parts?.[1] === "" ? undefined : parts?.[1] }) };
  } catch (cause) {
    if (cause instanceof URIError)
      throw refuseInput(place, "a data: URL with a broken escape", "percent-encoded text", cause);
    throw cause;
  }
}

/** A data: URL holds bytes of any charset. Throws URIError for a broken escape. */
function percentDecoded(content: string): Buffer {
  if (/%(?![0-9a-f]{2})/i.test(content)) throw new URIError("a broken escape");
  const bytes = content
    .split(/(%[0-9a-f]{2})/i)
    .map((part, index) => (index % 2 === 1 ? Buffer.from(part.slice(1), "hex") : Buffer.from(part)));
  return Buffer.concat(bytes);
}
