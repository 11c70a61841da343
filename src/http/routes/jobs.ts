import { readJobSearch, searchNames } from "../../domain/job-search.ts";
import { readJobOrder } from "../../domain/job-sort.ts";
import { jobUrl, jsonLink, processUrl, profiles, providerUrl } from "../../domain/links.ts";
import { Problem } from "../../domain/problem.ts";
import { describeProcess } from "../../operations/describe-processes.ts";
import { type DismissDeps, dismissJob, readJob, readRemovedJob } from "../../operations/follow-jobs.ts";
import { type OutlookDeps, outlookOf } from "../../operations/job-outlook.ts";
import { type ListDeps, listJobs } from "../../operations/list-jobs.ts";
import { requireProvider } from "../../operations/manage-providers.ts";
import { readJobWithInputs } from "../../operations/read-inputs.ts";
import { type LogDeps, type LogPage, readLog, readLogPage } from "../../operations/read-log.ts";
import type { ReadResultsDeps } from "../../operations/read-results.ts";
import { readStatistics } from "../../operations/read-statistics.ts";
import { type NotificationDeps, readNotifications } from "../../operations/subscribers.ts";
import { documentResponse } from "../document-response.ts";
import { requireKnownQuery } from "../known-query.ts";
import { preferredType } from "../negotiate.ts";
import { listPage, pageLinks, pageNumberOf, pageOf } from "../paging.ts";
import { resultsTarget } from "../results-target.ts";
import { foreignBytes, jsonResponse, principalOf, type Route, type RouteContext } from "../route.ts";
import { fileResponse } from "../send-file.ts";
import {
  failureDocument,
  inputsDocument,
  notificationsDocument,
  statisticsDocument,
  statusDocument,
} from "../status-document.ts";

export type JobRouteDeps = OutlookDeps & ListDeps & DismissDeps & LogDeps & NotificationDeps & ReadResultsDeps;

/** Routes of the job list, of a job's status and log, and of dismissal. */
export function jobRoutes(deps: JobRouteDeps): readonly Route[] {
  return [
    ...listRoutes(deps),
    {
      method: "GET",
      path: "/jobs/:jobId",
      access: "signed-in",
      hasEffect: false,
      async handle(context) {
        const read = asksRemoved(context) ? readRemovedJob : readJob;
        const job = await read(deps, principalOf(context), context.param("jobId"));
        const known = { ...(await outlookOf(deps, job)), results: await resultsTarget(deps, job) };
        return documentResponse(context, statusDocument(job, context.baseUrl, known), {
          title: `Job ${job.id}`,
          profile: profiles.job,
        });
      },
    },
    {
      method: "DELETE",
      path: "/jobs/:jobId",
      access: "signed-in",
      hasEffect: true,
      async handle(context) {
        const job = await dismissJob(deps, principalOf(context), context.param("jobId"));
        return jsonResponse(statusDocument(job, context.baseUrl));
      },
    },
    {
      method: "GET",
      path: "/jobs/:jobId/inputs",
      access: "signed-in",
      hasEffect: false,
      async handle(context) {
        const job = await readJobWithInputs(deps, principalOf(context), context.param("jobId"));
        return documentResponse(context, inputsDocument(job, context.baseUrl), { title: `Inputs of job ${job.id}` });
      },
    },
    {
      method: "GET",
      path: "/jobs/:jobId/exceptions",
      access: "signed-in",
      hasEffect: false,
      async handle(context) {
        const job = await readJob(deps, principalOf(context), context.param("jobId"));
        const exceptions = job.status === "failed" ? [failureDocument(job)] : [];
        const links = [jsonLink(`${jobUrl(context.baseUrl, job.id)}/exceptions`, "self")];
        return documentResponse(context, { exceptions, links }, { title: `Exceptions of job ${job.id}` });
      },
    },
    {
      method: "GET",
      path: "/jobs/:jobId/statistics",
      access: "signed-in",
      hasEffect: false,
      async handle(context) {
        const jobId = context.param("jobId");
        const statistics = await readStatistics(deps, principalOf(context), jobId);
        const document = statisticsDocument(jobId, statistics, context.baseUrl);
        return documentResponse(context, document, { title: `Statistics of job ${jobId}` });
      },
    },
    {
      method: "GET",
      path: "/jobs/:jobId/notifications",
      access: "signed-in",
      hasEffect: false,
      async handle(context) {
        const { job, notifications } = await readNotifications(deps, principalOf(context), context.param("jobId"));
        const document = notificationsDocument(job, notifications, context.baseUrl);
        return documentResponse(context, document, { title: `Notifications of job ${job.id}` });
      },
    },
    // OGC has no name for it: some clients ask for the one, some for the other.
    ...["/jobs/:jobId/log", "/jobs/:jobId/logs"].map(
      (path): Route => ({
        method: "GET",
        path,
        access: "signed-in",
        hasEffect: false,
        handle: (context) => answerLog(deps, context),
      }),
    ),
  ];
}

