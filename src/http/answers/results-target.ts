import { defined } from "../../domain/defined.ts";
import type { Job } from "../../domain/job.ts";
import { type ShapeWish, shapeOf } from "../../domain/results-shape.ts";
import type { Result } from "../../domain/values.ts";
import {
  type JobResults,
  type ReadResultsDeps,
  resultsOfJob,
  resultsWithoutValues,
} from "../../operations/read-results.ts";
import { literalType } from "./results-document.ts";

/** What a link to the results of a job leads to: their media type, where there is one; undefined where it would lead to none. */
export type ResultsTarget = { readonly type?: string } | undefined;

/** Who follows a link says nothing of what it takes. */
const plainWish: ShapeWish = { isSync: false, acceptsJson: true, asksMultipart: false, asksDocument: false };

/** Tells what the results of a successful job are answered as, by the words of its request. */
export async function resultsTarget(deps: ReadResultsDeps, job: Job): Promise<ResultsTarget> {
  if (job.status !== "successful") return undefined;
  if (job.request.outputs !== undefined || job.request.response !== undefined) return targetOf(deps, job);
  return { type: "application/json" };
}

async function targetOf(deps: ReadResultsDeps, job: Job): Promise<ResultsTarget> {
  const found = await resultsWithoutValues(deps, job);
  const wanted = Object.keys(job.request.outputs ?? found.description.outputs);
  const shape = shapeOf(job.request, wanted, plainWish);
  switch (shape.kind) {
    case "nothing":
      return undefined;
    case "links":
      return {};
    case "multipart":
      return { type: "multipart/related" };
    case "document":
      return { type: "application/json" };
    case "bare":
      return bareTarget(deps, found, shape.outputId);
    default:
      return shape satisfies never;
  }
}

async function bareTarget(deps: ReadResultsDeps, found: JobResults, outputId: string): Promise<ResultsTarget> {
  const result = Object.hasOwn(found.results, outputId) ? found.results[outputId] : undefined;
  if (result === undefined) return undefined;
  // Whether one that is too long for a row is text is not known from there.
  if (result.kind !== "value" || result.keptAs === undefined) return typeOf(found, outputId, result);
  const whole = await resultsOfJob(deps, found.job);
  return typeOf(whole, outputId, whole.results[outputId] ?? result);
}

function typeOf({ description }: JobResults, outputId: string, result: Result): ResultsTarget {
  switch (result.kind) {
    case "file":
      return { type: result.mediaType };
    case "link":
      return defined({ type: result.mediaType });
    case "value":
      return { type: literalType(result, description.outputs[outputId]) };
    case "directory":
    case "record":
    case "list":
      return { type: "application/json" };
    default:
      return result satisfies never;
  }
}
