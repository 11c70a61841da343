import { copyFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import { charsetOf, decodeText, withoutCharset } from "../../domain/values/charset.ts";
import { extensionOf, isTextType, mediaTypeOf } from "../../domain/values/media-type.ts";
import type { FileValue, OutputValue, OutputValues } from "../../domain/values/values.ts";
import { directoryMode, fileMode, type Layout, remoteDirectory } from "../../files/layout.ts";
import { download, nameOf } from "../../net/download.ts";
import type { Gate } from "../../net/fetch.ts";
import type { RemoteClient, RemoteResult, ResultSource } from "../../net/remote/remote.ts";
import { placeOf } from "../../net/remote/remote-documents.ts";
import type { Tries } from "../../net/try-again.ts";
import type { Prepared } from "../engine.ts";
import { saveAnswer } from "./remote-answers.ts";

export type CollectDeps = {
  readonly gate: Gate;
  readonly layout: Layout;
  readonly client: RemoteClient;
  readonly secrets?: Parameters<Gate["send"]>[0]["secrets"];
  readonly maxDownloadBytes: number;
  /** How often a file is asked for, and who is told. */
  readonly tries?: Tries;
};

/** Text of a media type that is longer than this becomes a file: 64 KiB. */
const maxInlineCharacters = 64 * 1024;

/**
 * Brings the results of a remote job home: files into the execution's work directory, values as they are. An output
 * that was asked for by reference stays the remote's link, unless credentials would be needed to follow it.
 * Throws `remote-failure` for an output that is missing or cannot be fetched.
 */
export async function collectResults(
  deps: CollectDeps,
  prepared: Prepared,
  source: ResultSource,
): Promise<OutputValues> {
  const wanted = { native: prepared.described ?? {}, outputs: prepared.outputs };
  const results = await deps.client.results(
    source,
    wanted,
    (answer) => saveAnswer(deps, prepared, "results", answer),
    deps.tries,
  );
  const values: [string, OutputValue][] = [];
  for (const id of prepared.outputs) {
    const result = Object.hasOwn(results, id) ? results[id] : undefined;
    // The standards let a server leave an output out; one that was asked for by its id must be there.
    if (result === undefined && prepared.outputRequests === undefined && values.length + 1 < prepared.outputs.length)
      continue;
    if (result === undefined) throw missing(id);
    values.push([id, await bringHome(deps, { prepared, outputId: id, way: [encodeURIComponent(id)] }, result)]);
  }
  if (values.length === 0 && prepared.outputs.length > 0) throw missing(prepared.outputs.join(", "));
  return Object.fromEntries(values);
}

function missing(id: string): Problem {
  return new Problem("remote-failure", `Cannot collect output "${id}": the remote's results do not have it`);
}

type Place = { readonly prepared: Prepared; readonly outputId: string; readonly way: readonly string[] };

async function bringHome(deps: CollectDeps, place: Place, result: RemoteResult): Promise<OutputValue> {
  switch (result.kind) {
    case "value":
      return typeof result.value === "string" && isLongText(result.value, result.mediaType)
        ? writeContent(deps, place, result.value, result.mediaType)
        : result;
    case "content":
      return writeContent(deps, place, result.content, result.mediaType);
    case "whole":
      return adoptAnswer(deps, place, result);
    case "link":
      return isKept(deps, place, result.href) ? result : fetchResult(deps, place, result);
    case "list": {
      const items: OutputValue[] = [];
      for (const [index, item] of result.items.entries()) {
        items.push(await bringHome(deps, { ...place, way: [...place.way, String(index)] }, item));
      }
      return { kind: "list", items };
    }
    default:
      return result satisfies never;
  }
}

function isLongText(text: string, mediaType: string | undefined): boolean {
  return mediaType !== undefined && text.length > maxInlineCharacters;
}

function isKept({ secrets }: CollectDeps, { prepared, outputId }: Place, href: string): boolean {
  if (prepared.outputRequests?.[outputId]?.transmissionMode !== "reference") return false;
  return secrets === undefined || !URL.canParse(href) || new URL(href).origin !== secrets.origin;
}

function directoryOf(deps: CollectDeps, { prepared, way }: Place): string {
  return join(remoteDirectory(deps.layout, prepared), "outputs", ...way);
}

function fetchResult(
  deps: CollectDeps,
  place: Place,
  link: Extract<RemoteResult, { kind: "link" }>,
): Promise<FileValue> {
  const { gate, maxDownloadBytes: maxBytes, secrets, tries } = deps;
  const request = { url: link.href, ...defined({ secrets }) };
  const known = defined({ mediaType: link.mediaType });
  return download({ gate, maxBytes, ...tries }, request, directoryOf(deps, place), known);
}

async function writeContent(
  deps: CollectDeps,
  place: Place,
  content: string | Uint8Array,
  mediaType: string | undefined,
): Promise<FileValue> {
  const directory = directoryOf(deps, place);
  await mkdir(directory, { recursive: true, mode: directoryMode });
  const type = mediaType ?? (typeof content === "string" ? "text/plain" : undefined);
  const basename = `${plainId(place.outputId)}${type === undefined ? "" : extensionOf(type)}`;
  const path = join(directory, basename);
  await writeFile(path, content, { mode: fileMode });
  const sizeBytes = Buffer.byteLength(content);
  return { kind: "file", path, basename, sizeBytes, ...defined({ mediaType: type }) };
}

function plainId(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9_.-]/g, "_").replace(/^\.+/, "_");
}

/** Short text is a value; anything else is copied, so that a crash finds the answer where it was. */
async function adoptAnswer(
  deps: CollectDeps,
  place: Place,
  { answer, mediaType }: Extract<RemoteResult, { kind: "whole" }>,
): Promise<OutputValue> {
  const { size } = await stat(answer.path);
  const isShort = size <= maxInlineCharacters && mediaType !== undefined && isTextType(mediaType);
  if (isShort && /^text\/plain/i.test(mediaType)) {
    const charset = charsetOf(mediaType);
    const decoded = decodeText(await readFile(answer.path), { charset, keepsMark: true });
    if (decoded.kind === "text") return { kind: "value", value: decoded.text, mediaType: withoutCharset(mediaType) };
    // Without a charset it may be anything: its bytes are kept as they are.
    if (charset !== undefined) {
      const found = `found ${decoded.found}, wanted ${decoded.wanted}`;
      throw new Problem(
        "remote-failure",
        `Cannot read output "${place.outputId}" of "${placeOf(answer.url)}": ${found}`,
      );
    }
  }
  const directory = directoryOf(deps, place);
  await mkdir(directory, { recursive: true, mode: directoryMode });
  const headers = new Headers({ ...answer.headers });
  const isNamed = headers.has("content-disposition");
  const basename = isNamed
    ? nameOf({ url: answer.url, headers }, mediaType)
    : `${plainId(place.outputId)}${mediaType === undefined ? "" : extensionOf(mediaType)}`;
  const path = join(directory, basename);
  await copyFile(answer.path, path);
  return { kind: "file", path, basename, sizeBytes: size, mediaType: mediaType ?? mediaTypeOf(basename) };
}
