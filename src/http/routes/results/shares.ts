import { defined } from "../../../domain/defined.ts";
import type { Logger } from "../../../domain/logger.ts";
import { Problem } from "../../../domain/problem.ts";
import type { OutputLocations } from "../../../domain/values/results.ts";
import {
  noShare,
  readShare,
  readShared,
  ShareBodySchema,
  type ShareDeps,
  type Shared,
  shareResults,
  takeShareBack,
} from "../../../operations/results/share-results.ts";
import { sharedResultsPage } from "../../../pages/results/shared-results.tsx";
import type { Page } from "../../../pages/shared/page.ts";
import { documentFormat, documentResponse } from "../../answers/document-response.ts";
import { problemResponse } from "../../answers/problem-response.ts";
import { directoryResponse } from "../../answers/results/directory-answer.ts";
import { resultViews } from "../../answers/results/result-views.ts";
import { type AnswerDeps, documentSource } from "../../answers/results/results-context.ts";
import { resultsDocument } from "../../answers/results/results-document.ts";
import { zipOfResults } from "../../answers/results/results-zip.ts";
import { fileResponse } from "../../answers/send-file.ts";
import type { BodyLimits } from "../../request/read-body.ts";
import { foreignBytes, jsonResponse, principalOf, type Route, type RouteContext } from "../../route.ts";
import { readBody } from "../jobs/job-actions.ts";
import { segmentsOf } from "./outputs.ts";

export type ShareRouteDeps = ShareDeps & AnswerDeps & { readonly settings: BodyLimits; readonly logger: Logger };

const sharePath = "/s";
/** The token stands in the address: no other server is told it. */
const quiet = { "referrer-policy": "no-referrer" } as const;

/** Lists the routes that share the results of a job, and those that are shared. */
export function shareRoutes(deps: ShareRouteDeps): readonly Route[] {
  const path = "/jobs/:jobId/share";
  const json = { content: { mediaType: "application/json" } };
  return [
    {
      method: "POST",
      path,
      about: {
        summary: "Share the results of a job with who has no key",
        tag: "jobs",
        answers: { 201: { about: "Where the results are found, and until when", ...json } },
        problems: [409, 410, 413, 415],
      },
      body: { mediaTypes: ["application/json"], schema: ShareBodySchema },
      async handle(context) {
        const wish = await readBody(deps, context, { schema: ShareBodySchema, action: "share results", absent: {} });
        const share = await shareResults(deps, principalOf(context), context.param("jobId"), wish);
        const href = sharedAddress(context.baseUrl, share.token);
        const headers = { location: href, "cache-control": "no-store" };
        return jsonResponse({ href, ...shareDocument(share) }, { status: 201, headers });
      },
    },
    {
      method: "GET",
      path,
      about: {
        summary: "Whether and until when a job is shared",
        tag: "jobs",
        answers: { 200: { about: "The share; its address was told once", ...json } },
        problems: [410],
      },
      handle: async (context) =>
        jsonResponse(shareDocument(await readShare(deps, principalOf(context), context.param("jobId")))),
    },
    {
      method: "DELETE",
      path,
      about: {
        summary: "Take the share of a job back",
        tag: "jobs",
        answers: { 204: { about: "It leads to nothing any more" } },
        problems: [410],
      },
      async handle(context) {
        await takeShareBack(deps, principalOf(context), context.param("jobId"));
        return new Response(null, { status: 204 });
      },
    },
    sharedRoute(deps),
  ];
}

/** Returns the address of what is shared with a token. */
export function sharedAddress(baseUrl: string, token: string): string {
  return `${baseUrl}${sharePath}/${token}/`;
}

/** Builds what the API tells of a share: the outputs only where it opens some. */
function shareDocument({ jobId, createdAt, expiresAt, outputs }: Awaited<ReturnType<typeof readShare>>) {
  return {
    jobID: jobId,
    created: new Date(createdAt).toISOString(),
    expires: new Date(expiresAt).toISOString(),
    ...defined({ outputs }),
  };
}