/** Answers with a log as text, or with its lines as JSON. */
async function answerLog(deps: LogDeps, context: RouteContext): Promise<Response> {
  const page = logPageOf(context);
  const [principal, jobId] = [principalOf(context), context.param("jobId")];
  if (logFormatOf(context) === "json") {
    const asked = page ?? { offset: 0, limit: largestPageBytes };
    return logPageResponse(await readLogPage(deps, principal, jobId, asked), "json");
  }
  if (page !== undefined) return logPageResponse(await readLogPage(deps, principal, jobId, page), "text");
  const log = await readLog(deps, principal, jobId);
  if (log.kind === "file") return fileResponse(context.request, log.file, { vary: "accept" });
  const text = log.lines.map((line) => `${line}\n`).join("");
  return new Response(text, {
    headers: { "content-type": "text/plain; charset=utf-8", vary: "accept", ...foreignBytes },
  });
}

/** `f` wins over `Accept`; text when nothing or anything is asked for. */
function logFormatOf(context: RouteContext): "text" | "json" {
  const asked = context.query("f");
  if (asked === "json" || asked === "text") return asked;
  if (asked !== undefined) {
    throw new Problem("invalid-query-parameter-value", `Cannot answer: found f "${asked}", wanted text or json`);
  }
  const accept = context.request.headers.get("accept");
  const type = preferredType(accept, ["text/plain", "application/json"]);
  if (type !== undefined) return type === "application/json" ? "json" : "text";
  const detail = `Cannot answer: found Accept "${accept}", wanted text/plain or application/json`;
  throw new Problem("not-acceptable", detail);
}

/** Where jobs are listed: all of them, those of one process, those of one process of a provider. */
function listRoutes(deps: JobRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/jobs",
      access: "signed-in",
      hasEffect: false,
      async handle(context) {
        return list(deps, context, `${context.baseUrl}/jobs`, filterOf(context));
      },
    },
    {
      method: "GET",
      path: "/processes/:processId/jobs",
      access: "signed-in",
      hasEffect: false,
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
      access: "signed-in",
      hasEffect: false,
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
  deps: ListDeps & ReadResultsDeps,
  context: RouteContext,
  url: string,
  filter: Parameters<typeof listJobs>[2],
): Promise<Response> {
  const { items, ...turns } = await listPage(pageNumberOf(context), filter, (one) =>
    listJobs(deps, principalOf(context), one),
  );
  const jobs = items.map(async (job) =>
    statusDocument(job, context.baseUrl, { results: await resultsTarget(deps, job) }),
  );
  const document = {
    jobs: await Promise.all(jobs),
    links: pageLinks(context, url, turns),
  };
  return documentResponse(context, document, { title: "Jobs", profile: profiles.jobList });
}

const largestPageBytes = 16 * 2 ** 20;
const mostLines = 10_000;

/** Reads which part of a log is wanted; undefined for all of it. */
function logPageOf(context: RouteContext) {
  const [offset, limit, tail] = ["offset", "limit", "tail"].map((name) => wholeOf(context, name));
  if (tail !== undefined) {
    if (offset === undefined && limit === undefined) return { tail: Math.min(tail, mostLines) };
    throw new Problem(
      "invalid-query-parameter-value",
      "Cannot read log: found tail with offset or limit, wanted one way",
    );
  }
  if (offset === undefined && limit === undefined) return undefined;
  return { offset: offset ?? 0, limit: Math.min(limit ?? 2 ** 20, largestPageBytes) };
}

function wholeOf(context: RouteContext, name: string): number | undefined {
  const text = context.query(name);
  if (text === undefined || /^\d{1,15}$/.test(text)) return text === undefined ? undefined : Number(text);
  const detail = `Cannot read log: found ${name} "${text}", wanted a whole number`;
  throw new Problem("invalid-query-parameter-value", detail);
}

function logPageResponse(page: LogPage, format: "text" | "json"): Response {
  const text = Buffer.from(page.bytes).toString("utf8").replace(/\n$/, "");
  const lines = text === "" ? [] : text.split("\n");
  const body = format === "text" ? new Blob([new Uint8Array(page.bytes)]) : JSON.stringify(lines);
  return new Response(body, {
    headers: {
      "content-type": format === "text" ? "text/plain; charset=utf-8" : "application/json",
      vary: "accept",
      "x-next-offset": String(page.nextOffset),
      "x-log-size": String(page.sizeBytes),
      ...foreignBytes,
    },
  });
}

const pageNames = ["limit", "after", "before", "page", "sortby", "sort", "removed"];

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

/** Tells whether jobs that were removed are asked for: whoever keeps the history may. */
function asksRemoved(context: RouteContext): boolean {
  const given = context.query("removed");
  if (given === undefined || given === "true" || given === "false") return given === "true";
  throw new Problem(
    "invalid-query-parameter-value",
    `Cannot read jobs: found removed "${given}", wanted true or false`,
  );
}

/** Reads a parameter that may be repeated, or hold a list with commas. */
function listOf(context: RouteContext, name: string): readonly string[] {
  return context
    .queries(name)
    .flatMap((value) => value.split(","))
    .filter((value) => value !== "");
}
