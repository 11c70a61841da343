import * as v from "valibot";
import { jobUrl } from "../../../domain/links.ts";
import { peopleOf } from "../../../operations/jobs/job-people.ts";
import { KeepBodySchema, type KeepDeps, keepJob, letJobGo } from "../../../operations/jobs/keep-job.ts";
import { seeOther } from "../../answers/document-response.ts";
import { formType, readOwnForm } from "../../answers/form/process-form.ts";
import { statusDocument } from "../../answers/jobs/status-document.ts";
import { ok } from "../../openapi/about.ts";
import type { BodyLimits } from "../../request/read-body.ts";
import { jsonResponse, principalOf, type Route } from "../../route.ts";
import { readBody } from "./job-actions.ts";

type KeptJobRouteDeps = KeepDeps & { readonly settings: BodyLimits & KeepDeps["settings"] };

/** Lists the routes that keep a job for good and keep it no longer, and those of the buttons of its page that do the same. */
export function keptJobRoutes(deps: KeptJobRouteDeps): readonly Route[] {
  return [...apiRoutes(deps), ...formRoutes(deps)];
}

function apiRoutes(deps: KeptJobRouteDeps): readonly Route[] {
  const path = "/jobs/:jobId/keep";
  return [
    {
      method: "PUT",
      path,
      about: {
        summary: "Keep a job and its results for good",
        tag: "jobs",
        answers: ok("StatusInfo", "Kept: nothing removes it before it is released"),
        problems: [410, 413, 415],
      },
      body: { mediaTypes: ["application/json"], schema: KeepBodySchema },
      async handle(context) {
        await readBody(deps, context, { schema: KeepBodySchema, action: "keep job", absent: {} });
        const principal = principalOf(context);
        const job = await keepJob(deps, principal, context.param("jobId"));
        return jsonResponse(statusDocument(job, context.baseUrl, peopleOf(principal, job)));
      },
    },
    {
      method: "DELETE",
      path,
      about: {
        summary: "Keep a job no longer than others are",
        tag: "jobs",
        answers: { 204: { about: "It is removed when its time has come, counted from its end" } },
        problems: [410],
      },
      async handle(context) {
        await letJobGo(deps, principalOf(context), context.param("jobId"));
        return new Response(null, { status: 204 });
      },
    },
  ];
}

/** The buttons of the page of a job: what each is called, does, and tells when it is done. */
const presses = [
  { path: "keep-form", summary: "Keep a job for good, by a form of its page", change: keepJob, notice: "job-kept" },
  {
    path: "release-form",
    summary: "Keep a job no longer, by a form of its page",
    change: letJobGo,
    notice: "job-released",
  },
] as const;

function formRoutes(deps: KeptJobRouteDeps): readonly Route[] {
  return presses.map(({ path, summary, change, notice }) => ({
    method: "POST",
    path: `/jobs/:jobId/${path}`,
    about: {
      summary,
      tag: "pages",
      answers: { 303: { about: "Done; Location is the page of the job" } },
      problems: [410, 413, 415],
    },
    body: { mediaTypes: [formType], schema: v.object({}) },
    async handle(context) {
      await readOwnForm(deps, context);
      const jobId = context.param("jobId");
      await change(deps, principalOf(context), jobId);
      return seeOther(jobUrl(context.baseUrl, jobId), notice);
    },
  }));
}
