import * as v from "valibot";
import { issueFaults, refusal } from "../../../domain/faults.ts";
import { type Json, withDoubles } from "../../../domain/values/json.ts";
import { DismissJobsSchema, dismissJobs } from "../../../operations/jobs/dismiss-jobs.ts";
import { peopleOf } from "../../../operations/jobs/job-people.ts";
import { RetryBodySchema, type RetryDeps, retryJob } from "../../../operations/jobs/retry-job.ts";
import { statusDocument } from "../../answers/jobs/status-document.ts";
import { asTold, problemDocument, type RemovedJobs } from "../../answers/problem-response.ts";
import { ok } from "../../openapi/about.ts";
import { type BodyLimits, parseJson, readBytes, requireContentType } from "../../request/read-body.ts";
import { jsonResponse, principalOf, type Route, type RouteContext } from "../../route.ts";
import { chosenFormRoutes } from "./chosen-forms.ts";
import { jobFormRoutes } from "./job-forms.ts";

export type JobActionRouteDeps = RetryDeps &
  Parameters<typeof jobFormRoutes>[0] & { readonly settings: BodyLimits & RemovedJobs };

const mediaTypes = ["application/json"];

/** Lists the routes that dismiss several jobs, that run a job again, and that the buttons of a job's page and of lists send to. */
export function jobActionRoutes(deps: JobActionRouteDeps): readonly Route[] {
  return [
    ...jobFormRoutes(deps),
    ...chosenFormRoutes(deps),
    {
      method: "DELETE",
      path: "/jobs",
      about: {
        summary: "Dismiss several jobs",
        tag: "jobs",
        answers: ok(
          "DismissedJobs",
          "What became of each: its status, or the exception that kept it from being dismissed",
        ),
        problems: [413, 415],
      },
      body: { mediaTypes, schema: DismissJobsSchema },
      async handle(context) {
        const { jobs } = await readBody(deps, context, { schema: DismissJobsSchema, action: "dismiss jobs" });
        const dismissals = await dismissJobs(deps, principalOf(context), jobs);
        for (const one of dismissals) if ("problem" in one) context.noteRefusal(one.problem);
        return jsonResponse({
          jobs: dismissals.map((dismissal) =>
            "job" in dismissal
              ? statusDocument(dismissal.job, context.baseUrl)
              : { jobID: dismissal.jobId, exception: problemDocument(asTold(deps.settings, dismissal.problem)) },
          ),
          links: [],
        });
      },
    },
    {
      method: "POST",
      path: "/jobs/:jobId/retry",
      about: {
        summary: "Run a failed or dismissed job again",
        tag: "jobs",
        answers: ok("StatusInfo", "Accepted again"),
        problems: [409, 410, 413, 415],
      },
      body: { mediaTypes, schema: RetryBodySchema },
      async handle(context) {
        const request = await readBody(deps, context, { schema: RetryBodySchema, action: "retry job", absent: {} });
        const principal = principalOf(context);
        const job = await retryJob(deps, principal, context.param("jobId"), request);
        return jsonResponse(statusDocument(job, context.baseUrl, peopleOf(principal, job)));
      },
    },
  ];
}

/** Reads a JSON body; `absent` stands for none. Throws `invalid-parameter-value` with every fault. */
export async function readBody<Schema extends v.GenericSchema>(
  deps: { readonly settings: BodyLimits },
  context: RouteContext,
  { schema, action, absent }: { readonly schema: Schema; readonly action: string; readonly absent?: Json },
): Promise<v.InferOutput<Schema>> {
  const bytes = await readBytes(context.request, deps.settings.maxBodyBytes);
  const isAbsent = bytes.length === 0 && absent !== undefined;
  if (!isAbsent) requireContentType(context.request, mediaTypes);
  const outcome = v.safeParse(schema, isAbsent ? absent : withDoubles(parseJson(bytes, deps.settings)));
  if (outcome.success) return outcome.output;
  throw refusal(action, issueFaults(outcome.issues));
}
