import { createHash } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { charsetOf } from "../domain/charset.ts";
import { extensionOf, mediaTypeOf, unknownMediaType } from "../domain/media-type.ts";
import { Problem } from "../domain/problem.ts";
import type { FileValue } from "../domain/values.ts";
import type { Gate, OutboundAnswer, OutboundRequest } from "./fetch.ts";

export type DownloadDeps = { readonly gate: Gate; readonly maxBytes: number };

/** Private to this program's user, as all of its files. */
const directoryMode = 0o700;
const fileMode = 0o600;

/**
 * Fetches a file into a directory, which is made. The file has its name only when all of it is on disk; after an error
 * nothing stays. Throws `remote-failure` for an answer that is no success, too large, or ends early.
 */
export async function download(
  deps: DownloadDeps,
  request: OutboundRequest,
  directory: string,
  given: { readonly name?: string; readonly mediaType?: string } = {},
): Promise<FileValue> {
  const answer = await deps.gate.send(request);
  if (answer.status !== 200) {
    answer.close();
    throw failed(answer, `found status ${answer.status}, wanted 200`);
  }
  return keepAnswer(deps, answer, directory, given);
}

/** Writes an answer's body to a directory, under the name that `given`, the answer or its URL tells. */
export async function keepAnswer(
  deps: Pick<DownloadDeps, "maxBytes">,
  answer: OutboundAnswer,
  directory: string,
  given: { readonly name?: string; readonly mediaType?: string } = {},
): Promise<FileValue> {
  const declared = Number(answer.headers.get("content-length") ?? 0);
  if (declared > deps.maxBytes) {
    answer.close();
    throw failed(answer, `found ${declared} bytes, wanted at most ${deps.maxBytes}`);
  }
  await mkdir(directory, { recursive: true, mode: directoryMode });
  const told = typeOf(answer.headers);
  const basename = given.name ?? nameOf(answer, given.mediaType ?? told);
  const path = join(directory, basename);
  const temporary = join(directory, ".part");
  try {
    const { sizeBytes, sha256 } = await writeBody(temporary, answer, deps.maxBytes);
    await rename(temporary, path);
    const mediaType = given.mediaType ?? told ?? mediaTypeOf(basename);
    const charset = given.mediaType === undefined ? undefined : charsetOf(told);
    return {
      kind: "file",
      path,
      basename,
      mediaType,
      sizeBytes,
      sha256,
      ...(charset === undefined ? {} : { charset }),
    };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeBody(path: string, answer: OutboundAnswer, maxBytes: number) {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  await using file = await open(path, "w", fileMode);
  for await (const piece of answer.body) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > maxBytes) throw failed(answer, `found more than ${maxBytes} bytes, wanted at most that`);
    hash.update(piece);
    await file.writeFile(piece);
  }
  return { sizeBytes, sha256: hash.digest("hex") };
}

function failed(answer: OutboundAnswer, reason: string): Problem {
  const url = new URL(answer.url);
  return new Problem("remote-failure", `Cannot fetch "${url.origin}${url.pathname}": ${reason}`);
}

/** The media type that an answer tells; servers that know nothing of a file say the two others. */
function typeOf(headers: Headers): string | undefined {
  const type = headers.get("content-type")?.trim();
  if (type === undefined || type === "" || type.startsWith(unknownMediaType) || type === "binary/octet-stream") {
    return undefined;
  }
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;.*)?$/.test(type) ? type : undefined;
}

/** What a tool sees the file called: `Content-Disposition` (RFC 6266) before the last part of the URL. */
export function nameOf(answer: Pick<OutboundAnswer, "url" | "headers">, mediaType?: string): string {
  const disposition = answer.headers.get("content-disposition") ?? "";
  const extended = /filename\*\s*=\s*(?:utf-8|iso-8859-1)'[^']*'([^;\s]+)/i.exec(disposition)?.[1];
  const quoted = /filename\s*=\s*"((?:[^"\\]|\\.){0,1024})"/i.exec(disposition)?.[1]?.replaceAll(/\\(.)/g, "$1");
  const bare = /filename\s*=\s*([^";\s]+)/i.exec(disposition)?.[1];
  const told = extended === undefined ? (quoted ?? bare) : decoded(extended);
  const name = plainName(told ?? decoded(new URL(answer.url).pathname.split("/").at(-1) ?? ""));
  if (name === undefined) return `file${mediaType === undefined ? "" : extensionOf(mediaType)}`;
  return name;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A broken escape is a name as good as any other.
    return text;
  }
}

/** The last part of a name without what a file name cannot hold, and never hidden. */
function plainName(given: string): string | undefined {
  const last = given.split(/[/\\]/).at(-1) ?? "";
  const name = last
    .toWellFormed()
    .replaceAll(/[\p{C}"<>|:*?]/gu, "_")
    .replace(/^[.\s]+/, "")
    .trim()
    .slice(-128);
  return name === "" ? undefined : name;
}
