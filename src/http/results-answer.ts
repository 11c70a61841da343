import type { Preferences } from "../domain/execution-mode.ts";
import { type Link, linkHeader, profiles, relations, resultUrl } from "../domain/links.ts";
import { Problem } from "../domain/problem.ts";
import type { OutputDefinition } from "../domain/process.ts";
import { absoluteReference, type OutputLocations } from "../domain/results.ts";
import { dialectOf, type ShapeWish, shapeOf } from "../domain/results-shape.ts";
import type { PlainValue, Result, Results } from "../domain/values.ts";
import { type JobResults, openResult, resultOf } from "../operations/read-results.ts";
import type { CheckedJob } from "../operations/submission.ts";
import { documentResponse } from "./document-response.ts";
import { preferredType, requireJson } from "./negotiate.ts";
import { isBase64Output, type ResultsContext, resultMember, resultsDocument } from "./results-document.ts";
import { literalBytes, multipartResponse, type Part } from "./results-multipart.ts";
import { foreignBytes, jsonResponse, type RouteContext } from "./route.ts";
import { fileResponse } from "./send-file.ts";
import { failureDocument } from "./status-document.ts";

export type AnswerDeps = Parameters<typeof openResult>[0] & {
  readonly settings: {
    /** Larger files are linked even when their value was asked for. */
    readonly maxInlineBytes: number;
    /** The path that serves published outputs. */
    readonly outputsPath: string;
    /** The URL that serves them; below the address of the service when absent. */
    readonly outputsUrl?: string;
  };
};

export type AnswerRequest = JobResults & {
  readonly preferences: Preferences;
  /** The answer of the execution itself. */
  readonly isSync: boolean;
  /** Only these outputs (OGC 18-062r3 /req/core/job-results-param-outputs). */
  readonly only?: readonly string[];
};

/** Gives where the outputs are found by a client that called `baseUrl`. */
export function outputLocations(deps: Pick<AnswerDeps, "settings">, baseUrl: string): OutputLocations {
  const { outputsPath, outputsUrl } = deps.settings;
  return { outputsPath, outputsUrl: outputsUrl ?? `${baseUrl}${outputsPath}` };
}

/**
 * Answers with the results of a job in the shape that its request and its client call for (domain/results-shape.ts).
 * A failed job answers why. Throws `result-not-available` for a job that was asked for no outputs, `not-acceptable`.
 */
export async function answerResults(
  deps: AnswerDeps,
  context: RouteContext,
  request: AnswerRequest,
): Promise<Response> {
  const { job, description, results } = request;
  if (job.status === "failed") return failedResponse(request);
  const wanted = request.only ?? Object.keys(job.request.outputs ?? description.outputs);
  const shape = shapeOf(job.request, wanted, wishOf(context, request.isSync));
  // An optional output may have no value: it is left out among others.
  const isGiven = (id: string) => Object.hasOwn(results, id);
  switch (shape.kind) {
    case "nothing":
      if (request.isSync) return new Response(null, { status: 204 });
      throw new Problem("result-not-available", `Cannot read results of job "${job.id}": it was asked for no outputs`);
    case "links": {
      const links = shape.outputIds.filter(isGiven).map((id) => linkOf(deps, context, request, id));
      return new Response(null, { status: 204, headers: { link: linkHeader(links) } });
    }
    case "bare":
      return answerResult(deps, context, { ...request, outputId: shape.outputId });
    case "multipart": {
      const given = shape.parts.filter((part) => isGiven(part.outputId));
      const parts = await Promise.all(given.map((part) => partOf(deps, context, request, part)));
      return multipartResponse(parts, `heddle-${job.id}`);
    }
    case "document":
      break;
    default:
      return shape satisfies never;
  }
  const isInline = request.preferences.return === "representation" || dialectOf(job.request) === "1.0";
  const document = await resultsDocument(chosenOf(request), documentContext(deps, context, request, isInline));
  const profile = dialectOf(job.request) === "2.0" ? { link: `<${profiles.results}>; rel="profile"` } : {};
  const headers = { ...foreignBytes, ...profile };
  // The job of a synchronous answer has run: what the client accepts was asked before.
  if (request.isSync) return jsonResponse(document, { headers });
  return documentResponse(context, document, { title: `Results of job ${job.id}`, headers });
}

