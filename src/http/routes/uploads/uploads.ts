import * as v from "valibot";
import { defined } from "../../../domain/defined.ts";
import type { UploadDocument, UploadListDocument, UploadListView } from "../../../domain/documents/upload.ts";
import { jobUrl, processUrl } from "../../../domain/links.ts";
import { isInScope, mayDo, type Principal } from "../../../domain/people/access.ts";
import { HeldProblem } from "../../../domain/people/held-problem.ts";
import { Problem } from "../../../domain/problem.ts";
import { type DescribeDeps, listProcesses } from "../../../operations/processes/describe-processes.ts";
import type { VaultDeps } from "../../../operations/uploads/keep-vault-file.ts";
import { type ListedUpload, listUploads, readOwnUpload, sumUploads } from "../../../operations/uploads/list-uploads.ts";
import { dropVaultFile, heldUpload } from "../../../operations/uploads/read-vault-file.ts";
import { isOwnUpload, mayNameUpload, vaultPrefix } from "../../../operations/uploads/references.ts";
import { shortId, sizeText, timeText } from "../../../pages/shared/words.ts";
import { uploadListPage } from "../../../pages/uploads/uploads.tsx";
import { askFirst, isConfirmed } from "../../answers/ask-first.ts";
import { documentFormat, documentResponse, seeOther } from "../../answers/document-response.ts";
import { formType, readOwnForm, requireOwnForm } from "../../answers/form/process-form.ts";
import { paging, tagged } from "../../openapi/about.ts";
import { requireKnownQuery } from "../../request/known-query.ts";
import { pageLinks, pageOf } from "../../request/paging.ts";
import { type BodyLimits, requireContentType } from "../../request/read-body.ts";
import { pageAt, principalOf, type Route, type RouteContext } from "../../route.ts";
import { keepForm } from "./vault.ts";

export type UploadRouteDeps = VaultDeps & Pick<DescribeDeps, "rights"> & { readonly settings: BodyLimits };

const path = "/uploads";
const others = {
  user: "whose they are, for who may see those of all",
  sort: "newest (as without it) or size, the largest first",
} as const;
const multipart = ["multipart/form-data"];

/** Lists the routes of the list of uploads, and of its forms. */
export function uploadRoutes(deps: UploadRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path,
      about: {
        summary: "List one's own uploads, or everybody's for admins",
        tag: "files",
        query: { ...paging, ...others },
        answers: tagged("UploadList", "One page of uploads, the newest or the largest first"),
      },
      handle(context) {
        requireKnownQuery(context, "uploads", { filters: ["user"], others: ["sort", "limit", "after"] });
        return uploadsResponse(deps, context);
      },
    },
    {
      method: "POST",
      path: `${path}/form`,
      about: {
        summary: "Upload a file, by the form of the page of uploads",
        tag: "pages",
        answers: { 303: { about: "Uploaded; Location is the page of uploads" } },
        problems: [409, 413, 415],
      },
      body: { mediaTypes: multipart, schema: v.looseObject({}) },
      async handle(context) {
        requireContentType(context.request, multipart);
        requireOwnForm(context);
        using _upload = context.hold("uploads");
        await keepForm(deps, context);
        return seeOther(`${context.baseUrl}${path}`, "uploaded");
      },
    },
    {
      method: "POST",
      path: `${path}/:fileId/remove-form`,
      about: {
        summary: "Remove an upload, by a button of the page of uploads",
        tag: "pages",
        answers: { 303: { about: "Removed; Location is the page of uploads" } },
        problems: [409, 413, 415],
      },
      body: { mediaTypes: [formType], schema: v.object({ confirmed: v.optional(v.string()) }) },
      handle: (context) => removeByForm(deps, context),
    },
  ];
}

async function removeByForm(deps: UploadRouteDeps, context: RouteContext): Promise<Response> {
  const form = await readOwnForm(deps, context);
  const id = context.param("fileId");
  const url = `${context.baseUrl}${path}`;
  if (!isConfirmed(form) && mayDo(principalOf(context), "upload")) {
    const upload = await readOwnUpload(deps, principalOf(context), id);
    const { file, jobs, holders } = upload;
    if (holders !== undefined) {
      context.noteRefusal(heldUpload(file, holders));
      return uploadsResponse(deps, pageAt(context, path), upload);
    }
    const known = `${sizeText(file.sizeBytes)}, uploaded ${timeText(new Date(file.createdAt).toISOString())}`;
    const used = jobs.length === 0 ? "No job uses it." : "The newest jobs that use it:";
    return askFirst(context, {
      title: "Remove the upload?",
      words: `${file.name} (${known}) is deleted. Jobs that have ended keep their results. ${used}`,
      concerned: jobs.map(({ id: jobId, processId, status, title = processId }) => ({
        title: `${title} ${shortId(jobId)}, ${status}`,
        href: `${jobUrl(context.baseUrl, jobId)}?f=html`,
      })),
      action: `${url}/${encodeURIComponent(id)}/remove-form`,
      back: `${url}?f=html`,
      yes: "Remove it",
      no: "Keep it",
    });
  }
  try {
    await dropVaultFile(deps, principalOf(context), { id, tokens: [] });
  } catch (error) {
    if (!(error instanceof HeldProblem)) throw error;
    context.noteRefusal(error);
    const upload = await readOwnUpload(deps, principalOf(context), id);
    return uploadsResponse(deps, pageAt(context, path), upload);
  }
  return seeOther(url, "upload-removed");
}

