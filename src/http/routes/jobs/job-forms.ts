import * as v from "valibot";
import type { Job } from "../../../domain/jobs/job.ts";
import { isFinished } from "../../../domain/jobs/job-state.ts";
import { jobTimes } from "../../../domain/jobs/job-times.ts";
import { jobUrl } from "../../../domain/links.ts";
import { isOwn, mayDo, type Principal } from "../../../domain/people/access.ts";
import { durationText } from "../../../domain/words/spans.ts";
import { endJob, readJob, requireDismissal, requireNotKept } from "../../../operations/jobs/follow-jobs.ts";
import { type RetryDeps, readRetriable, retryJob } from "../../../operations/jobs/retry-job.ts";
import { statusWords, timeText } from "../../../pages/shared/words.ts";
import { askFirst, isConfirmed } from "../../answers/ask-first.ts";
import { seeOther } from "../../answers/document-response.ts";
import { formType, readOwnForm } from "../../answers/form/process-form.ts";
import { nameJobs } from "../../answers/jobs/named-jobs.ts";
import type { RouteAbout } from "../../openapi/about.ts";
import type { BodyLimits } from "../../request/read-body.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";

type JobFormRouteDeps = RetryDeps & Parameters<typeof nameJobs>[0] & { readonly settings: BodyLimits };

const mediaTypes = [formType];
const confirmation = v.object({ confirmed: v.optional(v.picklist(["true"])) });
const RetrySchema = v.object({
  fromFailed: v.optional(v.picklist(["true", "false"])),
  ...confirmation.entries,
});
const answers: RouteAbout["answers"] = { 303: { about: "Done; Location is the page to go on with" } };

/** Lists the routes that the buttons on the page of a job send to: a browser without a script knows POST only. */
export function jobFormRoutes(deps: JobFormRouteDeps): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/jobs/:jobId/dismiss-form",
      about: { summary: "Cancel a job, by a form of its page", tag: "pages", answers, problems: [409, 410, 413, 415] },
      body: { mediaTypes, schema: confirmation },
      async handle(context) {
        const form = await readOwnForm(deps, context);
        const jobId = context.param("jobId");
        const principal = principalOf(context);
        const job = await readJob(deps, principal, jobId);
        // What ran for hours is not stopped because somebody missed another button.
        if (!isFinished(job.status) && !isConfirmed(form)) {
          requireDismissal(principal, job);
          return askToCancel(deps, context, { job, principal });
        }
        const { isDone } = await endJob(deps, principal, jobId, "stop");
        // A page that was opened before may still have the button: nobody's results are removed by it.
        const url = jobUrl(context.baseUrl, jobId);
        return isDone ? goTo(url) : seeOther(url, "had-ended");
      },
    },
    {
      method: "POST",
      path: "/jobs/:jobId/remove-form",
      about: {
        summary: "Remove a job that has ended, by a form of its page",
        tag: "pages",
        answers,
        problems: [409, 410, 413, 415],
      },
      body: { mediaTypes, schema: confirmation },
      async handle(context) {
        const form = await readOwnForm(deps, context);
        const jobId = context.param("jobId");
        const principal = principalOf(context);
        const job = await readJob(deps, principal, jobId);
        // What was removed cannot come back: somebody who only missed a button is asked.
        if (isFinished(job.status)) requireNotKept(job);
        if (isFinished(job.status) && !isConfirmed(form)) return askToRemove(deps, context, { job, principal });
        const { isDone } = await endJob(deps, principal, jobId, "remove");
        // It was run again meanwhile.
        if (!isDone) return seeOther(jobUrl(context.baseUrl, jobId), "has-not-ended");
        return seeOther(`${context.baseUrl}/jobs`, "job-removed");
      },
    },
    {
      method: "POST",
      path: "/jobs/:jobId/retry-form",
      about: {
        summary: "Run a failed or dismissed job again, by a form of its page",
        tag: "pages",
        answers,
        problems: [409, 410, 413, 415],
      },
      body: { mediaTypes, schema: RetrySchema },
      async handle(context) {
        const form = await readOwnForm(deps, context);
        const jobId = context.param("jobId");
        const principal = principalOf(context);
        const fromFailed = form.get("fromFailed") === "true";
        if (!isConfirmed(form)) {
          const job = await readRetriable(deps, principal, jobId);
          if (!isOwn(principal, job.user)) return askToRetry(deps, context, { job, principal, fromFailed });
        }
        await retryJob(deps, principal, jobId, { fromFailed });
        return goTo(jobUrl(context.baseUrl, jobId));
      },
    },
  ];
}

