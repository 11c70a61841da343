import { defined } from "../../../domain/defined.ts";
import type { Job } from "../../../domain/jobs/job.ts";
import type { ProcessDescription } from "../../../domain/processes/process.ts";
import { type ResultsShape, type ShapeWish, shapeOf } from "../../../domain/values/results-shape.ts";
import type { Result, Results } from "../../../domain/values/values.ts";
import {
  descriptionOf,
  type ReadResultsDeps,
  resultsOfJob,
  resultsWithoutValues,
  shortResultsOfJobs,
} from "../../../operations/results/read-results.ts";
import { literalType } from "./results-document.ts";

/** What a link to the results of a job leads to: their media type, where there is one; undefined where it would lead to none. */
export type ResultsTarget = { readonly type?: string } | undefined;

/** Who follows a link says nothing of what it takes. */
const plainWish: ShapeWish = { isSync: false, acceptsJson: true, asksMultipart: false, asksDocument: false };

/** Tells what the results of a successful job are answered as, by the words of its request. */
export async function resultsTarget(deps: ReadResultsDeps, job: Job): Promise<ResultsTarget> {
  const shape = await targetShape(deps, job);
  return shape === undefined ? undefined : targetOf(deps, job, shape);
}

/** Tells the same of the jobs of a list, by their ids: what must be read for it is read at once. */
export async function resultsTargets(
  deps: ReadResultsDeps,
  jobs: readonly Job[],
): Promise<ReadonlyMap<string, ResultsTarget>> {
  const shaped = await Promise.all(jobs.map(async (job) => ({ job, shape: await targetShape(deps, job) })));
  const bare = shaped.filter(({ shape }) => shape?.kind === "bare").map(({ job }) => job.id);
  const known = await shortResultsOfJobs(deps, bare);
  return new Map(
    await Promise.all(
      shaped.map(async ({ job, shape }): Promise<readonly [string, ResultsTarget]> => {
        return [job.id, shape && (await targetOf(deps, job, shape, known.get(job.id)))];
      }),
    ),
  );
}

/** The shape of results that a job has; most requests ask for none by name, and get the document. */
async function targetShape(deps: ReadResultsDeps, job: Job): Promise<ResultsShape | undefined> {
  if (job.status !== "successful") return undefined;
  const { outputs, response } = job.request;
  if (outputs === undefined && response === undefined) return { kind: "document" };
  return shapeOf(job.request, Object.keys(outputs ?? (await descriptionOf(deps, job)).outputs), plainWish);
}

async function targetOf(deps: ReadResultsDeps, job: Job, shape: ResultsShape, known?: Results): Promise<ResultsTarget> {
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
      return bareTarget(deps, job, shape.outputId, known);
    default:
      return shape satisfies never;
  }
}

async function bareTarget(
  deps: ReadResultsDeps,
  job: Job,
  outputId: string,
  known: Results | undefined,
): Promise<ResultsTarget> {
  // Of what is known of a list, long ones are left out.
  const isKnown = known !== undefined && Object.hasOwn(known, outputId);
  const results = isKnown ? known : await resultsWithoutValues(deps, job.id);
  const result = Object.hasOwn(results, outputId) ? results[outputId] : undefined;
  if (result === undefined) return undefined;
  const description = await descriptionOf(deps, job);
  // Whether one that is too long for a row is text is not known from there.
  if (result.kind !== "value" || result.keptAs === undefined) return typeOf(description, outputId, result);
  const whole = await resultsOfJob(deps, job);
  return typeOf(description, outputId, whole.results[outputId] ?? result);
}

function typeOf(description: ProcessDescription, outputId: string, result: Result): ResultsTarget {
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
