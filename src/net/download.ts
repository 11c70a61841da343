import { join } from "node:path";
import { defined } from "../domain/defined.ts";
import { charsetOf } from "../domain/values/charset.ts";
import { extensionOf, mediaTypeOf, unknownMediaType } from "../domain/values/media-type.ts";
import type { FileValue } from "../domain/values/values.ts";
import { type Gate, type OutboundAnswer, type OutboundRequest, startsSomething } from "./fetch.ts";
import { createPartialFile, type PartialFile } from "./partial-file.ts";
import { strongTag } from "./remote/ask-facts.ts";
import { type Tries, tryAgain } from "./try-again.ts";

export type DownloadDeps = Tries & { readonly gate: Gate; readonly maxBytes: number };

/** A file that was fetched, with the strong entity tag that it came with. */
export type Downloaded = FileValue & { readonly etag?: string };

/**
 * Fetches a file into a directory, which is made. The file has its name only when all of it is on disk; after an error
 * nothing stays. A server in trouble (408, 425, 429, 5xx) and a connection that breaks are tried again, from where it broke
 * when the server can do so. Throws `remote-failure` for an answer that is no success, too large, or ends early.
 */
export async function download(
  deps: DownloadDeps,
  request: OutboundRequest,
  directory: string,
  given: { readonly name?: string; readonly mediaType?: string } = {},
): Promise<FileValue> {
  const { etag: _, ...file } = await downloadTagged(deps, request, directory, given);
  return file;
}

/** Fetches a file as `download` does, and tells the entity tag by which it is known again. */
export async function downloadTagged(
  deps: DownloadDeps,
  request: OutboundRequest,
  directory: string,
  given: { readonly name?: string; readonly mediaType?: string } = {},
): Promise<Downloaded> {
  const part = createPartialFile(directory, deps.maxBytes);
  try {
    const isOnce = URL.canParse(request.url) && startsSomething(new URL(request.url), "GET");
    return await tryAgain(isOnce ? { ...deps, tries: 1 } : deps, async (signal) => {
      const answer = await deps.gate.send({
        ...request,
        headers: { ...request.headers, ...part.rangeHeaders() },
        signal,
      });
      const etag = strongTag(answer.headers);
      return { ...(await keep(part, part.accept(answer), directory, given)), ...defined({ etag }) };
    });
  } finally {
    await part.remove();
  }
}

/** Writes an answer's body to a directory, under the name that `given`, the answer or its URL tells. */
export async function keepAnswer(
  deps: Pick<DownloadDeps, "maxBytes">,
  answer: OutboundAnswer,
  directory: string,
  given: { readonly name?: string; readonly mediaType?: string } = {},
): Promise<FileValue> {
  const part = createPartialFile(directory, deps.maxBytes);
  try {
    return await keep(part, answer, directory, given);
  } finally {
    await part.remove();
  }
}

async function keep(
  part: PartialFile,
  answer: OutboundAnswer,
  directory: string,
  given: { readonly name?: string; readonly mediaType?: string },
): Promise<FileValue> {
  const { sizeBytes, sha256 } = await part.write(answer);
  const told = typeOf(answer.headers);
  const basename = given.name ?? nameOf(answer, given.mediaType ?? told);
  const path = join(directory, basename);
  await part.rename(path);
  const mediaType = given.mediaType ?? told ?? mediaTypeOf(basename);
  const charset = given.mediaType === undefined ? undefined : charsetOf(told);
  const known = { kind: "file", path, basename, mediaType, sizeBytes, sha256 } as const;
  return charset === undefined ? known : { ...known, charset };
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
