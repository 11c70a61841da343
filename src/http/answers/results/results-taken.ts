import type { JobRequest, OutputRequest } from "../../../domain/jobs/job.ts";
import { Problem } from "../../../domain/problem.ts";
import { mediaTypesOf } from "../../../domain/processes/described.ts";
import type { OutputDefinition } from "../../../domain/processes/process.ts";
import { directoryType, unknownMediaType } from "../../../domain/values/media-type.ts";
import { dialectOf, type ResultsShape, type ShapeWish, shapeOf } from "../../../domain/values/results-shape.ts";
import type { Result } from "../../../domain/values/values.ts";
import { type JobResults, resultOf } from "../../../operations/results/read-results.ts";
import type { CheckedJob } from "../../../operations/submit/submission.ts";
import type { RouteContext } from "../../route.ts";
import { preferredType, requireJson } from "../negotiate.ts";
import { directoryTypes } from "./directory-answer.ts";
import { isBase64Output, literalType } from "./results-document.ts";

/**
 * Refuses a synchronous execution whose results the client could not take, before it is run (OGC 18-062r3 7.11.2).
 * A 1.0 request says itself what it takes. Throws `not-acceptable`.
 */
export function requireAcceptable(context: RouteContext, { process, request, isSync }: CheckedJob): void {
  if (!isSync || dialectFor(context, request) === "1.0") return;
  const wanted = Object.keys(request.outputs ?? process.description.outputs);
  const accept = context.request.headers.get("accept");
  const shape = shapeOf(request, wanted, wishOf(context, true));
  if (shape.kind === "document") requireJson(accept);
  if (shape.kind !== "bare" || otherShape(accept, shape.outputId) !== undefined) return;
  const types = possibleTypes(request.outputs?.[shape.outputId], process.description.outputs[shape.outputId]);
  if (types.some((type) => type.includes("*") || type === unknownMediaType)) return;
  if (preferredType(accept, types) === undefined) throw notAccepted(accept, types);
}

/** Chooses what a 2.0 client is sent, of what it takes: its output bare, a document that leads to it, or parts. Throws `not-acceptable`. */
export function takenShape(context: RouteContext, request: JobResults, shape: ResultsShape): ResultsShape {
  const { job, description } = request;
  if (shape.kind !== "bare" || dialectFor(context, job.request) === "1.0" || isAbsent(request, shape.outputId))
    return shape;
  const accept = context.request.headers.get("accept");
  const result = resultOf(request, shape.outputId);
  // What another server has is its own to answer for.
  if (result.kind === "link") return shape;
  const types = sentTypes(result, description.outputs[shape.outputId]);
  if (preferredType(accept, types) !== undefined) return shape;
  const other = otherShape(accept, shape.outputId);
  if (other === undefined) throw notAccepted(accept, types);
  return other;
}

/** A value is JSON too when it is text; a file is of the type that was asked for, or one of those described. */
function possibleTypes(asked: OutputRequest | undefined, definition: OutputDefinition | undefined): readonly string[] {
  if (asked?.mediaType !== undefined) return [asked.mediaType];
  const described = mediaTypesOf(definition?.schema ?? {}).flatMap((type) =>
    type === directoryType ? directoryTypes : [type],
  );
  return described.includes("text/plain") ? [...described, "application/json"] : described;
}

/** What can be sent in the place of a bare output that the client does not take. */
function otherShape(accept: string | null, outputId: string): ResultsShape | undefined {
  if (preferredType(accept, ["application/json"]) !== undefined) return { kind: "document" };
  if (preferredType(accept, ["multipart/related", "multipart/mixed"]) === undefined) return undefined;
  return { kind: "multipart", parts: [{ outputId, isReference: false }] };
}

function sentTypes(
  result: Exclude<Result, { kind: "link" }>,
  definition: OutputDefinition | undefined,
): readonly string[] {
  switch (result.kind) {
    case "file":
      return [result.mediaType];
    case "directory":
      return directoryTypes;
    case "record":
    case "list":
      return ["application/json"];
    case "value": {
      const isText = typeof result.value === "string" && !isBase64Output(definition);
      return [literalType(result, definition), ...(isText ? ["application/json"] : [])];
    }
    default:
      return result satisfies never;
  }
}

function notAccepted(accept: string | null, types: readonly string[]): Problem {
  return new Problem("not-acceptable", `Cannot answer: found Accept "${accept}", wanted ${types.join(" or ")}`);
}

/** Names the multipart type that a client takes: related, unless only mixed parts are taken. */
export function multipartType(accept: string | null): "related" | "mixed" {
  const taken = preferredType(accept, ["multipart/related", "multipart/mixed"]);
  return taken === "multipart/mixed" ? "mixed" : "related";
}

/** Reads what the client of an answer would take. */
export function wishOf(context: RouteContext, isSync: boolean): ShapeWish {
  const accept = context.request.headers.get("accept");
  const profile = `${context.query("profile") ?? ""} ${accept ?? ""} ${context.request.headers.get("accept-profile") ?? ""} ${context.request.headers.get("prefer") ?? ""}`;
  return {
    isSync,
    acceptsJson: preferredType(accept, ["application/json"]) !== undefined,
    asksMultipart: /\bmultipart\/(related|mixed|\*)/i.test(accept ?? ""),
    asksDocument: /\bogc-results\b/.test(profile),
  };
}

/** Tells whose rules an answer follows: who names a profile of 2.0 is a client of it, whatever else its request says. */
export function dialectFor(context: RouteContext, request: JobRequest): "1.0" | "2.0" {
  return wishOf(context, true).asksDocument ? "2.0" : dialectOf(request);
}

/** Tells whether a job gave no value of an output that its process has. */
export function isAbsent({ description, results }: JobResults, outputId: string): boolean {
  return Object.hasOwn(description.outputs, outputId) && !Object.hasOwn(results, outputId);
}
