import * as v from "valibot";
import { defined } from "../../domain/defined.ts";
import { issueFaults, refusal } from "../../domain/faults.ts";
import { Problem } from "../../domain/problem.ts";
import { type KeptFile, keepVaultFile, type Upload, type VaultDeps } from "../../operations/keep-vault-file.ts";
import { parseDigest } from "../../wire/digest.ts";
import { boundaryOf, parseDisposition, parseMultipart } from "../../wire/multipart.ts";
import { digestField } from "../answers/digest-field.ts";
import { contentTypeOf, passingChunks, tooLarge } from "../read-body.ts";
import { isGzipped } from "../request-coding.ts";
import { jsonResponse, principalOf, type Route, type RouteContext } from "../route.ts";

export type VaultRouteDeps = VaultDeps;

/** The facts of an uploaded file besides its bytes. */
const UploadSchema = v.object({
  name: v.optional(v.pipe(v.string(), v.maxLength(1024, "at most 1024 characters"))),
  mediaType: v.optional(
    v.pipe(v.string(), v.regex(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;[^\r\n]*)?$/, "a media type such as text/csv")),
  ),
});

const body = { mediaTypes: ["multipart/form-data", "*/*"], schema: UploadSchema };

/** Lists the route of uploads: a bare body, or the field `file` of a form. */
export function vaultRoutes(deps: VaultRouteDeps): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/vault",
      about: {
        summary: "Upload a file",
        tag: "files",
        answers: { 201: { about: "Its id, and the token that its use needs", content: { document: "UploadedFile" } } },
        problems: [413, 415],
      },
      body,
      handle: (context) => keep(deps, context),
    },
  ];
}

async function keep(deps: VaultRouteDeps, context: RouteContext): Promise<Response> {
  const { request } = context;
  const principal = principalOf(context);
  using _upload = context.hold("uploads");
  const declared = Number(request.headers.get("content-length") ?? 0);
  const spare = 64 * 1024;
  if (declared > deps.settings.maxUploadBytes + spare) throw tooLarge(String(declared), deps.settings.maxUploadBytes);
  const isForm = contentTypeOf(request) === "multipart/form-data";
  if (isForm) refuseDigest(request, "of a form");
  const file = isForm ? await keepForm(deps, context) : await keepVaultFile(deps, principal, bareUpload(request));
  return jsonResponse(uploadDocument(file), { status: 201 });
}

function bareUpload(request: Request): Upload {
  const { filename } = parseDisposition(request.headers.get("content-disposition") ?? undefined);
  const mediaType = request.headers.get("content-type");
  const declared = request.headers.get("content-length");
  // The length of what is coded says nothing of the file's.
  const declaredBytes = declared === null || isGzipped(request) ? {} : { declaredBytes: Number(declared) };
  return {
    ...checkedFacts(filename, mediaType),
    ...declaredBytes,
    ...digestIn(request),
    content: passingChunks(request),
  };
}

const digestNames = ["repr-digest", "content-digest"] as const;

/** Reads the digest of a file that is sent as it is (RFC 9530). Throws `invalid-parameter-value` for a digest that cannot be checked. */
function digestIn(request: Request): { readonly sha256?: string } {
  if (isGzipped(request)) refuseDigest(request, "of packed bytes");
  const digests = digestNames.flatMap((name) => request.headers.get(name) ?? []).map(parseDigest);
  const [sha256] = digests;
  if (digests.some((digest) => digest === "other" || digest !== sha256))
    refuseDigest(request, "that cannot be checked");
  return defined({ sha256 });
}

/** Refuses a digest that is not checked: the client would think that it was. */
function refuseDigest(request: Request, found: string): void {
  const name = digestNames.find((header) => request.headers.has(header));
  if (name !== undefined) throw refuse(`a ${name} ${found}`, "sha-256=:...: of a bare file, or none");
}

async function keepForm(deps: VaultRouteDeps, context: RouteContext): Promise<KeptFile> {
  const boundary = boundaryOf(context.request.headers.get("content-type") ?? "");
  if (boundary === undefined) throw refuse("no boundary in Content-Type", "multipart/form-data with its boundary");
  let kept: KeptFile | undefined;
  for await (const part of parseMultipart(passingChunks(context.request), boundary)) {
    const { name, filename } = parseDisposition(part.headers.get("content-disposition"));
    if (name !== "file" || kept !== undefined) {
      throw refuse(kept === undefined ? `the field "${name ?? ""}"` : "a second field", 'one field, "file"');
    }
    const facts = checkedFacts(filename, part.headers.get("content-type") ?? null);
    kept = await keepVaultFile(deps, principalOf(context), { ...facts, content: part.content });
  }
  if (kept === undefined) throw refuse("no field", 'one field, "file"');
  return kept;
}

function checkedFacts(name: string | undefined, mediaType: string | null): Omit<Upload, "content"> {
  // Clients that know nothing of a file send these by themselves; its name says more.
  const isTelling = mediaType !== null && !/^application\/(octet-stream|x-www-form-urlencoded)/.test(mediaType);
  const facts = { ...defined({ name }), ...(isTelling ? { mediaType } : {}) };
  const outcome = v.safeParse(UploadSchema, facts);
  if (outcome.success) return facts;
  throw refusal("upload file", issueFaults(outcome.issues));
}

function refuse(found: string, wanted: string): Problem {
  return new Problem("invalid-parameter-value", `Cannot upload file: found ${found}, wanted ${wanted}`);
}

function uploadDocument({ file, token }: KeptFile): Readonly<Record<string, unknown>> {
  return {
    id: file.id,
    token,
    href: `vault://${file.id}`,
    name: file.name,
    mediaType: file.mediaType,
    sizeBytes: file.sizeBytes,
    sha256: file.sha256,
    digest: digestField(file.sha256),
    expires: new Date(file.expiresAt).toISOString(),
  };
}
