import { defined } from "../../../domain/defined.ts";
import { jobUrl } from "../../../domain/links.ts";
import type { OutputLocations } from "../../../domain/values/results.ts";
import type { Results } from "../../../domain/values/values.ts";
import type { JobResults, openResult } from "../../../operations/results/read-results.ts";
import { resultsPage } from "../../../pages/results/results.tsx";
import type { Page } from "../../../pages/shared/page.ts";
import type { RouteContext } from "../../route.ts";
import { documentFormat } from "../document-response.ts";
import { resultViews } from "./result-views.ts";

/** Makes the page of results for a client that asks for one; nothing for any other, which no file is read for. */
export async function pageOfResults(
  deps: Parameters<typeof openResult>[0] & { readonly locations: OutputLocations },
  context: RouteContext,
  request: Pick<JobResults, "job" | "description"> & { readonly isWhole?: boolean; readonly isOne?: boolean },
  chosen: Results,
): Promise<{ readonly page?: Page<object> }> {
  if (documentFormat(context) !== "html") return {};
  const { baseUrl } = context;
  const own = request.isOne === true ? `${baseUrl}${new URL(context.request.url).pathname}` : undefined;
  const views = await resultViews(deps, request, chosen, {
    ...{ baseUrl, locations: deps.locations },
    ...defined({ own }),
  });
  const settings = { outputsUrl: deps.locations.outputsUrl };
  const page = resultsPage(
    views,
    { jobUrl: jobUrl(baseUrl, request.job.id), isWhole: request.isWhole === true },
    settings,
  );
  return { page };
}
