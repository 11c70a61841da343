import { Problem } from "../../domain/problem.ts";
import {
  type JobResults,
  type ReadResultsDeps,
  readLinkedResults,
  readResults,
} from "../../operations/read-results.ts";
import { parsePrefer } from "../../wire/prefer.ts";
import { type AnswerDeps, answerResult, answerResults, failedResponse } from "../answers/results-answer.ts";
import { principalOf, type Route, type RouteContext } from "../route.ts";

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
        const only = wantedOutputs(context, outcome);
        const some = only === undefined ? {} : { only };
        return answerResults(deps, context, { ...outcome, preferences, isSync: false, ...some });
      },
    },
    {
      method: "GET",
      path: "/jobs/:jobId/results/:outputId",
      access: "signed-in",
      hasEffect: false,
      handle: (context) => answerOne(deps, context, { outputId: context.param("outputId") }),
    },
    {
      method: "GET",
      path: "/jobs/:jobId/results/:outputId/:item",
      access: "signed-in",
      hasEffect: false,
      handle: (context) =>
        answerOne(deps, context, { outputId: context.param("outputId"), item: context.param("item") }),
    },
  ];
}

async function answerOne(
  deps: ResultRouteDeps,
  context: RouteContext,
  asked: { readonly outputId: string; readonly item?: string },
): Promise<Response> {
  const outcome = await readLinkedResults(deps, principalOf(context), context.param("jobId"));
  return outcome.job.status === "failed"
    ? failedResponse(outcome)
    : answerResult(deps, context, { ...outcome, ...asked });
}

/** Reads `?outputs=a,b` (OGC 18-062r3 /req/core/job-results-param-outputs). */
function wantedOutputs(context: RouteContext, { job, description }: JobResults): readonly string[] | undefined {
  const given = context.query("outputs");
  if (given === undefined) return undefined;
  const ids = given.split(",").filter((id) => id !== "");
  const unknown = ids.find((id) => !Object.hasOwn(description.outputs, id));
  if (unknown !== undefined) {
    const wanted = Object.keys(description.outputs).join(", ");
    throw new Problem(
      "invalid-query-parameter-value",
      `Cannot read results: found outputs "${unknown}", wanted some of ${wanted}`,
    );
  }
  const { outputs } = job.request;
  const other = outputs === undefined ? undefined : ids.find((id) => !Object.hasOwn(outputs, id));
  if (other === undefined) return ids;
  const asked = Object.keys(outputs ?? {}).join(", ");
  const detail = `Cannot read results: found output "${other}", wanted one that was asked for: ${asked}`;
  throw new Problem("result-not-available", detail);
}