async function uploadsResponse(
  deps: UploadRouteDeps,
  context: RouteContext,
  notRemoved?: ListedUpload,
): Promise<Response> {
  const principal = principalOf(context);
  const { limit, after, before } = pageOf(context, 50);
  if (before !== undefined) {
    const detail = "Cannot list uploads: found before, wanted after, which next links have";
    throw new Problem("invalid-query-parameter-value", detail);
  }
  const sort = sortOf(context);
  const user = context.query("user") || undefined;
  const wanted = { limit, bySize: sort === "size", ...defined({ after, user }) };
  const { items, next } = await listUploads(deps, principal, wanted);
  const document: UploadListDocument = {
    uploads: items.map((item) => uploadDocument(item, context.baseUrl)),
    links: pageLinks(context, `${context.baseUrl}${path}`, { next }),
  };
  const refused = notRemoved === undefined ? undefined : uploadDocument(notRemoved, context.baseUrl);
  const page =
    documentFormat(context) === "html"
      ? uploadListPage({ ...(await viewOf(deps, context, principal, { user })), sort, ...defined({ user, refused }) })
      : undefined;
  return documentResponse(context, document, { title: "Uploads", ...defined({ page }) });
}

function sortOf(context: RouteContext): UploadListView["sort"] {
  const sort = context.query("sort") || "newest";
  if (sort === "newest" || sort === "size") return sort;
  const detail = `Cannot list uploads: found sort ${JSON.stringify(sort.slice(0, 80))}, wanted newest or size`;
  throw new Problem("invalid-query-parameter-value", detail);
}

function uploadDocument({ file, jobs, holders }: ListedUpload, baseUrl: string): UploadDocument {
  const useOf = (job: ListedUpload["jobs"][number]) => ({
    jobID: job.id,
    processID: job.processId,
    status: job.status,
    ...defined({ title: job.title }),
    href: jobUrl(baseUrl, job.id),
  });
  const kept = holders?.jobs.filter(({ keptAt }) => keptAt !== undefined) ?? [];
  const { id, name, mediaType, sizeBytes, sha256, user, createdAt, expiresAt } = file;
  return {
    id,
    href: `${vaultPrefix}${id}`,
    ...{ name, mediaType, sizeBytes, sha256, ...defined({ user }) },
    created: new Date(createdAt).toISOString(),
    expires: new Date(expiresAt).toISOString(),
    held: holders !== undefined,
    ...(holders?.isKept === true ? { keptBy: kept.map(useOf) } : {}),
    ...defined({ heldBy: holders?.jobs.map((job) => ({ ...useOf(job), kept: job.keptAt !== undefined })) }),
    jobs: jobs.map(useOf),
    links: [{ href: `${baseUrl}/vault/${id}`, rel: "enclosure", type: mediaType, title: name }],
  };
}

const mostTargets = 50;

async function viewOf(
  deps: UploadRouteDeps,
  { baseUrl }: RouteContext,
  principal: Principal,
  { user }: { readonly user: string | undefined },
): Promise<Omit<UploadListView, "sort">> {
  const { items } = mayDo(principal, "execute") ? await listProcesses(deps, principal, { limit: 200 }) : { items: [] };
  const targets = items
    .filter(({ id }) => isInScope(principal, id))
    .flatMap(({ id, description, fileInputs }) =>
      fileInputs.map((input) => {
        const { title = input } = description.inputs[input] ?? {};
        const formOf = (href: string) =>
          `${processUrl(baseUrl, id)}?f=html&inputs=${encodeURIComponent(JSON.stringify({ [input]: { href } }))}`;
        return { title: `${description.title ?? id}: ${title}`, formOf };
      }),
    );
  const now = deps.clock.now();
  // One that only its jobs read any more is no input of others, unless such a job is kept for good.
  const isUsable = ({ expires, keptBy }: UploadDocument) => keptBy !== undefined || Date.parse(expires) > now;
  const key = principal.user === undefined ? "" : ' -H "Authorization: Bearer $HEDDLE_KEY"';
  return {
    curl: `curl -F 'file=@FILE' ${baseUrl}/vault${key}`,
    command: `heddle upload FILE --url ${baseUrl}`,
    maxUploadBytes: deps.settings.maxUploadBytes,
    targets: targets.slice(0, mostTargets),
    mayRead: (upload) => isUsable(upload) && isOwnUpload(principal, defined({ user: upload.user })),
    mayName: (upload) => isUsable(upload) && mayNameUpload(principal, defined({ user: upload.user })),
    hasUsers: mayDo(principal, "read-all-jobs"),
    isNameless: principal.user === undefined && !mayDo(principal, "read-all-jobs"),
    sums: await sumUploads(deps, principal, defined({ user })),
  };
}
