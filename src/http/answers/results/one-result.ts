import { defined } from "../../../domain/defined.ts";
import { type Link, relations } from "../../../domain/links.ts";
import { Problem } from "../../../domain/problem.ts";
import type { OutputDefinition } from "../../../domain/processes/process.ts";
import { directoryType } from "../../../domain/values/media-type.ts";
import { absoluteReference, type OutputLocations } from "../../../domain/values/results.ts";
import type { PlainValue, Result } from "../../../domain/values/values.ts";
import { type JobResults, resultOf } from "../../../operations/results/read-results.ts";
import { foreignBytes, jsonResponse, type RouteContext } from "../../route.ts";
import { preferredType } from "../negotiate.ts";
import { isBase64Output, literalType } from "./results-document.ts";
import { literalBytes } from "./results-multipart.ts";

/** Finds an item of a multi-valued output by its number, from 0, or a member of a record by its name; a single value is its own first. */
export function itemOf(request: JobResults, outputId: string, item: string): Result {
  const whole = resultOf(request, outputId);
  if (whole.kind === "record" && Object.hasOwn(whole.members, item) && whole.members[item] !== undefined) {
    return whole.members[item];
  }
  const items: readonly Result[] =
    whole.kind === "list"
      ? whole.items
      : whole.kind === "value" && Array.isArray(whole.value)
        ? whole.value.map((value): Result => ({ kind: "value", value }))
        : [whole];
  const found = /^\d{1,9}$/.test(item) ? items[Number(item)] : undefined;
  if (found !== undefined) return found;
  const wanted = items.length === 0 ? "an output with values" : `a number from 0 to ${items.length - 1}`;
  throw new Problem(
    "not-found",
    `Cannot read results of job "${request.job.id}": found item "${item}" of output "${outputId}", wanted ${wanted}`,
  );
}

/** Builds the link to a result: to its file, or to where it is sent by itself, under `url`. */
export function referenceLink(
  result: Result,
  definition: OutputDefinition | undefined,
  url: string,
  locations: OutputLocations,
): Link {
  const rel = relations.results;
  switch (result.kind) {
    case "file":
      return { href: absoluteReference(result.reference, locations), rel, type: result.mediaType };
    case "link":
      return { href: result.href, rel, ...defined({ type: result.mediaType }) };
    case "value":
      return { href: url, rel, type: literalType(result, definition) };
    case "directory":
      return { href: absoluteReference(result.reference, locations), rel, type: directoryType };
    case "list":
    case "record":
      return { href: url, rel, type: "application/json" };
    default:
      return result satisfies never;
  }
}

/** Answers with a literal by itself. */
export function bareValue(
  context: RouteContext,
  result: PlainValue,
  definition: OutputDefinition | undefined,
): Response {
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
