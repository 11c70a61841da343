import { type ChosenOutcome, writeOutcome } from "../../domain/jobs/chosen-jobs.ts";
import type { Notice } from "../../pages/shared/layout.tsx";
import { withoutNews } from "../../pages/shared/list-address.ts";

/** The lists of jobs that have a page. */
const listPath = /^\/(?:(?:providers\/[^/?#]+\/)?processes\/[^/?#]+\/)?jobs(?:\?[^#]*)?$/;

const idOfJob = /^[0-9A-Za-z-]{1,64}$/;

/** What a list says when it comes again, and which of its jobs are ticked then. */
type News = { readonly notice?: Notice; readonly outcome?: ChosenOutcome; readonly chosen?: readonly string[] };

/**
 * Gives the address of the list where jobs were chosen, with its filters; the list of all jobs for what is no address of one: a
 * form may have been filled by anybody.
 */
export function listUrl(baseUrl: string, list: string | null, { notice, outcome, chosen = [] }: News): string {
  const { pathname, searchParams } = new URL(
    withoutNews(list !== null && listPath.test(list) ? list : "/jobs"),
    baseUrl,
  );
  searchParams.set("f", "html");
  if (notice !== undefined) searchParams.set("done", notice);
  for (const words of outcome === undefined ? [] : writeOutcome(outcome)) searchParams.append("outcome", words);
  // What no id of a job can be would only make the address long.
  for (const id of chosen.filter((one) => idOfJob.test(one))) searchParams.append("chosen", id);
  return `${baseUrl}${pathname}?${searchParams}`;
}

/** Leads a browser back to the list where jobs were chosen. */
export function backToList(baseUrl: string, list: string | null, news: News): Response {
  return new Response(null, { status: 303, headers: { location: listUrl(baseUrl, list, news) } });
}
