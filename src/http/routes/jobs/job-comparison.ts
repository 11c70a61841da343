import type { OutlookDeps } from "../../../operations/jobs/job-outlook.ts";
import { type CompareDeps, readComparedJobs } from "../../../operations/runs/compare-jobs.ts";
import { comparisonPage } from "../../../pages/comparison/comparison.tsx";
import { shortId } from "../../../pages/shared/words.ts";
import { backToList } from "../../answers/chosen-list.ts";
import { comparisonDocument } from "../../answers/comparison/comparison-document.ts";
import { documentFormat, documentResponse } from "../../answers/document-response.ts";
import { knownUploads } from "../../answers/jobs/input-views.ts";
import { type AnswerDeps, outputLocations } from "../../answers/results/results-context.ts";
import { tagged } from "../../openapi/about.ts";
import { principalOf, type Route } from "../../route.ts";
import { listOf } from "./job-lists.ts";

export type ComparisonRouteDeps = CompareDeps & OutlookDeps & Pick<AnswerDeps, "settings">;

/** Lists the route that compares two jobs. It stands before that of one job: "compare" is the id of none. */
export function comparisonRoutes(deps: ComparisonRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/jobs/compare",
      about: {
        summary: "Compare two jobs: their inputs, revisions, times and results",
        tag: "jobs",
        query: {
          jobs: "the ids of two jobs, separated by a comma, or given twice",
          list: "the path of the page where they were chosen: it comes again unless two were",
        },
        answers: tagged("JobComparison", "Both jobs, and what is the same and what differs"),
        problems: [410],
      },
      async handle(context) {
        const { baseUrl } = context;
        const principal = principalOf(context);
        const ids = listOf(context, "jobs");
        const list = context.query("list");
        if (ids.length !== 2 && list !== undefined && documentFormat(context) === "html") {
          // It says how many it takes, and keeps what is chosen.
          return backToList(baseUrl, list, { notice: "two-wanted", chosen: ids.slice(0, mostChosen) });
        }
        const compared = await readComparedJobs(deps, principal, ids);
        const place = { baseUrl, locations: outputLocations(deps, baseUrl) };
        const document = await comparisonDocument(deps, compared, principal, place);
        const [a, b] = compared.runs;
        return documentResponse(context, document, {
          title: `Jobs ${shortId(a.job.id)} and ${shortId(b.job.id)}`,
          page: comparisonPage({
            uploads: knownUploads([...a.uploads, ...b.uploads], baseUrl),
            outputsUrl: place.locations.outputsUrl,
          }),
        });
      },
    },
  ];
}

/** So many stay chosen. */
const mostChosen = 20;