type AskedJob = { readonly job: Job; readonly principal: Principal };

async function askToCancel(
  deps: JobFormRouteDeps,
  context: RouteContext,
  { job, principal }: AskedJob,
): Promise<Response> {
  const { running } = jobTimes(job, deps.clock.now());
  const since = running === undefined ? "has not started" : `has run for ${durationText(running / 1000)}`;
  const { title, whose, said, inputs } = await wordsOf(deps, { job, principal });
  return askFirst(context, {
    title: `Cancel ${title} job?`,
    words: `${said} ${whose === undefined ? "" : `is ${whose}, and `}${since}. ${inputs}It is stopped, stays in the list as dismissed, and can be tried again.`,
    action: `${jobUrl(context.baseUrl, job.id)}/dismiss-form`,
    back: `${jobUrl(context.baseUrl, job.id)}?f=html`,
    yes: "Cancel it",
    no: "Let it run",
  });
}

async function askToRemove(
  deps: JobFormRouteDeps,
  context: RouteContext,
  { job, principal }: AskedJob,
): Promise<Response> {
  const { title, whose, said, inputs } = await wordsOf(deps, { job, principal });
  const owned = whose === undefined ? "" : ` and is ${whose}`;
  const ended = job.finishedAt === undefined ? "" : ` ${timeText(new Date(job.finishedAt).toISOString())}`;
  return askFirst(context, {
    title: `Remove ${title} job?`,
    words: `${said} ended${ended} (${statusWords[job.status]})${owned}. ${inputs}It is removed with its results and its log. They cannot come back.`,
    action: `${jobUrl(context.baseUrl, job.id)}/remove-form`,
    back: `${jobUrl(context.baseUrl, job.id)}?f=html`,
    yes: "Remove it with its results",
    no: "Keep it",
  });
}

type Retried = AskedJob & { readonly fromFailed: boolean };

/** Asks before the job of somebody else runs again: it takes a share of the machine that is his. */
async function askToRetry(
  deps: JobFormRouteDeps,
  context: RouteContext,
  { job, principal, fromFailed }: Retried,
): Promise<Response> {
  const way = fromFailed ? "goes on from its failed step" : "runs again from the start";
  const owner = ownerText(job.user);
  const { said, inputs } = await wordsOf(deps, { job, principal });
  return askFirst(context, {
    title: `Try ${owner} job again?`,
    words: `${said} is ${owner}. It ${way} with the same inputs, and stays ${owner}. ${inputs}`.trim(),
    action: `${jobUrl(context.baseUrl, job.id)}/retry-form`,
    back: `${jobUrl(context.baseUrl, job.id)}?f=html`,
    yes: "Try it again",
    no: "Leave it",
    fields: { fromFailed: String(fromFailed) },
    isHarmless: true,
  });
}

/** Says which job a question is about: its name, its inputs in a line, and whose it is where it is somebody else's or may be. */
async function wordsOf(deps: JobFormRouteDeps, { job, principal }: AskedJob) {
  const { id, processId, user } = job;
  const { name = processId, line } = (await nameJobs(deps, principal, [job])).get(id) ?? {};
  const isForeign = !isOwn(principal, user);
  const isOneOfMany = user !== undefined && mayDo(principal, "dismiss-all");
  return {
    title: isForeign ? ownerText(user) : "the",
    whose: isForeign ? ownerText(user) : isOneOfMany ? "yours" : undefined,
    said: name === processId ? `The job ${id} of ${processId}` : `“${name}” (job ${id} of ${processId})`,
    inputs: line === undefined ? "" : `Its inputs: ${line}. `,
  };
}

/** Words whose a job is: "ann's". */
function ownerText(user: string | undefined): string {
  return user === undefined ? "somebody else's" : `${user}'s`;
}

function goTo(url: string): Response {
  return new Response(null, { status: 303, headers: { location: `${url}?f=html` } });
}
