import { Problem } from "../../domain/problem.ts";
import { foreignBytes } from "../route.ts";
import { matchedEtag } from "./entity-tag.ts";
import { problemDocument } from "./problem-response.ts";
import { digestField } from "./results/digest-field.ts";

/** Bytes that can be sent in part. */
export type SendableFile = {
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  readonly mediaType: string;
  /** Hexadecimal, of the file as it was when it had `digestedBytes`. */
  readonly sha256?: string;
  readonly digestedBytes?: number;
  /** What a browser calls the file when it keeps it. */
  readonly name: string;
  /** Gives the bytes from `start` up to, not including, `end`. */
  slice(start: number, end: number): Blob;
};

type Span = { readonly start: number; readonly end: number };

/** Answers with a file or the part that was asked for (RFC 9110 13 and 14): 200, 206, 304 or 416. */
export async function fileResponse(
  request: Request,
  file: SendableFile,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const etag = `"${file.sizeBytes.toString(36)}-${Math.round(file.modifiedAt).toString(36)}"`;
  const shared = {
    ...foreignBytes,
    ...headers,
    etag,
    "last-modified": new Date(file.modifiedAt).toUTCString(),
    "accept-ranges": "bytes",
    "cache-control": "private, no-cache",
  };
  const matched = matchedEtag(request, etag);
  if (matched !== undefined) return new Response(null, { status: 304, headers: { ...shared, etag: matched } });
  const span = spanOf(request, file, etag);
  if (span === "outside") return rangeRefusal(request.headers.get("range") ?? "", file.sizeBytes);
  const { start, end } = span ?? { start: 0, end: file.sizeBytes };
  const whole = {
    ...shared,
    "content-type": await withCharset(file, span === undefined),
    "content-length": String(end - start),
    "content-disposition": dispositionOf(file.name),
    ...digestOf(file),
  };
  const bytes = file.slice(start, end);
  if (span !== undefined) {
    const range = { ...whole, "content-range": `bytes ${start}-${end - 1}/${file.sizeBytes}` };
    return new Response(bytes, { status: 206, headers: range });
  }
  // As a stream when a range was refused by If-Range: the server would apply it to a file by itself.
  return new Response(request.headers.has("range") ? bytes.stream() : bytes, { headers: whole });
}

/** Of the whole file, also beside a part of it (RFC 9530 3). Of one that is another by now nothing is claimed. */
function digestOf({ sha256, digestedBytes, sizeBytes }: SendableFile): Readonly<Record<string, string>> {
  return sha256 === undefined || digestedBytes !== sizeBytes ? {} : { "repr-digest": digestField(sha256) };
}

/** Answers that a range lies outside a file, with the size that the file has (RFC 9110 15.5.17). */
function rangeRefusal(range: string, sizeBytes: number): Response {
  const detail = `Cannot send range: found "${range}", wanted a part of ${sizeBytes} bytes`;
  const document = problemDocument(new Problem("range-not-satisfiable", detail));
  const headers = { "content-type": "application/problem+json", "content-range": `bytes */${sizeBytes}` };
  return new Response(JSON.stringify(document), { status: document.status, headers });
}

/** The part that was asked for; undefined for the whole file. Several ranges are answered with the whole file. */
function spanOf(request: Request, file: SendableFile, etag: string): Span | "outside" | undefined {
  const range = request.headers.get("range");
  if (range === null) return undefined;
  const condition = request.headers.get("if-range");
  if (condition !== null && condition !== etag) return undefined;
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(range.replaceAll(" ", "")) ?? [];
  if (first === "" && last === "") return undefined;
  const size = file.sizeBytes;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  // A last position before the first one makes the header invalid: it is left out (RFC 9110 14.1.1).
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  if (start >= size || end <= start) return "outside";
  return { start, end };
}

/** A text that is larger is not read through before it is sent, and a part of one much less: then nothing is claimed. */
const maxReadBytes = 16 * 2 ** 20;
const maxReadForPart = 2 ** 20;
const chunkBytes = 2 ** 20;

/** Text is called UTF-8 when it is. */
async function withCharset(file: SendableFile, isWhole: boolean): Promise<string> {
  const { mediaType } = file;
  if (!/^text\/[^;]*$/.test(mediaType)) return mediaType;
  const isRead = file.sizeBytes <= (isWhole ? maxReadBytes : maxReadForPart);
  return isRead && (await isUtf8(file)) ? `${mediaType}; charset=utf-8` : mediaType;
}

async function isUtf8(file: SendableFile): Promise<boolean> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for (let start = 0; start < file.sizeBytes; start += chunkBytes) {
      const bytes = await file.slice(start, Math.min(file.sizeBytes, start + chunkBytes)).bytes();
      decoder.decode(bytes, { stream: true });
    }
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Formats the name of a file (RFC 6266); it is shown in place where the browser can, within the sandbox. */
export function dispositionOf(name: string, how: "inline" | "attachment" = "inline"): string {
  const plain = name.toWellFormed().replaceAll(/[^\x20-\x7e]|["\\%]/g, "_");
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${how}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