function sharedRoute(deps: ShareRouteDeps): Route {
  return {
    method: "GET",
    path: `${sharePath}/*`,
    access: "public",
    about: {
      summary: "The results of a shared job, and its files",
      tag: "files",
      answers: {
        200: { about: "The results, or the bytes of a file", content: { mediaType: "*/*" } },
        206: { about: "A part of them", content: { mediaType: "*/*" } },
        304: { about: "Not changed" },
        308: { about: "The address of a directory ends with a slash" },
      },
      problems: [416],
    },
    async handle(context) {
      const response = await answerShared(deps, context);
      for (const [name, value] of Object.entries(quiet)) response.headers.set(name, value);
      return response;
    },
    refuse(error, request) {
      const response = problemResponse(error, { accept: request.headers.get("accept"), basePath: "" }, deps.logger);
      for (const [name, value] of Object.entries(quiet)) response.headers.set(name, value);
      return response;
    },
  };
}

async function answerShared(deps: ShareRouteDeps, context: RouteContext): Promise<Response> {
  const [token = "", ...rest] = new URL(context.request.url).pathname.slice(sharePath.length + 1).split("/");
  const shared = await readShared(deps, token);
  try {
    return await answerBelow(deps, context, shared, [token, ...rest]);
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== "not-found" || shared.share.outputs === undefined) throw error;
    // Nobody learns by the words which other results there are.
    throw noShare();
  }
}

async function answerBelow(
  deps: ShareRouteDeps,
  context: RouteContext,
  shared: Shared,
  [token = "", ...rest]: readonly string[],
): Promise<Response> {
  const { search } = new URL(context.request.url);
  const outputsPath = `${sharePath}/${token}`;
  const locations = { outputsPath, outputsUrl: `${context.baseUrl}${outputsPath}` };
  const segments = segmentsOf(rest.join("/"));
  if (rest.length === 0)
    return new Response(null, { status: 308, headers: { location: `${locations.outputsUrl}/${search}` } });
  if (rest.length === 1 && rest[0] === "") return await answerResults(deps, context, shared, locations);
  if (segments.at(-1) === "") {
    const found = await shared.directory(segments.slice(0, -1));
    if (found !== undefined)
      return directoryResponse(deps.layout, context, { directory: found, madeAt: shared.job.finishedAt }, locations);
  }
  try {
    return await fileResponse(context.request, await shared.open(segments));
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== "not-found") throw error;
    if ((await shared.directory(segments)) === undefined) throw error;
    const own = `${locations.outputsUrl}/${segments.map(encodeURIComponent).join("/")}/`;
    return new Response(null, { status: 308, headers: { location: `${own}${search}` } });
  }
}

async function answerResults(
  deps: ShareRouteDeps,
  context: RouteContext,
  shared: Shared,
  locations: OutputLocations,
): Promise<Response> {
  const { job, description, results } = shared;
  if (context.query("f") === "zip") return zipOfResults(deps.layout, context, shared, results);
  // What was to be linked is not found without a key: it is given by value.
  const { outputs: _, ...request } = job.request;
  const source = { ...documentSource(deps, context.baseUrl), locations, isInline: false };
  const document = await resultsDocument(results, { job: { ...job, request }, description, ...source });
  const title = job.request.title ?? description.title ?? description.id;
  return documentResponse(context, document, {
    title,
    headers: foreignBytes,
    ...(await pageOfShared(deps, context, shared, locations)),
  });
}

/** Makes the page for a person, of what the token opens alone; nothing for any other client, which no file is read for. */
async function pageOfShared(
  deps: ShareRouteDeps,
  context: RouteContext,
  shared: Shared,
  locations: OutputLocations,
): Promise<{ readonly page?: Page<object> }> {
  if (documentFormat(context) !== "html") return {};
  const { job, share, description, results, resultCount } = shared;
  const view = {
    jobId: job.id,
    resultCount,
    operator: context.service ?? {},
    inputs: await shared.inputs(),
    processId: description.id,
    version: description.version,
    created: new Date(job.createdAt).toISOString(),
    expires: new Date(share.expiresAt).toISOString(),
    ...defined({ sharedBy: share.user }),
    results: await resultViews(deps, { job, description }, results, { baseUrl: context.baseUrl, locations, shared }),
  };
  return { page: sharedResultsPage(view, { outputsUrl: locations.outputsUrl }) };
}
