import { defined } from "../../../domain/defined.ts";
import { Problem } from "../../../domain/problem.ts";
import {
  type KeptFile,
  keepVaultFile,
  type Upload,
  type VaultDeps,
} from "../../../operations/uploads/keep-vault-file.ts";
import { secretReference } from "../../../operations/uploads/references.ts";
import { parseDigest } from "../../../wire/digest.ts";
import { boundaryOf, parseDisposition, parseMultipart } from "../../../wire/multipart.ts";
import { digestField } from "../../answers/results/digest-field.ts";
import { contentTypeOf, passingChunks, tooLarge } from "../../request/read-body.ts";
import { isGzipped } from "../../request/request-coding.ts";
import { beginTus, isTus, tusDiscovery } from "../../request/tus.ts";
import { checkedFacts, UploadSchema } from "../../request/upload-facts.ts";
import { jsonResponse, principalOf, type Route, type RouteContext } from "../../route.ts";
import { vaultFileRoutes } from "./vault-files.ts";

export type VaultRouteDeps = VaultDeps;

const body = { mediaTypes: ["multipart/form-data", "*/*"], schema: UploadSchema };

/** Lists the routes of uploads: a bare body, the field `file` of a form, or in parts; and of what was uploaded. */
export function vaultRoutes(deps: VaultRouteDeps): readonly Route[] {
  const discovery = tusDiscovery(deps.settings.maxUploadBytes);
  const parts = { ...deps, openUploads: new Set<string>() };
  return [
    {
      method: "POST",
      path: "/vault",
      about: {
        summary: "Upload a file",
        tag: "files",
        answers: {
          200: { about: "As 201, for a form that says Cache-Control: no-cache", content: { document: "UploadedFile" } },
          201: { about: "Its id, and the token that its use needs", content: { document: "UploadedFile" } },
        },
        problems: [409, 412, 413, 415],
      },
      body,
      optionsHeaders: discovery,
      handle: (context) => (isTus(context) ? beginTus(parts, context) : keep(deps, context)),
    },
    ...vaultFileRoutes(parts).map((route) => ({ ...route, optionsHeaders: discovery })),
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
  const document = uploadDocument(file);
  // Weaver's clients send just these, and take no other status.
  const status = isForm && request.headers.get("cache-control") === "no-cache" ? 200 : 201;
  const location = `${context.baseUrl}/vault/${file.file.id}`;
  return jsonResponse(document, { status, headers: { "content-location": location } });
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

/** Keeps the file of a form whose only field is `file`. Throws `invalid-parameter-value` for any other. */
export async function keepForm(deps: VaultRouteDeps, context: RouteContext): Promise<KeptFile> {
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

function refuse(found: string, wanted: string): Problem {
  return new Problem("invalid-parameter-value", `Cannot upload file: found ${found}, wanted ${wanted}`);
}

function uploadDocument({ file, token }: KeptFile): Readonly<Record<string, unknown>> {
  return {
    id: file.id,
    token,
    href: secretReference(file.id, token),
    file_id: file.id,
    file_href: `vault://${file.id}`,
    access_token: token,
    name: file.name,
    mediaType: file.mediaType,
    sizeBytes: file.sizeBytes,
    sha256: file.sha256,
    digest: digestField(file.sha256),
    expires: new Date(file.expiresAt).toISOString(),
  };
}
