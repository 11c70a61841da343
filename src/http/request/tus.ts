import { Problem } from "../../domain/problem.ts";
import type { VaultClaim } from "../../operations/uploads/read-vault-file.ts";
import { secretReference } from "../../operations/uploads/references.ts";
import {
  beginUpload,
  takePart,
  type UploadDeps,
  type UploadState,
  uploadState,
} from "../../operations/uploads/upload-parts.ts";
import { problemDocument } from "../answers/problem-response.ts";
import { jsonResponse, principalOf, type RouteContext } from "../route.ts";
import { contentTypeOf, passingChunks } from "./read-body.ts";
import { checkedFacts } from "./upload-facts.ts";

/** The protocol by which files are uploaded in parts (https://tus.io/protocols/resumable-upload, 1.0.0). */
const version = "1.0.0";
/** The media type of a part. */
export const partType = "application/offset+octet-stream";

/** Tells whether a request speaks tus. */
export function isTus({ request }: Pick<RouteContext, "request">): boolean {
  return request.headers.has("tus-resumable");
}

/** Begins an upload in parts (tus, creation). Its address holds its secret: whoever has it can go on. */
export async function beginTus(deps: UploadDeps, context: RouteContext): Promise<Response> {
  const refused = refuseVersion(context);
  if (refused !== undefined) return refused;
  const { request, baseUrl } = context;
  const principal = principalOf(context);
  const metadata = readMetadata(request.headers.get("upload-metadata") ?? "");
  const sizeBytes = wholeNumber(request, "upload-length");
  const name = metadata.get("filename") ?? metadata.get("name");
  const facts = checkedFacts(name, metadata.get("filetype") ?? metadata.get("type") ?? null);
  const { state, token } = await beginUpload(deps, principal, { sizeBytes, ...facts });
  const location = `${baseUrl}/vault/${state.id}/${token}`;
  const href = secretReference(state.id, token);
  const reference = { id: state.id, token, href, file_id: state.id, file_href: `vault://${state.id}` };
  const headers = { ...headersOf(state), location };
  return jsonResponse({ ...reference, access_token: token, sizeBytes }, { status: 201, headers });
}

/** Tells how far an upload has come. */
export async function tusState(deps: UploadDeps, context: RouteContext, claim: VaultClaim): Promise<Response> {
  const refused = refuseVersion(context);
  if (refused !== undefined) return refused;
  const state = await uploadState(deps, principalOf(context), claim);
  const headers = { ...headersOf(state), "upload-length": String(state.sizeBytes), "cache-control": "no-store" };
  return new Response(null, { status: 200, headers });
}

/** Takes the next part of an upload. */
export async function takeTusPart(deps: UploadDeps, context: RouteContext, claim: VaultClaim): Promise<Response> {
  const refused = refuseVersion(context);
  if (refused !== undefined) return refused;
  const { request } = context;
  using _upload = context.hold("uploads");
  const type = contentTypeOf(request);
  if (type !== partType) {
    const detail = `Cannot take a part: found Content-Type "${type}", wanted ${partType}`;
    throw new Problem("unsupported-media-type", detail);
  }
  const part = { offset: wholeNumber(request, "upload-offset"), content: passingChunks(request) };
  const state = await takePart(deps, principalOf(context), claim, part);
  return new Response(null, { status: 204, headers: headersOf(state) });
}

/** Returns the header that each answer of the protocol has. */
export const tusHeader = { "tus-resumable": version } as const;

/** Returns what a client is told that asks what can be done here (tus, core protocol: OPTIONS). */
export function tusDiscovery(maxUploadBytes: number): Readonly<Record<string, string>> {
  return {
    ...tusHeader,
    "tus-version": version,
    "tus-extension": "creation,expiration,termination",
    "tus-max-size": String(maxUploadBytes),
  };
}

function headersOf({ offset, expiresAt }: UploadState): Readonly<Record<string, string>> {
  return { ...tusHeader, "upload-offset": String(offset), "upload-expires": new Date(expiresAt).toUTCString() };
}

/** Another version is answered with those that there are. */
function refuseVersion({ request }: RouteContext): Response | undefined {
  const found = request.headers.get("tus-resumable");
  if (found === version) return undefined;
  const words = found === null ? "no Tus-Resumable" : `Tus-Resumable "${found.slice(0, 40)}"`;
  const detail = `Cannot upload file: found ${words}, wanted ${version}`;
  const headers = { ...tusHeader, "tus-version": version, "content-type": "application/problem+json" };
  return jsonResponse(problemDocument(new Problem("precondition-failed", detail)), { status: 412, headers });
}

function wholeNumber(request: Request, name: string): number {
  const text = request.headers.get(name);
  if (text !== null && /^\d{1,15}$/.test(text)) return Number(text);
  const found = text === null ? `no ${name}` : `${name} "${text.slice(0, 40)}"`;
  throw new Problem("invalid-parameter-value", `Cannot upload file: found ${found}, wanted a whole number of bytes`);
}

const longestMetadata = 8192;

/** Reads `key base64,key base64`. Throws `invalid-parameter-value`. */
function readMetadata(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(",").filter((pair) => pair.trim() !== "");
  const read = pairs.map((pair) => /^\s*([^\s,]+)(?:\s+([A-Za-z0-9+/]*={0,2}))?\s*$/.exec(pair));
  if (text.length > longestMetadata || read.some((one) => one === null)) {
    const found = `found upload-metadata "${text.slice(0, 80)}"`;
    throw new Problem("invalid-parameter-value", `Cannot upload file: ${found}, wanted pairs of a name and base64`);
  }
  const entries = read.flatMap((one): readonly (readonly [string, string])[] =>
    one?.[1] === undefined ? [] : [[one[1], Buffer.from(one[2] ?? "", "base64").toString()]],
  );
  return new Map(entries);
}
