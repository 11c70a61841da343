import { type JobStatus, jobStatuses } from "../../domain/job-state.ts";
import { Problem } from "../../domain/problem.ts";
import { type DismissDeps, dismissJob, type FollowDeps, listJobs, readJob } from "../../operations/follow-jobs.ts";
import { type LogDeps, readLog } from "../../operations/read-log.ts";
import { requireJson } from "../negotiate.ts";
import { pageLinks, pageOf } from "../paging.ts";
import { foreignBytes, jsonResponse, principalOf, type Route, type RouteContext } from "../route.ts";
import { fileResponse } from "../send-file.ts";
import { statusDocument } from "../status-document.ts";

export type JobRouteDeps = FollowDeps & DismissDeps & LogDeps;

/** Filters of the standard that are not offered: leaving them out would answer with jobs that were not asked for. */
const otherFilters = ["datetime", "minDuration", "maxDuration"];

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
        requireJson(context.request.headers.get("accept"));
        const job = await readJob(deps, principalOf(context), context.param("jobId"));
        return jsonResponse(statusDocument(job, context.baseUrl));
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
      path: "/jobs/:jobId/log",
      access: "signed-in",
      hasEffect: false,
      async handle(context) {
        const log = await readLog(deps, principalOf(context), context.param("jobId"));
        if (log.kind === "file") return fileResponse(context.request, log.file);
        const text = log.lines.map((line) => `${line}\n`).join("");
        return new Response(text, { headers: { "content-type": "text/plain; charset=utf-8", ...foreignBytes } });
      },
    },
  ];
}

/** Where jobs are listed: all of them, those of one process, those of one process of a provider. */
const listPaths = ["/jobs", "/processes/:processId/jobs", "/providers/:providerId/processes/:processId/jobs"];

function listRoutes(deps: JobRouteDeps): readonly Route[] {
  return listPaths.map((path) => ({
    method: "GET",
    path,
    access: "signed-in",
    hasEffect: false,
    async handle(context) {
      requireJson(context.request.headers.get("accept"));
      const filter = path === "/jobs" ? filterOf(context) : { ...filterOf(context), ...processOf(context) };
      const { items, next } = await listJobs(deps, principalOf(context), filter);
      return jsonResponse({
        jobs: items.map((job) => statusDocument(job, context.baseUrl)),
        links: pageLinks(context, context.baseUrl + new URL(context.request.url).pathname, next),
      });
    },
  }));
}

/** The process of the path; a query that names another one contradicts it. */
function processOf(context: RouteContext): { readonly processId: string; readonly providerId: string | null } {
  const processId = context.param("processId");
  const others = listOf(context, "processID").filter((one) => one !== processId);
  if (others.length > 0)
    throw wrongQuery(`found processID "${others.join()}", wanted "${processId}", that of the path`);
  const providerId = context.param("providerId");
  return { processId, providerId: providerId === "" ? null : providerId };
}

function filterOf(context: RouteContext) {
  for (const name of otherFilters) {
    if (context.query(name) === undefined) continue;
    throw wrongQuery(`found ${name}, wanted one of limit, after, processID, status, type`);
  }
  const types = listOf(context, "type");
  if (types.some((type) => type !== "process")) throw wrongQuery(`found type "${types.join()}", wanted process`);
  const processIds = listOf(context, "processID");
  const [processId] = processIds;
  if (processIds.length > 1) throw wrongQuery("found several processID, wanted one");
  const statuses = listOf(context, "status").map(statusOf);
  return {
    ...pageOf(context, 100),
    ...(processId === undefined ? {} : { processId }),
    ...(statuses.length === 0 ? {} : { statuses }),
  };
}

/** Reads a parameter that may be repeated, or hold a list with commas. */
function listOf(context: RouteContext, name: string): readonly string[] {
  return context
    .queries(name)
    .flatMap((value) => value.split(","))
    .filter((value) => value !== "");
}

function statusOf(text: string): JobStatus {
  const status = jobStatuses.find((one) => one === text);
  if (status === undefined) throw wrongQuery(`found status "${text}", wanted one of ${jobStatuses.join(", ")}`);
  return status;
}

function wrongQuery(detail: string): Problem {
  return new Problem("invalid-query-parameter-value", `Cannot list jobs: ${detail}`);
}
