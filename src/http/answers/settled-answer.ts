import type { Job } from "../../domain/jobs/job.ts";
import { type AnsweredDeps, settleAnswered, showJob } from "../../operations/jobs/hidden-jobs.ts";
import { type ReadResultsDeps, resultsOfJob } from "../../operations/results/read-results.ts";
import type { Submitted } from "../../operations/submit/submit-job.ts";
import type { RouteContext } from "../route.ts";
import { sizeOf } from "./results/results-answer.ts";

export type SettledDeps = AnsweredDeps & ReadResultsDeps & { readonly settings: { readonly maxInlineBytes: number } };

/**
 * Answers with what a run gave. One that is no job to its clients is removed with the answer, unless the answer leads to its
 * results or is asked for again by its key; when it cannot be answered it becomes a job, so that nothing is lost.
 */
export async function settledAnswer(
  deps: SettledDeps,
  context: Pick<RouteContext, "request">,
  { job, results: known }: Pick<Submitted, "job" | "results">,
  answer: () => Promise<Response>,
): Promise<Response> {
  if (job.hidden === undefined) return answer();
  try {
    const response = await answer();
    const { results } = await resultsOfJob(deps, job, known);
    const sizeBytes = Object.values(results).reduce((sum, result) => sum + sizeOf(result), 0);
    // Files that are too large to be held are sent while they are read.
    const isHeld = sizeBytes <= deps.settings.maxInlineBytes;
    const body = isHeld && response.body !== null ? Buffer.from(await response.arrayBuffer()) : undefined;
    const isKept = !isHeld || context.request.headers.has("idempotency-key") || leadsToResults(job, response, body);
    await settleAnswered(deps, job, isKept);
    return body === undefined ? response : new Response(body, response);
  } catch (error) {
    await showJob(deps, job);
    throw error;
  }
}

/** Looks at what was written, whichever edge wrote it: an address of a result has the id of its job or execution in its path. */
function leadsToResults({ id, executionId }: Job, { headers }: Response, body: Buffer | undefined): boolean {
  const marks = [id, executionId].filter((one) => one !== undefined).map((one) => `/${one}/`);
  const heads = [...headers.values()];
  return marks.some((mark) => body?.includes(mark) === true || heads.some((value) => value.includes(mark)));
}
