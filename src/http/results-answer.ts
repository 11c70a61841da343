import type { Preferences } from "../domain/execution-mode.ts";
import { type Link, linkHeader, relations, resultsProfile, resultUrl } from "../domain/links.ts";
import type { OutputDefinition } from "../domain/process.ts";
import { absoluteReference, type OutputLocations } from "../domain/results.ts";
import type { PlainValue, Result } from "../domain/values.ts";
import { type JobResults, openResult, resultOf } from "../operations/read-results.ts";
import { preferredType, requireJson } from "./negotiate.ts";
import { isBase64Output, type ResultsContext, resultMember, resultsDocument } from "./results-document.ts";
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
  /** The answer of the execution itself: one output without `response` is bare then (OGC 18-062r3). */
  readonly isSync: boolean;
};

/** Gives where the outputs are found by a client that called `baseUrl`. */
export function outputLocations(deps: Pick<AnswerDeps, "settings">, baseUrl: string): OutputLocations {
  const { outputsPath, outputsUrl } = deps.settings;
  return { outputsPath, outputsUrl: outputsUrl ?? `${baseUrl}${outputsPath}` };
}

/**
 * Answers with the results of a job: nothing when none was asked for, one bare value for `raw`, else the document
 * (OGC 18-062r2 table 11; 18-062r3 /req/core/process-execute-sync-one and -many-json). A failed job answers why.
 */
export async function answerResults(
  deps: AnswerDeps,
  context: RouteContext,
  request: AnswerRequest,
): Promise<Response> {
  const { job, description, results } = request;
  if (job.status === "failed") return failedResponse(request);
  const wanted = Object.keys(job.request.outputs ?? description.outputs);
  if (wanted.length === 0 && request.isSync) return new Response(null, { status: 204 });
  const [only] = wanted;
  const isRaw = job.request.response === "raw" || (job.request.response === undefined && request.isSync);
  if (isRaw && wanted.length === 1 && only !== undefined) {
    return answerResult(deps, context, { ...request, outputId: only, isDirect: false });
  }
  // The job of a synchronous answer has run: what the client accepts cannot undo it.
  if (!request.isSync) requireJson(context.request.headers.get("accept"));
  const isInline = request.preferences.return === "representation";
  const document = await resultsDocument(results, documentContext(deps, context, request, isInline));
  return jsonResponse(document, { headers: { ...foreignBytes, link: `<${resultsProfile}>; rel="profile"` } });
}

function documentContext(
  deps: AnswerDeps,
  { baseUrl }: RouteContext,
  { job, description }: JobResults,
  isInline: boolean,
): ResultsContext {
  return {
    job,
    description,
    baseUrl,
    locations: outputLocations(deps, baseUrl),
    isInline,
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

/** Answers with one result, bare. `isDirect`: the client named this very result, so a link to it is no answer. */
export async function answerResult(
  deps: AnswerDeps,
  context: RouteContext,
  request: JobResults & { readonly outputId: string; readonly isDirect: boolean },
): Promise<Response> {
  const { job, description, outputId } = request;
  const result = resultOf(request, outputId);
  const isByReference = job.request.outputs?.[outputId]?.transmissionMode === "reference";
  if (isByReference && !request.isDirect) {
    const link = referenceLink(
      result,
      resultUrl(context.baseUrl, job.id, outputId),
      outputLocations(deps, context.baseUrl),
    );
    const headers = { link: linkHeader([{ ...link, title: outputId }]) };
    return new Response(null, { status: 204, headers });
  }
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

function bareValue(
  context: RouteContext,
  { value, mediaType: own }: PlainValue,
  definition: OutputDefinition | undefined,
): Response {
  const declared = definition?.schema.contentMediaType;
  const mediaType = own ?? (typeof declared === "string" ? declared : undefined);
  if (typeof value !== "string") {
    return jsonResponse(value, { headers: { "content-type": mediaType ?? "application/json", ...foreignBytes } });
  }
  if (isBase64Output(definition)) {
    const headers = { "content-type": mediaType ?? "application/octet-stream", ...foreignBytes };
    return new Response(Buffer.from(value, "base64"), { headers });
  }
  const type = mediaType ?? "text/plain";
  // A client that prefers JSON gets the text as a JSON string.
  if (preferredType(context.request.headers.get("accept"), [type, "application/json"]) === "application/json") {
    return jsonResponse(value, { headers: foreignBytes });
  }
  const headers = { "content-type": type.startsWith("text/") ? `${type}; charset=utf-8` : type, ...foreignBytes };
  return new Response(value, { headers });
}
