import { mayDo, type Principal } from "../../domain/access.ts";
import type { Job } from "../../domain/job.ts";
import { readJobSearch, searchNames } from "../../domain/job-search.ts";
import { readJobOrder } from "../../domain/job-sort.ts";
import { processUrl, profiles, providerUrl } from "../../domain/links.ts";
import { Problem } from "../../domain/problem.ts";
import { describeProcess } from "../../operations/describe-processes.ts";
import { type ListDeps, listJobs } from "../../operations/list-jobs.ts";
import { requireProvider } from "../../operations/manage-providers.ts";
import type { ReadResultsDeps } from "../../operations/read-results.ts";
import { jobListPage } from "../../pages/job-list.tsx";
import { documentFormat, documentResponse } from "../answers/document-response.ts";
import { resultsTarget } from "../answers/results-target.ts";
import { statusDocument } from "../answers/status-document.ts";
import { groupJobs, jobListForm } from "../job-list-form.ts";
import { requireKnownQuery } from "../known-query.ts";
import { paging, tagged } from "../openapi/about.ts";
import { listPage, pageLinks, pageNumberOf, pageOf } from "../paging.ts";
import { principalOf, type Route, type RouteContext } from "../route.ts";

const filters = {
  ...paging,
  before: "where the page behind began",
  type: "kinds of jobs; process is the only one",
  processID: "ids of processes, separated by commas",
  provider: "ids of providers, separated by commas",
  status: "states, separated by commas",
  datetime: "instant or interval of the creation (RFC 3339)",
  minDuration: "shortest duration in seconds",
  maxDuration: "longest duration in seconds",
  tags: "tags that a job must all have, separated by commas",
  q: "words that must all be said of a job that ended: its process, tags, last message or failure; commas part alternatives",
  sortby: "created, finished, status, processID, provider or user; - before it for falling, -created if not given",
  page: "number of the page, from 0; after and before go further",
  removed: "true: also jobs that were removed after their end, for who may read all jobs",
  detail: "false: ids of jobs instead of their status",
  groups:
    "the jobs of the page in groups: by process, provider, service (the provider) or status, separated by commas; true is process",
  sort: "the same keys, of which created and finished fall without a sign",
} as const;

export type JobListRouteDeps = ListDeps & ReadResultsDeps;

/** Lists the routes of job lists: of all jobs, of a process, of a process of a provider. */
export function jobListRoutes(deps: JobListRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/jobs",
      about: {
        summary: "List jobs",
        tag: "jobs",
        query: filters,
        answers: tagged("JobList", "One page of jobs, the newest first"),
        problems: [503],
      },
      async handle(context) {
        return list(deps, context, `${context.baseUrl}/jobs`, filterOf(context));
      },
    },
    {
      method: "GET",
      path: "/processes/:processId/jobs",
      about: {
        summary: "List the jobs of a process",
        tag: "jobs",
        query: filters,
        answers: tagged("JobList", "One page of jobs, the newest first"),
        problems: [503],
      },
      async handle(context) {
        const { id } = await describeProcess(deps, principalOf(context), context.param("processId"));
        const { search, ...page } = filterOf(context);
        const url = `${processUrl(context.baseUrl, id)}/jobs`;
        return list(deps, context, url, { ...page, search: { ...search, processIds: [id], providerIds: [null] } });
      },
    },
    {
      method: "GET",
      path: "/providers/:providerId/processes/:processId/jobs",
      about: {
        summary: "List the jobs of a process of a provider",
        tag: "jobs",
        query: filters,
        answers: tagged("JobList", "One page of jobs, the newest first"),
        problems: [503],
      },
      async handle(context) {
        const { id } = await requireProvider(deps, principalOf(context), context.param("providerId"));
        const processId = context.param("processId");
        const { search, ...page } = filterOf(context);
        const url = `${providerUrl(context.baseUrl, id)}/processes/${encodeURIComponent(processId)}/jobs`;
        return list(deps, context, url, { ...page, search: { ...search, processIds: [processId], providerIds: [id] } });
      },
    },
  ];
}

async function list(
  deps: JobListRouteDeps,
  context: RouteContext,
  url: string,
  filter: Parameters<typeof listJobs>[2],
): Promise<Response> {
  const { onlyIds, groups } = jobListForm(context);
  const isPage = documentFormat(context) === "html";
  if (groups !== undefined && isPage) {
    const detail = "Cannot list jobs: found groups for a page, wanted them for JSON (f=json)";
    throw new Problem("invalid-query-parameter-value", detail);
  }
  const { items, ...turns } = await listPage(pageNumberOf(context), filter, (page) =>
    listJobs(deps, principalOf(context), page),
  );
  const links = pageLinks(context, url, turns);
  if (onlyIds && !isPage) {
    const ids = items.map(({ id }) => id);
    const document = groups === undefined ? { jobs: ids, links } : { groups: groupJobs(items, ids, groups), links };
    return documentResponse(context, document, { title: "Jobs" });
  }
  const shown = items.map(async (job) =>
    statusDocument(job, context.baseUrl, { results: await resultsTarget(deps, job) }),
  );
  const jobs = await Promise.all(shown);
  if (groups !== undefined) {
    return documentResponse(context, { groups: groupJobs(items, jobs, groups), links }, { title: "Jobs" });
  }
  const users = usersOf(principalOf(context), items);
  return documentResponse(
    context,
    { jobs, links },
    { title: "Jobs", profile: profiles.jobList, page: jobListPage(users) },
  );
}

/** Tells who submitted each job, for who sees the jobs of others. */
function usersOf(principal: Principal, jobs: readonly Job[]): ReadonlyMap<string, string> {
  if (!mayDo(principal, "read-all-jobs")) return new Map();
  return new Map(jobs.flatMap(({ id, user }) => (user === undefined ? [] : [[id, user] as const])));
}

const pageNames = ["limit", "after", "before", "page", "sortby", "sort", "removed", "detail", "groups"];

function filterOf(context: RouteContext) {
  requireKnownQuery(context, "jobs", { filters: searchNames, others: pageNames });
  const lists = (name: string) => listOf(context, name);
  return {
    ...pageOf(context, 100),
    withRemoved: asksRemoved(context),
    search: readJobSearch(lists),
    order: readJobOrder(lists),
  };
}

/** Checks whether the request wants removed jobs, too. */
export function asksRemoved(context: RouteContext): boolean {
  const text = context.query("removed");
  if (text === undefined || text === "true" || text === "false") return text === "true";
  throw new Problem("invalid-query-parameter-value", `Cannot read jobs: found removed "${text}", wanted true or false`);
}

/** Reads a parameter that may be repeated, or hold a list with commas. */
function listOf(context: RouteContext, name: string): readonly string[] {
  return context
    .queries(name)
    .flatMap((value) => value.split(","))
    .filter((value) => value !== "");
}
