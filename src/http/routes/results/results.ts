import { defined } from "../../../domain/defined.ts";
import { Problem } from "../../../domain/problem.ts";
import {
  chosenOf,
  type JobResults,
  type ReadResultsDeps,
  readLinkedResults,
  readResults,
} from "../../../operations/results/read-results.ts";
import { parsePrefer } from "../../../wire/prefer.ts";
import { answerResult } from "../../answers/results/answer-result.ts";
import { answerResults, failedResponse } from "../../answers/results/results-answer.ts";
import type { AnswerDeps } from "../../answers/results/results-context.ts";
import { zipOfResults } from "../../answers/results/results-zip.ts";
import { tagged } from "../../openapi/about.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";

/** A result by itself, or one of its items. */
const oneResult = {
  answers: {
    200: { about: "The value", content: { mediaType: "*/*" } },
    206: { about: "A part of the file", content: { mediaType: "*/*" } },
    303: { about: "The value is elsewhere" },
    304: { about: "Not changed" },
  },
  problems: [410, 416, 500],
} as const;

export type ResultRouteDeps = ReadResultsDeps & AnswerDeps;

/** Lists the routes of a job's results, all together and one by one. */
export function resultRoutes(deps: ResultRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/jobs/:jobId/results",
      about: {
        summary: "Results of a job",
        tag: "jobs",
        query: {
          outputs: "ids of outputs, separated by commas",
          profile: "ogc-results for the document",
          f: "json, html, or zip for one archive of all files and values",
        },
        answers: { ...tagged("Results", "The results"), 204: { about: "Links to the outputs in Link" } },
        problems: [410, 500],
      },
      async handle(context) {
        const outcome = await readResults(deps, principalOf(context), context.param("jobId"));
        const preferences = parsePrefer(context.request.headers.get("prefer"));
        const only = wantedOutputs(context, outcome);
        if (context.query("f") === "zip" && outcome.job.status === "successful") {
          return zipOfResults(deps.layout, context, outcome, chosenOf({ ...outcome, ...defined({ only }) }));
        }
        return answerResults(deps, context, { ...outcome, preferences, isSync: false, ...defined({ only }) });
      },
    },
    {
      method: "GET",
      path: "/jobs/:jobId/results/:outputId",
      about: { summary: "One result of a job", tag: "jobs", ...oneResult },
      handle: (context) => answerOne(deps, context, { outputId: context.param("outputId") }),
    },
    {
      method: "GET",
      path: "/jobs/:jobId/results/:outputId/:item",
      about: { summary: "One item of a result with several values", tag: "jobs", ...oneResult },
      handle: (context) =>
        answerOne(deps, context, { outputId: context.param("outputId"), item: context.param("item") }),
    },
  ];
}

async function answerOne(
  deps: ResultRouteDeps,
  context: RouteContext,
  result: { readonly outputId: string; readonly item?: string },
): Promise<Response> {
  const outcome = await readLinkedResults(deps, principalOf(context), context.param("jobId"));
  return outcome.job.status === "failed"
    ? failedResponse(outcome)
    : answerResult(deps, context, { ...outcome, ...result, isPage: context.query("f") === "html" });
}

/** Reads `?outputs=a,b` (OGC 18-062r3 /req/core/job-results-param-outputs). */
function wantedOutputs(context: RouteContext, { job, description }: JobResults): readonly string[] | undefined {
  const text = context.query("outputs");
  if (text === undefined) return undefined;
  const ids = text.split(",").filter((id) => id !== "");
  const unknown = ids.find((id) => !Object.hasOwn(description.outputs, id));
  if (unknown !== undefined) {
    const wanted = Object.keys(description.outputs).join(", ");
    throw new Problem(
      "invalid-query-parameter-value",
      `Cannot read results: found output "${unknown}" in outputs, wanted one or more of ${wanted}`,
    );
  }
  const { outputs } = job.request;
  const other = outputs === undefined ? undefined : ids.find((id) => !Object.hasOwn(outputs, id));
  if (other === undefined) return ids;
  const named = Object.keys(outputs ?? {}).join(", ");
  const detail = `Cannot read results: found output "${other}", wanted one that the request named: ${named}`;
  throw new Problem("result-not-available", detail);
}
