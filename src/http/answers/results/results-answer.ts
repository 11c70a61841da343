import type { Preferences } from "../../../domain/jobs/execution-mode.ts";
import { type Link, linkHeader, profileHeaders, profiles, resultUrl } from "../../../domain/links.ts";
import { Problem } from "../../../domain/problem.ts";
import { dialectOf, type ResultsShape, shapeOf } from "../../../domain/values/results-shape.ts";
import type { Result } from "../../../domain/values/values.ts";
import { chosenOf, type JobResults, openResult, resultOf } from "../../../operations/results/read-results.ts";
import { shortId } from "../../../pages/shared/words.ts";
import { foreignBytes, jsonResponse, type RouteContext } from "../../route.ts";
import { documentResponse } from "../document-response.ts";
import { failureDocument } from "../jobs/status-document.ts";
import { answerResult } from "./answer-result.ts";
import { referenceLink } from "./one-result.ts";
import { type AnswerDeps, documentContext, outputLocations } from "./results-context.ts";
import { resultMember, resultsDocument } from "./results-document.ts";
import { literalBytes, multipartResponse, type Part } from "./results-multipart.ts";
import { pageOfResults } from "./results-page.ts";
import { dialectFor, isAbsent, multipartType, takenShape, wishOf } from "./results-taken.ts";

export type AnswerRequest = JobResults & {
  readonly preferences: Preferences;
  /** The answer of the execution itself. */
  readonly isSync: boolean;
  /** Only these outputs (OGC 18-062r3 /req/core/job-results-param-outputs). */
  readonly only?: readonly string[];
};

/**
 * Answers with the results of a job in the shape that its request and its client call for (domain/values/results-shape.ts).
 * A failed job answers why. Throws `result-not-available` for a job that was asked for no outputs, `not-acceptable`.
 */
export async function answerResults(
  deps: AnswerDeps,
  context: RouteContext,
  request: AnswerRequest,
): Promise<Response> {
  const { job, description } = request;
  if (job.status === "failed") return failedResponse(request);
  const wanted = request.only ?? Object.keys(job.request.outputs ?? description.outputs);
  // A page shows results whatever their shape is to programs.
  const shape: ResultsShape =
    !request.isSync && context.query("f") === "html"
      ? { kind: "document" }
      : takenShape(context, request, shapeOf(job.request, wanted, wishOf(context, request.isSync)));
  const sent = new Set<"file" | "link">();
  const response = await answerShaped(deps, context, { ...request, note: (what) => sent.add(what) }, shape);
  const applied = appliedReturn(request.preferences.return, sent);
  if (applied !== undefined) response.headers.set("preference-applied", applied);
  return response;
}

/** A `return` was applied when nothing else was sent than it asks for. */
function appliedReturn(asked: Preferences["return"], sent: ReadonlySet<"file" | "link">): string | undefined {
  if (asked === undefined || sent.has(asked === "minimal" ? "file" : "link")) return undefined;
  return `return=${asked}`;
}

type NotedRequest = AnswerRequest & { readonly note: (sent: "file" | "link") => void };

