import type { Result } from "../../../domain/values/values.ts";
import { type JobResults, knownOfFile, openResult, resultOf } from "../../../operations/results/read-results.ts";
import { shortId } from "../../../pages/shared/words.ts";
import { foreignBytes, jsonResponse, type RouteContext } from "../../route.ts";
import { documentResponse } from "../document-response.ts";
import { fileResponse } from "../send-file.ts";
import { directoryResponse } from "./directory-answer.ts";
import { bareValue, itemOf } from "./one-result.ts";
import { type AnswerDeps, documentContext, outputLocations } from "./results-context.ts";
import { type ResultsContext, resultMember, resultsDocument } from "./results-document.ts";
import { pageOfResults } from "./results-page.ts";

/** Answers with one result, or with one item of a list of results, bare. Throws `not-found` for an item that is not there. */
export async function answerResult(
  deps: AnswerDeps,
  context: RouteContext,
  request: JobResults &
    Pick<ResultsContext, "note"> & {
      readonly outputId: string;
      readonly item?: string;
      /** Files of a list are given by value; else they are linked. */
      readonly isInline?: boolean;
      /** It is shown to a person who asked for its page. */
      readonly isPage?: boolean;
    },
): Promise<Response> {
  const { description, outputId } = request;
  const result = request.item === undefined ? resultOf(request, outputId) : itemOf(request, outputId, request.item);
  const definition = description.outputs[outputId];
  if (request.isPage === true && result.kind !== "directory") return oneResultPage(deps, context, request, result);
  switch (result.kind) {
    case "file": {
      request.note?.("file");
      const file = await openResult(deps, result.reference);
      return fileResponse(context.request, { ...file, ...knownOfFile(result), name: result.basename });
    }
    case "link":
      request.note?.("link");
      return new Response(null, { status: 303, headers: { location: result.href } });
    case "directory":
      request.note?.("link");
      return directoryResponse(
        deps.layout,
        context,
        { directory: result, madeAt: request.job.finishedAt },
        outputLocations(deps, context.baseUrl),
      );
    case "record":
    case "list": {
      const asked = documentContext(deps, context, request, request.isInline === true);
      const document = await resultMember(result, definition, asked);
      return jsonResponse(document, { headers: foreignBytes });
    }
    case "value":
      return bareValue(context, result, definition);
    default:
      return result satisfies never;
  }
}

/** Answers with the page of one result: what can be looked at, and the link to it. */
async function oneResultPage(
  deps: AnswerDeps,
  context: RouteContext,
  request: JobResults & { readonly outputId: string },
  result: Result,
): Promise<Response> {
  const { job, outputId } = request;
  const asked = documentContext(deps, context, request, false);
  const chosen = { [outputId]: result };
  const view = { ...request, isOne: true };
  const page = await pageOfResults({ ...deps, locations: asked.locations }, context, view, chosen);
  const document = await resultsDocument(chosen, asked);
  return documentResponse(context, document, { title: `${outputId} of job ${shortId(job.id)}`, ...page });
}
