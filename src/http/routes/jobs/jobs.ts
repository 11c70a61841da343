import { defined } from "../../../domain/defined.ts";
import { jobUrl, jsonLink, profiles } from "../../../domain/links.ts";
import { type DismissDeps, dismissJob, readJob, readRemovedJob } from "../../../operations/jobs/follow-jobs.ts";
import { type OutlookDeps, outlookOf } from "../../../operations/jobs/job-outlook.ts";
import { peopleOf } from "../../../operations/jobs/job-people.ts";
import type { ListDeps } from "../../../operations/jobs/list-jobs.ts";
import type { ReadResultsDeps } from "../../../operations/results/read-results.ts";
import { readJobWithInputs } from "../../../operations/runs/read-inputs.ts";
import type { LogDeps } from "../../../operations/runs/read-log.ts";
import { isAllCached, readStatistics } from "../../../operations/runs/read-statistics.ts";
import { tasksOf } from "../../../operations/runs/read-tasks.ts";
import { type NotificationDeps, readNotifications } from "../../../operations/submit/subscribers.ts";
import { readSourcesOf } from "../../../operations/uploads/read-uploads.ts";
import { inputsPage } from "../../../pages/job/inputs.tsx";
import { jobPage } from "../../../pages/job/job.tsx";
import { notificationsPage } from "../../../pages/job/notifications.tsx";
import { statisticsPage } from "../../../pages/job/statistics.tsx";
import { shortId } from "../../../pages/shared/words.ts";
import { documentFormat, documentResponse } from "../../answers/document-response.ts";
import { knownUploads } from "../../answers/jobs/input-views.ts";
import { type JobViewDeps, readJobView } from "../../answers/jobs/job-page.ts";
import { ranView } from "../../answers/jobs/ran-process.ts";
import {
  failureDocument,
  inputsDocument,
  notificationsDocument,
  statisticsDocument,
  statusDocument,
} from "../../answers/jobs/status-document.ts";
import { resultsTarget } from "../../answers/results/results-target.ts";
import { ok, tagged } from "../../openapi/about.ts";
import { jsonResponse, principalOf, type Route } from "../../route.ts";
import { comparisonRoutes } from "./job-comparison.ts";
import { asksRemoved, jobListRoutes } from "./job-lists.ts";
import { logRoutes } from "./job-log.ts";

export type JobRouteDeps = OutlookDeps &
  ListDeps &
  DismissDeps &
  LogDeps &
  NotificationDeps &
  ReadResultsDeps &
  JobViewDeps;

/** Lists the routes of a job: its status, its documents, and dismissal. */
export function jobRoutes(deps: JobRouteDeps): readonly Route[] {
  return [
    ...jobListRoutes(deps),
    ...comparisonRoutes(deps),
    ...statusRoutes(deps),
    ...detailRoutes(deps),
    ...logRoutes(deps),
  ];
}

function statusRoutes(deps: JobRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/jobs/:jobId",
      about: {
        summary: "Status of a job",
        tag: "jobs",
        query: { share: "a result that the form of the page is to share" },
        answers: tagged("StatusInfo", "The status"),
      },
      async handle(context) {
        const read = asksRemoved(context) ? readRemovedJob : readJob;
        const principal = principalOf(context);
        const job = await read(deps, principal, context.param("jobId"));
        const people = peopleOf(principal, job);
        const known = { ...(await outlookOf(deps, job)), ...people, results: await resultsTarget(deps, job) };
        const page = documentFormat(context) === "html" ? jobPage(await readJobView(deps, context, job)) : undefined;
        return documentResponse(context, statusDocument(job, context.baseUrl, known), {
          title: `${job.processId}, job ${shortId(job.id)}`,
          profile: profiles.job,
          ...defined({ page }),
        });
      },
    },
    {
      method: "DELETE",
      path: "/jobs/:jobId",
      about: { summary: "Dismiss a job", tag: "jobs", answers: ok("StatusInfo", "Dismissed"), problems: [409, 410] },
      async handle(context) {
        const principal = principalOf(context);
        const job = await dismissJob(deps, principal, context.param("jobId"));
        return jsonResponse(statusDocument(job, context.baseUrl, peopleOf(principal, job)));
      },
    },
  ];
}

/** Lists the routes of a job's documents besides its status. */
function detailRoutes(deps: JobRouteDeps): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/jobs/:jobId/inputs",
      about: { summary: "Request of a job", tag: "jobs", answers: tagged("JobInputs", "The request") },
      async handle(context) {
        const principal = principalOf(context);
        const job = await readJobWithInputs(deps, principal, context.param("jobId"));
        const isPage = documentFormat(context) === "html";
        const uploads = isPage ? knownUploads(await readSourcesOf(deps, principal, job), context.baseUrl) : new Map();
        const asked = { principal, baseUrl: context.baseUrl, mayRetry: false };
        const { defaults, unset } = isPage ? await ranView(deps, job, asked) : {};
        return documentResponse(context, inputsDocument(job, context.baseUrl), {
          title: `Inputs of job ${shortId(job.id)}`,
          page: inputsPage(jobUrl(context.baseUrl, job.id), { uploads, ...defined({ defaults, unset }) }),
        });
      },
    },
    {
      method: "GET",
      path: "/jobs/:jobId/exceptions",
      about: {
        summary: "Why a job failed",
        tag: "jobs",
        answers: tagged("JobExceptions", "The exceptions, none for a job that did not fail"),
      },
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
      about: { summary: "Times of a job", tag: "jobs", answers: tagged("JobStatistics", "The times") },
      async handle(context) {
        const jobId = context.param("jobId");
        const job = await readJob(deps, principalOf(context), jobId);
        const statistics = await readStatistics(deps, principalOf(context), jobId);
        const tasks = job.executionId === undefined ? [] : await tasksOf(deps, job.executionId);
        const document = statisticsDocument(jobId, statistics, context.baseUrl);
        return documentResponse(context, document, {
          title: `Statistics of job ${shortId(jobId)}`,
          page: statisticsPage(jobUrl(context.baseUrl, jobId), {
            isAllCached: isAllCached(job, statistics, tasks),
            ...defined({ ranAt: job.finishedAt === undefined ? undefined : job.providerId }),
          }),
        });
      },
    },
    {
      method: "GET",
      path: "/jobs/:jobId/notifications",
      about: {
        summary: "What subscribers of a job were told",
        tag: "jobs",
        answers: tagged("JobNotifications", "The notifications with each try, none for a job without subscribers"),
      },
      async handle(context) {
        const { job, notifications } = await readNotifications(deps, principalOf(context), context.param("jobId"));
        const document = notificationsDocument(job, notifications, context.baseUrl);
        const name = shortId(job.id);
        const page = notificationsPage({ url: jobUrl(context.baseUrl, job.id), name: job.request.title ?? name });
        return documentResponse(context, document, { title: `What was told of job ${name}`, page });
      },
    },
  ];
}