/**
 * Refuses a synchronous execution whose results the client could not take, before it is run (OGC 18-062r3 7.11.2).
 * A 1.0 request says itself what it takes. Throws `not-acceptable`.
 */
export function requireAcceptable(context: RouteContext, { process, request, isSync }: CheckedJob): void {
  if (!isSync || dialectOf(request) === "1.0") return;
  const wanted = Object.keys(request.outputs ?? process.description.outputs);
  if (shapeOf(request, wanted, wishOf(context, true)).kind === "document")
    requireJson(context.request.headers.get("accept"));
}

function chosenOf({ job, description, results, only }: JobResults & Pick<AnswerRequest, "only">): Results {
  const wanted = only ?? Object.keys(job.request.outputs ?? description.outputs);
  return Object.fromEntries(
    wanted.flatMap((id) => (Object.hasOwn(results, id) && results[id] !== undefined ? [[id, results[id]]] : [])),
  );
}

/**
 * Makes the results document that subscribers of a job are sent: as `GET results` answers its client, but with all files
 * as links when they are too large together, since it is held in memory.
 */
export async function sentResults(
  deps: AnswerDeps,
  request: JobResults,
  baseUrl: string,
): Promise<Readonly<Record<string, unknown>>> {
  const chosen = chosenOf(request);
  const isInline = dialectOf(request.job.request) === "1.0";
  const { maxInlineBytes } = deps.settings;
  const sizeBytes = Object.values(chosen).reduce((sum, result) => sum + sizeOf(result), 0);
  const context = documentContext(deps, { baseUrl }, request, isInline);
  return resultsDocument(chosen, { ...context, maxInlineBytes: sizeBytes > maxInlineBytes ? 0 : maxInlineBytes });
}

/** What the files of a result hold; links of the document stand for secondary files. */
function sizeOf(result: Result): number {
  switch (result.kind) {
    case "file":
      return result.sizeBytes;
    case "list":
      return result.items.reduce((sum, item) => sum + sizeOf(item), 0);
    case "value":
    case "link":
      return 0;
    default:
      return result satisfies never;
  }
}

function wishOf(context: RouteContext, isSync: boolean): ShapeWish {
  const accept = context.request.headers.get("accept");
  const profile = `${context.query("profile") ?? ""} ${accept ?? ""} ${context.request.headers.get("accept-profile") ?? ""} ${context.request.headers.get("prefer") ?? ""}`;
  return {
    isSync,
    acceptsJson: preferredType(accept, ["application/json"]) !== undefined,
    asksMultipart: /\bmultipart\/(related|mixed|\*)/i.test(accept ?? ""),
    asksDocument: /\bogc-results\b/.test(profile),
  };
}

function linkOf(deps: AnswerDeps, context: RouteContext, request: JobResults, outputId: string): Link {
  const url = resultUrl(context.baseUrl, request.job.id, outputId);
  const link = referenceLink(resultOf(request, outputId), url, outputLocations(deps, context.baseUrl));
  return { ...link, title: outputId };
}

async function partOf(
  deps: AnswerDeps,
  context: RouteContext,
  request: JobResults,
  { outputId, isReference }: { readonly outputId: string; readonly isReference: boolean },
): Promise<Part> {
  const result = resultOf(request, outputId);
  const definition = request.description.outputs[outputId];
  if (isReference || result.kind === "link") {
    const link = linkOf(deps, context, request, outputId);
    return { outputId, mediaType: link.type ?? "application/json", content: { kind: "reference", url: link.href } };
  }
  if (result.kind === "file") {
    const file = await openResult(deps, result.reference);
    const bytes = file.slice(0, file.sizeBytes);
    return { outputId, mediaType: result.mediaType, content: { kind: "bytes", bytes } };
  }
  if (result.kind === "value") {
    const { bytes, mediaType } = literalBytes(result, definition);
    return { outputId, mediaType, content: { kind: "bytes", bytes } };
  }
  const document = await resultMember(result, definition, documentContext(deps, context, request, false));
  const bytes = new Blob([JSON.stringify(document)]);
  return { outputId, mediaType: "application/json", content: { kind: "bytes", bytes } };
}

