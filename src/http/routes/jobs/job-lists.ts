import { defined } from "../../../domain/defined.ts";
import { readOutcome } from "../../../domain/jobs/chosen-jobs.ts";
import { type JobSearch, readJobSearch, searchNames } from "../../../domain/jobs/job-search.ts";
import { readJobOrder } from "../../../domain/jobs/job-sort.ts";
import { processUrl, profiles, providerProcessUrl } from "../../../domain/links.ts";
import { mayDo, type Principal } from "../../../domain/people/access.ts";
import { Problem } from "../../../domain/problem.ts";
import { mayDismissJobs, mayRetryJobs } from "../../../operations/jobs/chosen-jobs.ts";
import { countVisibleJobs, mostCountedJobs } from "../../../operations/jobs/count-jobs.ts";
import { waitsOf } from "../../../operations/jobs/job-outlook.ts";
import { peopleOf, seesOthers, usersOf } from "../../../operations/jobs/job-people.ts";
import { offeredProcesses } from "../../../operations/jobs/job-processes.ts";
import { type ListDeps, listJobs } from "../../../operations/jobs/list-jobs.ts";
import { describeProcess } from "../../../operations/processes/describe-processes.ts";
import { removedProcesses } from "../../../operations/processes/process-revisions.ts";
import { requireProvider } from "../../../operations/providers/manage-providers.ts";
import type { ReadResultsDeps } from "../../../operations/results/read-results.ts";
import { readListedProcesses } from "../../../operations/runs/read-ran-process.ts";
import { type JobListView, jobListPage } from "../../../pages/job-list/job-list.tsx";
import type { JobReader } from "../../../pages/job-list/job-reader.ts";
import { documentFormat, documentResponse } from "../../answers/document-response.ts";
import { withFiltersAgain } from "../../answers/filters-again.ts";
import { soFarOf } from "../../answers/jobs/so-far.ts";
import { statusDocument } from "../../answers/jobs/status-document.ts";
import { readRunFigures } from "../../answers/processes/run-figures.ts";
import { resultsTargets } from "../../answers/results/results-target.ts";
import { paging, tagged } from "../../openapi/about.ts";
import { groupJobs, jobListForm } from "../../request/job-list-form.ts";
import { requireKnownQuery } from "../../request/known-query.ts";
import { listPage, pageLinks, pageNumberOf, pageOf } from "../../request/paging.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";

const filters = {
  ...paging,
  before: "where the page behind began",
  type: "kinds of jobs; process is the only one",
  processID: "ids of processes, separated by commas",
  processWords:
    "words, or parts of them, of the ids or titles of processes; commas part alternatives, a whole id means that process only",
  provider: "ids of providers, separated by commas",
  status: "states, separated by commas",
  user: "the user who submitted it, for who sees the jobs of others",
  datetime:
    "instant or interval of the creation (RFC 3339), or a time ago from which on, such as 12h, 7d or last 30 days, or today, yesterday, last week",
  minDuration:
    "least seconds from the start to the end of a job, or until now; jobs that have not started are left out",
  maxDuration: "most seconds from the start to the end of a job, or until now; jobs that have not started are left out",
  tags: "tags that a job must all have, separated by commas",
  kept: "true: only jobs that are kept for good; false: only those that are not",
  q: "words that must all be said of a job: its process, title, tags, short inputs, names of input files, SHA-256 of uploads and results, last message or failure; or the id of a job, whole, its beginning (6 characters or more: the newest 50 such jobs) or its last eight characters; commas part alternatives",
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
        return list(deps, context, { url: `${context.baseUrl}/jobs` });
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
        const only = { processIds: [id], providerIds: [null] };
        const own = processUrl(context.baseUrl, id);
        const process = { id, href: `${own}?f=html` };
        return list(deps, context, { url: `${own}/jobs`, process, only });
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
        const { id: providerId } = await requireProvider(deps, principalOf(context), context.param("providerId"));
        const id = context.param("processId");
        const only = { processIds: [id], providerIds: [providerId] };
        const own = providerProcessUrl(context.baseUrl, providerId, id);
        const process = { id, providerId, href: `${own}?f=html` };
        return list(deps, context, { url: `${own}/jobs`, process, only });
      },
    },
  ];
}

/** Where a list is found, and of which process it is, where it is of one. */
type ListPlace = { readonly url: string; readonly only?: JobSearch } & Pick<JobListView, "process">;

