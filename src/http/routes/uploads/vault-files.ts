import * as v from "valibot";
import { dropVaultFile, readVaultFile, type VaultClaim } from "../../../operations/uploads/read-vault-file.ts";
import { dropUpload, type UploadDeps } from "../../../operations/uploads/upload-parts.ts";
import { parseVaultAuthorizations } from "../../../wire/auth-vault.ts";
import { fileResponse } from "../../answers/send-file.ts";
import { isTus, partType, takeTusPart, tusHeader, tusState } from "../../request/tus.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";

const part = { mediaTypes: [partType], schema: v.unknown() };

/** Lists the routes of one uploaded file, or of an upload that is under way: with its token in a header, or in the path. */
export function vaultFileRoutes(deps: UploadDeps): readonly Route[] {
  return ["/vault/:fileId", "/vault/:fileId/:token"].flatMap((path) => routesAt(deps, path));
}

function routesAt(deps: UploadDeps, path: string): readonly Route[] {
  return [
    {
      method: "GET",
      path,
      about: {
        summary: "Read an uploaded file, or tell how far an upload has come (tus)",
        tag: "files",
        answers: {
          200: { about: "The file", content: { mediaType: "*/*" } },
          206: { about: "A part of it", content: { mediaType: "*/*" } },
          304: { about: "Not changed" },
        },
        problems: [412, 416],
      },
      async handle(context) {
        if (isTus(context)) return tusState(deps, context, claimOf(context));
        const { file, path: place } = await readVaultFile(deps, principalOf(context), claimOf(context));
        const { name, mediaType, sizeBytes, sha256, createdAt } = file;
        const slice = (start: number, end: number) => Bun.file(place).slice(start, end);
        const sendable = { sizeBytes, modifiedAt: createdAt, mediaType, sha256, digestedBytes: sizeBytes, name, slice };
        return fileResponse(context.request, sendable, { "content-location": `${context.baseUrl}/vault/${file.id}` });
      },
    },
    {
      method: "PATCH",
      path,
      about: {
        summary: "Upload the next part of a file (tus 1.0)",
        tag: "files",
        answers: { 204: { about: "Taken; Upload-Offset tells how far it has come" } },
        problems: [409, 412, 413, 415],
      },
      body: part,
      handle: (context) => takeTusPart(deps, context, claimOf(context)),
    },
    {
      method: "DELETE",
      path,
      about: {
        summary: "Remove an uploaded file, or end an upload (tus)",
        tag: "files",
        answers: { 204: { about: "Removed" } },
        problems: [409],
      },
      async handle(context) {
        const [principal, claim] = [principalOf(context), claimOf(context)];
        if (!(await dropUpload(deps, principal, claim))) await dropVaultFile(deps, principal, claim);
        return new Response(null, { status: 204, headers: isTus(context) ? tusHeader : {} });
      },
    },
  ];
}

function claimOf(context: RouteContext): VaultClaim {
  const [id, token] = [context.param("fileId"), context.param("token")];
  const shown = parseVaultAuthorizations(context.request.headers.get("x-auth-vault"));
  return { id, tokens: token === "" ? shown : [...shown, { id, token }] };
}
