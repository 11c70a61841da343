import * as v from "valibot";
import { isFinished } from "../../domain/job-state.ts";
import { jobUrl } from "../../domain/links.ts";
import { dismissJob, readJob } from "../../operations/follow-jobs.ts";
import { type RetryDeps, retryJob } from "../../operations/retry-job.ts";
import { formType, requireOwnForm } from "../answers/process-form.ts";
import type { RouteAbout } from "../openapi/about.ts";
import { type BodyLimits, bodyText, readBytes, requireContentType } from "../read-body.ts";
import { principalOf, type Route, type RouteContext } from "../route.ts";

type JobFormRouteDeps = RetryDeps & { readonly settings: BodyLimits };

const mediaTypes = [formType];
const answers: RouteAbout["answers"] = { 303: { about: "Done; Location is the page to go on with" } };

/** Lists the routes that the buttons on the page of a job send to: a browser without a script knows POST only. */
export function jobFormRoutes(deps: JobFormRouteDeps): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/jobs/:jobId/dismiss-form",
      about: { summary: "Dismiss a job, by a form of its page", tag: "jobs", answers, problems: [409, 410, 413, 415] },
      body: { mediaTypes, schema: v.object({}) },
      async handle(context) {
        await readForm(deps, context);
        const jobId = context.param("jobId");
        const { status } = await readJob(deps, principalOf(context), jobId);
        await dismissJob(deps, principalOf(context), jobId);
        // One that had ended is removed: its page is gone with it.
        return goTo(isFinished(status) ? `${context.baseUrl}/jobs` : jobUrl(context.baseUrl, jobId));
      },
    },
    {
      method: "POST",
      path: "/jobs/:jobId/retry-form",
      about: {
        summary: "Run a failed or dismissed job again, by a form of its page",
        tag: "jobs",
        answers,
        problems: [409, 410, 413, 415],
      },
      body: { mediaTypes, schema: v.object({ fromFailed: v.optional(v.picklist(["true", "false"])) }) },
      async handle(context) {
        const form = await readForm(deps, context);
        const jobId = context.param("jobId");
        await retryJob(deps, principalOf(context), jobId, { fromFailed: form.get("fromFailed") === "true" });
        return goTo(jobUrl(context.baseUrl, jobId));
      },
    },
  ];
}

/** Reads what a form of our own page sent. Throws `forbidden` for any other. */
async function readForm(deps: JobFormRouteDeps, context: RouteContext): Promise<URLSearchParams> {
  requireContentType(context.request, mediaTypes);
  requireOwnForm(context);
  return new URLSearchParams(bodyText(await readBytes(context.request, deps.settings.maxBodyBytes)));
}

function goTo(url: string): Response {
  return new Response(null, { status: 303, headers: { location: `${url}?f=html` } });
}