async function list(deps: JobListRouteDeps, context: RouteContext, place: ListPlace): Promise<Response> {
  const again = async (fault: string) => {
    const may = await readerOf(deps, principalOf(context));
    const page = jobListPage({
      fault: fault.replace("found datetime ", "found for Created "),
      may,
      ...defined({ process: place.process }),
    });
    return documentResponse(context, { jobs: [], links: [] }, { title: titleOf(place.process), page });
  };
  return withFiltersAgain(context, () => listFound(deps, context, place), again);
}

async function listFound(
  deps: JobListRouteDeps,
  context: RouteContext,
  { url, process, only }: ListPlace,
): Promise<Response> {
  const { search, ...turn } = filterOf(context, deps.clock.now());
  const filter = { ...turn, search: { ...search, ...only } };
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
  const targets = await resultsTargets(deps, items);
  const waits = await waitsOf(deps, items);
  const jobs = items.map((job) =>
    statusDocument(job, context.baseUrl, {
      ...peopleOf(principalOf(context), job),
      ...waits.get(job.id),
      results: targets.get(job.id),
    }),
  );
  if (groups !== undefined) {
    return documentResponse(context, { groups: groupJobs(items, jobs, groups), links }, { title: "Jobs" });
  }
  const principal = principalOf(context);
  const may = await readerOf(deps, principal);
  const soFar = isPage ? soFarOf(items, deps.clock.now()) : new Map();
  const users = may.seesOthers ? usersOf(items) : new Map<string, string>();
  const offered =
    isPage && process === undefined
      ? await offeredProcesses(
          deps,
          principal,
          items.map(({ processId }) => processId),
        )
      : [];
  const outcome = readOutcome(context.queries("outcome"));
  const listed = isPage ? await readListedProcesses(deps, principal, items) : {};
  const figures = isPage ? await figuresOf(deps, context, filter.search) : undefined;
  const all = isPage && process === undefined ? await allOf(deps, context, filter) : undefined;
  return documentResponse(
    context,
    { jobs, links },
    {
      title: titleOf(process),
      profile: profiles.jobList,
      page: jobListPage({ users, ...listed, offered, soFar, may, ...defined({ process, figures, all }), outcome }),
    },
  );
}

/** Counts the jobs of a list that nothing narrows; undefined for another one, and where that would take long. */
async function allOf(
  deps: ListDeps,
  context: RouteContext,
  { search, user, withRemoved }: { readonly search: JobSearch; readonly user?: string; readonly withRemoved: boolean },
): Promise<JobListView["all"]> {
  const isNarrowed = Object.values(defined({ ...search, user })).length > 0;
  if (isNarrowed || withRemoved) return undefined;
  const count = await countVisibleJobs(deps, principalOf(context));
  return count === undefined ? undefined : { count, most: mostCountedJobs };
}

/** Reads how the last runs of one process of this service ended, where its jobs are asked for and no others. */
async function figuresOf(deps: JobListRouteDeps, context: RouteContext, search: JobSearch) {
  const [id, ...others] = search.processIds ?? [];
  if (id === undefined || others.length > 0 || search.providerIds !== undefined) return undefined;
  const principal = principalOf(context);
  const figures = await readRunFigures(deps, context, id);
  if (figures === undefined) return undefined;
  const isRemoved = mayDo(principal, "deploy") && (await removedProcesses(deps, principal)).includes(id);
  const revisionsUrl = isRemoved ? `${processUrl(context.baseUrl, id)}/revisions?f=html` : undefined;
  return { ...figures, ...defined({ revisionsUrl }) };
}

async function readerOf(deps: ListDeps, principal: Principal): Promise<JobReader> {
  return {
    mayExecute: mayDo(principal, "execute"),
    seesAllJobs: mayDo(principal, "read-all-jobs"),
    seesOthers: await seesOthers(deps, principal),
    mayDismiss: mayDismissJobs(principal),
    mayRetry: mayRetryJobs(principal),
  };
}

function titleOf(process: JobListView["process"]): string {
  if (process === undefined) return "Jobs";
  return `Jobs of ${process.id}${process.providerId === undefined ? "" : ` at provider ${process.providerId}`}`;
}

const pageNames = ["limit", "after", "before", "page", "sortby", "sort", "removed", "detail", "groups"];

function filterOf(context: RouteContext, now: number) {
  requireKnownQuery(context, "jobs", { filters: searchNames, others: pageNames });
  const lists = (name: string) => listOf(context, name);
  return {
    ...pageOf(context, 100),
    withRemoved: asksRemoved(context),
    search: readJobSearch(lists, now),
    ...defined({ user: context.query("user") || undefined }),
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
export function listOf(context: RouteContext, name: string): readonly string[] {
  return context
    .queries(name)
    .flatMap((value) => value.split(","))
    .filter((value) => value !== "");
}
