import { readFile } from "node:fs/promises";
import { Problem } from "../../domain/problem.ts";
import { charsetOf, decodeText } from "../../domain/values/charset.ts";
import {
  isJsonObject,
  type Json,
  type JsonObject,
  parseExact,
  withDoubles,
  withExactValues,
} from "../../domain/values/json.ts";
import { excessOfText, jsonBounds } from "../../domain/values/json-bounds.ts";
import { joinSignals } from "../../domain/waiting/joined-signal.ts";
import { decodeXml } from "../../wire/xml.ts";
import { type OutboundAnswer, type OutboundRequest, PassingProblem, readAnswer } from "../fetch.ts";
import { isPassingStatus, retryAfterSeconds } from "../retry-after.ts";
import { type Tries, tryAgain } from "../try-again.ts";
import type { RemoteDeps, RemoteTarget, SavedAnswer } from "./remote.ts";

/** Names a URL without its query, which may hold a secret. */
export function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** Words that a remote answered something else than was wanted. */
export function unreadable(
  url: string,
  found: string,
  wanted: string,
  cause?: unknown,
  retryAfterSeconds?: number,
): Problem {
  return new Problem("remote-failure", `Cannot read "${placeOf(url)}": found ${found}, wanted ${wanted}`, {
    cause,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

/** Sends a request to a remote with what it needs to sign in. */
export function sendTo(deps: RemoteDeps, target: RemoteTarget, request: OutboundRequest): Promise<OutboundAnswer> {
  const { secrets, language } = target;
  return deps.gate.send({
    ...request,
    headers: { ...(language === undefined ? {} : { "accept-language": language }), ...request.headers },
    ...(secrets === undefined ? {} : { secrets }),
  });
}

/** A document that was read whole. */
export type RemoteDocument = {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
};

/** How often a document is asked for, and how it is told what is an answer though its status says trouble. */
export type Asking = Tries & { readonly isAnswer?: (document: RemoteDocument) => boolean };

/**
 * Fetches a document into memory, whatever its status; again while the server is in trouble (408, 425, 429, 5xx) or the way
 * to it breaks. Only for what starts nothing.
 */
export async function fetchDocument(
  deps: RemoteDeps,
  target: RemoteTarget,
  request: OutboundRequest,
  { isAnswer, ...tries }: Asking = {},
): Promise<RemoteDocument> {
  using joined = joinSignals([request.signal, tries.signal].filter((one) => one !== undefined));
  const { signal } = joined;
  return await askAgain({ ...tries, signal }, (own) => fetchOnce(deps, target, { ...request, signal: own }), isAnswer);
}

/** Asks again while what is answered is trouble; gives what was answered at last. */
export async function askAgain<Answer extends Pick<SavedAnswer | RemoteDocument, "status" | "url" | "headers">>(
  tries: Tries,
  ask: (signal: AbortSignal) => Promise<Answer>,
  isAnswer: (answer: Answer) => boolean = () => false,
): Promise<Answer> {
  let last: Answer | undefined;
  try {
    return await tryAgain(tries, async (signal) => {
      last = undefined;
      const answer = await ask(signal);
      if (!isPassingStatus(answer.status) || isAnswer(answer)) return answer;
      last = answer;
      const retryAfter = retryAfterSeconds(new Headers(answer.headers));
      throw new PassingProblem(
        "remote-failure",
        `Cannot read "${placeOf(answer.url)}": found status ${answer.status}, wanted 200`,
        retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter },
      );
    });
  } catch (error) {
    // Its own words say more than its status.
    if (last !== undefined && error instanceof Problem) return last;
    throw error;
  }
}

async function fetchOnce(deps: RemoteDeps, target: RemoteTarget, request: OutboundRequest): Promise<RemoteDocument> {
  const answer = await sendTo(deps, target, request);
  const bytes = await readAnswer(answer, deps.maxDocumentBytes);
  const { url, status, headers } = answer;
  return { url, status, headers, text: documentText({ url, status, type: headers.get("content-type") }, bytes) };
}

/** Decodes a document as its media type, or the document, tells. Throws `remote-failure` for what is not so. */
function documentText(
  answer: { readonly url: string; readonly status: number; readonly type: string | null },
  bytes: Uint8Array,
): string {
  const isXml = /[/+]xml\b/i.test(answer.type ?? "") || beginsAsXml(bytes);
  try {
    if (isXml) return decodeXml(bytes, answer.type);
    const decoded = decodeText(bytes, { charset: charsetOf(answer.type) });
    if (decoded.kind === "text") return decoded.text;
    throw unreadable(answer.url, decoded.found, decoded.wanted);
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    // What a server says of its trouble is shown, as far as it can be read.
    if (answer.status >= 400) return new TextDecoder().decode(bytes);
    throw cause.kind === "remote-failure"
      ? cause
      : unreadable(answer.url, foundIn(cause), "a document that can be read", cause);
  }
}

function foundIn(cause: Problem): string {
  return cause.message.replace(/^Cannot read XML: found /, "").replace(/, wanted .*$/s, "");
}

/** Servers of WPS send XML under any type. */
function beginsAsXml(bytes: Uint8Array): boolean {
  return /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\0?\s*\0?</.test(Buffer.from(bytes.subarray(0, 64)).toString("latin1"));
}

/** Reads a saved answer as text. */
export async function savedText(deps: RemoteDeps, answer: SavedAnswer): Promise<string> {
  const { size } = Bun.file(answer.path);
  if (size > deps.maxDocumentBytes) {
    throw unreadable(answer.url, `a document of ${size} bytes`, `at most ${deps.maxDocumentBytes}`);
  }
  const { url, status, headers } = answer;
  return documentText({ url, status, type: headers["content-type"] ?? null }, await readFile(answer.path));
}

/** A remote's results may be larger than a request, as far as they are read without holding others up. */
const remoteBounds = { ...jsonBounds, maxValues: 5 * jsonBounds.maxValues };

/** Parses a remote's JSON whose numbers mean what a double says. Throws as `parseRemoteValues` does. */
export function parseRemoteJson(url: string, text: string): Json {
  return withDoubles(parseRemoteValues(url, text));
}

/** Parses a remote's JSON; numbers that a double would change keep their text. Throws `remote-failure`: an HTML page with status 200 is none. */
export function parseRemoteValues(url: string, text: string): Json {
  const excess = excessOfText(text, remoteBounds);
  if (excess !== undefined) throw unreadable(url, `JSON of ${excess.found}`, "a smaller document");
  try {
    return parseExact(text);
  } catch (cause) {
    throw unreadable(url, sample(text), "JSON", cause);
  }
}

/** Parses a remote's JSON object. */
export function parseRemoteObject(url: string, text: string): JsonObject {
  return requireObject(url, text, parseRemoteJson(url, text));
}

/** Parses a remote's description: its defaults and bounds keep the text of their numbers. */
export function parseRemoteDescription(url: string, text: string): JsonObject {
  return requireObject(url, text, withExactValues(parseRemoteValues(url, text)));
}

function requireObject(url: string, text: string, value: Json): JsonObject {
  if (isJsonObject(value)) return value;
  throw unreadable(url, sample(text), "a JSON object");
}

/** Shows the beginning of what was found instead. */
export function sample(text: string): string {
  const start = text.trim().slice(0, 60);
  if (start === "") return "nothing";
  return /^<(!doctype )?html/i.test(start) ? "an HTML page" : JSON.stringify(start);
}