async function answerShaped(
  deps: AnswerDeps,
  context: RouteContext,
  request: NotedRequest,
  shape: ResultsShape,
): Promise<Response> {
  const { job, results } = request;
  // An optional output may have no value: it is left out among others.
  const isGiven = (id: string) => Object.hasOwn(results, id);
  switch (shape.kind) {
    case "nothing":
      if (request.isSync) return new Response(null, { status: 204 });
      throw new Problem("result-not-available", `Cannot read results of job "${job.id}": its request named no outputs`);
    case "links": {
      request.note("link");
      const links = shape.outputIds.filter(isGiven).map((id) => linkOf(deps, context, request, id));
      return new Response(null, { status: 204, headers: links.length === 0 ? {} : { link: linkHeader(links) } });
    }
    case "bare":
      if (request.isSync && isAbsent(request, shape.outputId)) return new Response(null, { status: 204 });
      return answerResult(deps, context, {
        ...request,
        outputId: shape.outputId,
        isInline: isByValue(context, request),
      });
    case "multipart": {
      const given = shape.parts.filter((part) => isGiven(part.outputId));
      const parts = await Promise.all(given.map((part) => partOf(deps, context, request, part)));
      if (parts.length === 0 && request.isSync) return new Response(null, { status: 204 });
      const subtype = multipartType(context.request.headers.get("accept"));
      return multipartResponse(parts, `heddle-${job.id}`, subtype);
    }
    case "document":
      break;
    default:
      return shape satisfies never;
  }
  const chosen = chosenOf(request);
  const asked = documentContext(deps, context, request, isByValue(context, request));
  const document = await resultsDocument(chosen, asked);
  const profile = dialectFor(context, job.request) === "2.0" ? profileHeaders(profiles.results) : {};
  const headers = { ...foreignBytes, ...profile };
  // The job of a synchronous answer has run: what the client accepts was asked before.
  if (request.isSync) return jsonResponse(document, { headers });
  const view = { ...request, isWhole: request.only === undefined };
  const page = await pageOfResults({ ...deps, locations: asked.locations }, context, view, chosen);
  return documentResponse(context, document, { title: `Results of job ${shortId(job.id)}`, headers, ...page });
}

/** 1.0 knows values unless a reference is asked for. */
function isByValue(context: RouteContext, { job, preferences }: Pick<AnswerRequest, "job" | "preferences">): boolean {
  return preferences.return === "representation" || dialectFor(context, job.request) === "1.0";
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

/** Adds up what the files of a result hold, in bytes; links of the document stand for secondary files. */
export function sizeOf(result: Result): number {
  switch (result.kind) {
    case "file":
      return result.sizeBytes;
    case "list":
      return result.items.reduce((sum, item) => sum + sizeOf(item), 0);
    case "record":
      return Object.values(result.members).reduce((sum, item) => sum + sizeOf(item), 0);
    // Only ever linked.
    case "directory":
    case "value":
    case "link":
      return 0;
    default:
      return result satisfies never;
  }
}

function linkOf(deps: AnswerDeps, context: RouteContext, request: JobResults, outputId: string): Link {
  const url = resultUrl(context.baseUrl, request.job.id, outputId);
  const definition = request.description.outputs[outputId];
  const link = referenceLink(resultOf(request, outputId), definition, url, outputLocations(deps, context.baseUrl));
  return { ...link, title: outputId };
}

async function partOf(
  deps: AnswerDeps,
  context: RouteContext,
  request: NotedRequest,
  { outputId, isReference }: { readonly outputId: string; readonly isReference: boolean },
): Promise<Part> {
  const result = resultOf(request, outputId);
  const definition = request.description.outputs[outputId];
  if (isReference || result.kind === "link") {
    request.note("link");
    const link = linkOf(deps, context, request, outputId);
    return { outputId, mediaType: link.type ?? "application/json", content: { kind: "reference", url: link.href } };
  }
  if (result.kind === "file") {
    request.note("file");
    const file = await openResult(deps, result.reference);
    const bytes = file.slice(0, file.sizeBytes);
    return { outputId, mediaType: result.mediaType, content: { kind: "bytes", bytes } };
  }
  if (result.kind === "value") {
    const { bytes, mediaType } = literalBytes(result, definition);
    return { outputId, mediaType, content: { kind: "bytes", bytes } };
  }
  const asked = documentContext(deps, context, request, isByValue(context, request));
  const document = await resultMember(result, definition, asked);
  const bytes = new Blob([JSON.stringify(document)]);
  return { outputId, mediaType: "application/json", content: { kind: "bytes", bytes } };
}

/** Answers why a job failed (OGC 18-062r2 /req/core/job-results-failed). */
export function failedResponse({ job }: Pick<JobResults, "job">): Response {
  const document = { ...failureDocument(job), jobID: job.id };
  const headers = { "content-type": "application/problem+json", ...foreignBytes };
  return new Response(JSON.stringify(document), { status: 500, headers });
}