function documentContext(
  deps: AnswerDeps,
  { baseUrl }: Pick<RouteContext, "baseUrl">,
  { job, description }: JobResults,
  isInline: boolean,
): ResultsContext {
  return { job, description, isInline, ...documentSource(deps, baseUrl) };
}

/** Gives what documents of results are written from, for a client that called `baseUrl`. */
export function documentSource(
  deps: AnswerDeps,
  baseUrl: string,
): Omit<ResultsContext, "job" | "description" | "isInline"> {
  return {
    baseUrl,
    locations: outputLocations(deps, baseUrl),
    maxInlineBytes: deps.settings.maxInlineBytes,
    read: async (reference) => {
      const file = await openResult(deps, reference);
      return file.slice(0, file.sizeBytes).bytes();
    },
  };
}

/** Answers why a job failed (OGC 18-062r2 /req/core/job-results-failed). */
export function failedResponse({ job }: Pick<JobResults, "job">): Response {
  const document = failureDocument(job);
  const headers = { "content-type": "application/problem+json", ...foreignBytes };
  return new Response(JSON.stringify(document), { status: 500, headers });
}

/** Answers with one result, or with one item of a list of results, bare. Throws `not-found` for an item that is not there. */
export async function answerResult(
  deps: AnswerDeps,
  context: RouteContext,
  request: JobResults & { readonly outputId: string; readonly item?: string },
): Promise<Response> {
  const { description, outputId } = request;
  const result = request.item === undefined ? resultOf(request, outputId) : itemOf(request, outputId, request.item);
  const definition = description.outputs[outputId];
  switch (result.kind) {
    case "file": {
      const file = await openResult(deps, result.reference);
      return fileResponse(context.request, { ...file, name: result.basename, mediaType: result.mediaType });
    }
    case "link":
      return new Response(null, { status: 303, headers: { location: result.href } });
    case "list": {
      const document = await resultMember(result, definition, documentContext(deps, context, request, false));
      return jsonResponse(document, { headers: foreignBytes });
    }
    case "value":
      return bareValue(context, result, definition);
    default:
      return result satisfies never;
  }
}

/** Finds an item of a multi-valued output by its number, from 0. */
function itemOf(request: JobResults, outputId: string, item: string): Result {
  const whole = resultOf(request, outputId);
  const items: readonly Result[] =
    whole.kind === "list"
      ? whole.items
      : whole.kind === "value" && Array.isArray(whole.value)
        ? whole.value.map((value): Result => ({ kind: "value", value }))
        : [];
  const found = /^\d{1,9}$/.test(item) ? items[Number(item)] : undefined;
  if (found !== undefined) return found;
  const wanted = items.length === 0 ? "an output with several values" : `a number from 0 to ${items.length - 1}`;
  throw new Problem(
    "not-found",
    `Cannot read results of job "${request.job.id}": found item "${item}" of output "${outputId}", wanted ${wanted}`,
  );
}

function referenceLink(result: Result, url: string, locations: OutputLocations): Link {
  const rel = relations.results;
  switch (result.kind) {
    case "file":
      return { href: absoluteReference(result.reference, locations), rel, type: result.mediaType };
    case "link":
      return { href: result.href, rel, ...(result.mediaType === undefined ? {} : { type: result.mediaType }) };
    case "value":
    case "list":
      return { href: url, rel };
    default:
      return result satisfies never;
  }
}

function bareValue(context: RouteContext, result: PlainValue, definition: OutputDefinition | undefined): Response {
  const { bytes, mediaType } = literalBytes(result, definition);
  // A client that prefers JSON gets text as a JSON string.
  const isText = typeof result.value === "string" && !isBase64Output(definition);
  const accept = context.request.headers.get("accept");
  if (isText && preferredType(accept, [mediaType, "application/json"]) === "application/json") {
    return jsonResponse(result.value, { headers: foreignBytes });
  }
  const type = /^text\/[^;]*$/.test(mediaType) ? `${mediaType}; charset=utf-8` : mediaType;
  return new Response(bytes, { headers: { "content-type": type, ...foreignBytes } });
}
