import { type ReadResultsDeps, readResults } from "../../operations/read-results.ts";
import { parsePrefer } from "../../wire/prefer.ts";
import { type AnswerDeps, answerResult, answerResults, failedResponse } from "../results-answer.ts";
import { principalOf, type Route } from "../route.ts";

export type ResultRouteDeps = ReadResultsDeps & AnswerDeps;

/** Routes of a job's results, all together and one by one. */
export function resultRoutes(deps: ResultRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/jobs/:jobId/results",
      access: "signed-in",
      hasEffect: false,
      async handle(context) {
        const outcome = await readResults(deps, principalOf(context), context.param("jobId"));
        const preferences = parsePrefer(context.request.headers.get("prefer"));
        return answerResults(deps, context, { ...outcome, preferences, isSync: false });
      },
    },
    {
      method: "GET",
      path: "/jobs/:jobId/results/:outputId",
      access: "signed-in",
      hasEffect: false,
      async handle(context) {
        const outcome = await readResults(deps, principalOf(context), context.param("jobId"));
        if (outcome.job.status === "failed") return failedResponse(outcome);
        return answerResult(deps, context, { ...outcome, outputId: context.param("outputId"), isDirect: true });
      },
    },
  ];
}
